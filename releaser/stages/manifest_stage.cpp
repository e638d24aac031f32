#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/changelog/changelog.hpp"
#include "releaser/changelog/section.hpp"
#include "releaser/stages/agent_assets.hpp"
#include "releaser/stages/merge_manifest.hpp"
#include "releaser/stages/proven_state.hpp"
#include "releaser/stages/rollout_share.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"
#include "trust/proven_bytes.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::size_t kMaxNotesBytes = 4096;

// A mirror is named where this run brings the archive to it, or where it is public already.
void add_mirrors(const Run& run, const Target& target, schema::PlatformEntry& entry) {
  const auto add = [&](const base::Url& url) {
    const bool is_known = url == entry.url || std::find(entry.mirrors.begin(), entry.mirrors.end(),
                                                        url) != entry.mirrors.end();
    if (!is_known) entry.mirrors.push_back(url);
  };
  std::vector<base::Url> known;
  if (const schema::Release* const there =
          run.before.find(run.identity->version, run.identity->channel)) {
    const auto found = there->platforms.find(target.platform);
    if (found != there->platforms.end()) known = found->second.mirrors;
  }
  for (const DestinationSettings& destination : run.config.destinations) {
    if (!destination.carries.assets) continue;
    const base::Url url = asset_url(destination, run.identity->tag(), target.asset);
    // One that is left alone and must have the archive holds the release back until it has.
    const bool takes_part =
        std::any_of(run.destinations.begin(), run.destinations.end(),
                    [&](const auto& each) { return each->name() == destination.name; });
    const bool is_public = std::find(known.begin(), known.end(), url) != known.end();
    if (takes_part || is_public) add(url);
  }
}

schema::PlatformEntry platform_entry(const Run& run, const Target& target) {
  schema::PlatformEntry entry{
      .url = asset_url(*run.config.asset_host(), run.identity->tag(), target.asset),
      .mirrors = {},
      .sha256 = target.packed->sha256,
      .size = target.packed->size,
      .unpacked_size = target.packed->unpacked_size,
      .entries = target.packed->files.size(),
      .binaries = {},
      .agent = {},
      .probe = probe_of(run.config, target),
      .requirements = target.requirements,
      .alternatives = {},
      .deltas = {}};
  add_mirrors(run, target, entry);
  name_agent_assets(run, target, entry);
  for (const InputBinary& binary : target.binaries) {
    for (const PackedFile& file : target.packed->files) {
      if (file.name == binary.name) entry.binaries.push_back({file.name, file.sha256, file.size});
    }
    if (binary.role != BinaryRole::product) entry.agent = binary.name;
  }
  return entry;
}

// Bytes of this run's own making, which it may read as others will.
class OwnBytes final : public trust::ProvenBytes {
 public:
  OwnBytes(const std::string& bytes, const std::string& name) : ProvenBytes(bytes, name) {}
};

// Nobody is to sign what no agent could read.
void check_readable(const std::string& name, const std::string& text) {
  base::with_context(name, [&] {
    std::string problem = "it reads otherwise than it was meant";
    try {
      if (schema::write_manifest(schema::parse_manifest(OwnBytes(text, name))) == text) return;
    } catch (const Error& error) {
      problem = error.what();
    }
    throw Error(Errc::config,
                cat("agents would refuse this manifest: ", problem, "; nothing was signed"));
  });
}

// Where a site is begun anew, or a backup was restored (--above), agents know higher generations.
void pass_remembered_generation(const Run& run, schema::Manifest& manifest) {
  if (run.destinations.empty()) return;
  const auto remembered = remembered_generations(run, *run.destinations.front());
  const auto known = remembered.find(schema::manifest_name(manifest.channel));
  if (known != remembered.end())
    manifest.generation = std::max(manifest.generation, known->second + 1);
}

schema::Release release_entry(const Run& run) {
  schema::Release release;
  release.date = run.identity->date;
  release.published = *run.record.published;
  release.channel = run.identity->channel;
  release.commit = run.identity->commit;
  for (const Target& target : run.targets) {
    release.platforms.emplace(target.platform, platform_entry(run, target));
  }
  release.notes = read_notes(run);
  release.breaking_changes = run.config.release.breaking_changes;
  release.critical = run.config.release.critical;
  if (!run.config.release.minimum_upgrade_from.empty()) {
    release.minimum_upgrade_from = schema::Version::parse(run.config.release.minimum_upgrade_from);
    if (!(*release.minimum_upgrade_from < run.identity->version)) {
      throw Error(Errc::config, cat(run.config.place("release.minimum_upgrade_from"),
                                    " must be lower than ", run.identity->version.text()));
    }
  }
  // What was decided after the release was published stays decided.
  if (const schema::Release* const there =
          run.before.find(run.identity->version, run.identity->channel)) {
    if (!release.commit) release.commit = there->commit;
    release.yanked = there->yanked;
    release.rollout = there->rollout;
    release.release_notes = there->release_notes;
  } else if (run.options.rollout && *run.options.rollout < kEverybody) {
    release.rollout = {{release.published, *run.options.rollout}};
  }
  return release;
}

// The floor of a product holds for users of a channel that begins later.
schema::Manifest first_manifest(const Run& run, std::optional<schema::Channel> channel) {
  schema::Manifest manifest;
  manifest.product = run.config.product.name;
  manifest.channel = channel;
  manifest.security_floor = run.before.security_floor();
  return manifest;
}

// For all channels together, a release that was promoted is what promote made of it.
schema::Release entry_in(const Run& run, const schema::Manifest* shown,
                         const schema::Release& release) {
  schema::Release entry = release;
  if (shown == nullptr || shown->channel) return entry;
  const auto found = shown->versions.find(run.identity->version);
  if (found == shown->versions.end() || found->second.channel == release.channel) return entry;
  entry.channel = found->second.channel;
  entry.rollout = found->second.rollout;
  return entry;
}

std::string notes_of_changelog(const Run& run) {
  if (!run.config.changelog || run.identity->is_snapshot) return {};
  return base::with_context(run.config.place("changelog"), [&] {
    const std::string text = read_changelog(run.config, run.identity->version, {}).text;
    return shorten(base::safe_text(text, text.size()), kMaxNotesBytes);
  });
}

}  // namespace

std::string read_notes(const Run& run) {
  if (run.config.release.notes_file.empty()) return notes_of_changelog(run);
  const std::string path =
      fill(run.config.release.notes_file, release_values(run.config, *run.identity));
  return base::with_context(run.config.place("release.notes_file"), [&] {
    std::string notes;
    try {
      notes = base::read_file(run.config.resolve(path, run.home), kMaxNotesBytes);
    } catch (const Error& error) {
      throw Error(Errc::config, cat(error.what(), "; give a text file of at most 4 KiB"));
    }
    if (base::safe_text(notes) != notes) {
      throw Error(Errc::config, cat(path,
                                    " is no plain text; remove control characters and what "
                                    "is not UTF-8"));
    }
    return notes;
  });
}

namespace {

// A share is for what is new; the same command again says nothing new.
void check_share(const Run& run, const schema::Release& there) {
  if (!run.options.rollout) return;
  const int first = there.rollout.empty() ? kEverybody : there.rollout.front().basis_points;
  if (first == *run.options.rollout) return;
  const int share = there.rollout.empty() ? kEverybody : there.rollout.back().basis_points;
  const std::string version = run.identity->version.text();
  run.around.messages.warn(cat(version, " is public already, for ", percent_text(share),
                               "; --rollout is for new releases, and cco-release rollout ", version,
                               " --percent N for this one"));
}

}  // namespace

Skipped manifest_stage(Run& run) {
  if (run.config.destinations.empty()) return "there is no destination that would show it";
  const schema::Release* const there =
      run.before.find(run.identity->version, run.identity->channel);
  if (there != nullptr) {
    run.record.published = there->published;
    check_share(run, *there);
  } else if (!run.record.published) {
    run.record.published = published_as_staged(run).value_or(run.around.now);
  }
  write_record(run);
  run.release = release_entry(run);
  const schema::Channel channel = run.identity->channel;
  std::vector<std::optional<schema::Channel>> changed{channel};
  if (!run.before.is_proven) changed.emplace_back();
  for (const auto of : changed) {
    const schema::Manifest* const shown = run.before.manifest(of);
    schema::Manifest merged =
        merge_manifest(shown == nullptr ? first_manifest(run, of) : *shown, run.config.product.name,
                       of, run.identity->version, entry_in(run, shown, *run.release));
    if (shown == nullptr || !(merged == *shown)) pass_remembered_generation(run, merged);
    run.manifests.insert_or_assign(schema::manifest_name(of), std::move(merged));
  }
  // What a stolen key signed is replaced, in every channel.
  for (const auto of : run.before.stolen)
    run.manifests.emplace(schema::manifest_name(of), *run.before.manifest(of));
  if (run.before.is_proven) {
    std::map<schema::Channel, schema::Manifest> channels;
    for (const auto& [name, manifest] : run.manifests)
      if (manifest.channel) channels.emplace(*manifest.channel, manifest);
    run.manifests.insert_or_assign(schema::manifest_name(std::nullopt),
                                   combined_with(run, channels));
  }
  for (const auto& [name, manifest] : run.manifests) {
    const std::string text = schema::write_manifest(manifest);
    if (text.size() > schema::kMaxManifestBytes) {
      throw Error(Errc::config, cat(name, " would be larger than 1 MiB; shorten the notes"));
    }
    check_readable(name, text);
    write_if_changed(run.folder / "site" / name, text);
  }
  return std::nullopt;
}

}  // namespace releaser
