#include "releaser/stages/own_releases.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/merge_manifest.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/seen.hpp"
#include "trust/minisign.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Version;

// What a manifest says, whoever of our keys signed it. A stolen key proves nothing: the caller has
// the file from dist/, or uses no more than the names of releases.
std::optional<schema::Manifest> said_by(const std::optional<std::string>& text,
                                        const std::optional<std::string>& signature,
                                        const std::vector<trust::PublicKey>& keys) {
  if (!text || !signature) return std::nullopt;
  try {
    return schema::parse_manifest(trust::verify(*text, *signature, keys));
  } catch (const Error&) {
    return std::nullopt;
  }
}

struct OwnRelease {
  schema::Release entry;
  base::Path assets;
};

// The generations that this machine has given, and its releases that are whole.
struct Dist {
  std::map<std::string, std::uint64_t> generations;  // by name of the manifest
  std::set<Version> known;                           // listed with a later or earlier release
  std::map<Version, OwnRelease> releases;
};

bool has_archives(const base::Path& assets, const schema::Release& entry) {
  return std::all_of(entry.platforms.begin(), entry.platforms.end(), [&](const auto& platform) {
    const base::Path file = assets / schema::asset_name(platform.second.url);
    std::error_code error;
    return std::filesystem::is_regular_file(file, error) &&
           std::filesystem::file_size(file, error) == platform.second.size &&
           sha256_of_file(file) == platform.second.sha256;
  });
}

// The generation that this release got in a run that was stopped is given again.
Dist read_dist(const Run& run, const std::vector<trust::PublicKey>& keys) {
  const base::Path dist = dist_with_records(run);
  Dist found;
  for (const std::string& name : base::list_directory(dist)) {
    std::optional<Version> version;
    try {
      version = Version::parse(name);
    } catch (const Error&) {
      continue;  // another file or folder
    }
    for (const auto channel : schema::kManifestsOfSite) {
      const std::string file = schema::manifest_name(channel);
      const base::Path path = dist / name / "site" / file;
      const auto manifest = said_by(
          base::read_file_if_exists(path, schema::kMaxManifestBytes),
          base::read_file_if_exists(signature_name(path.string()), trust::kMaxSignatureBytes),
          keys);
      if (!manifest) continue;
      if (*version != run.identity->version) {
        auto& generation = found.generations[file];
        generation = std::max(generation, manifest->generation);
      }
      for (const auto& [listed, release] : manifest->versions)
        if (listed != *version) found.known.insert(listed);
      const auto entry = manifest->versions.find(*version);
      if (entry == manifest->versions.end()) continue;
      if (has_archives(dist / name / "assets", entry->second)) {
        found.releases.emplace(*version, OwnRelease{entry->second, dist / name / "assets"});
      }
    }
  }
  return found;
}

// What the thief's manifests list, or ours that he has not touched.
std::map<Version, schema::Channel> listed_versions(const Run& run,
                                                   const std::vector<trust::PublicKey>& stolen) {
  std::map<Version, schema::Channel> listed;
  const Destination& first = *run.destinations.front();
  for (const auto channel : run.before.stolen) {
    const std::string name = schema::manifest_name(channel);
    const auto manifest =
        said_by(first.read(name, schema::kMaxManifestBytes),
                first.read(signature_name(name), trust::kMaxSignatureBytes), stolen);
    if (!manifest) continue;
    for (const auto& [version, release] : manifest->versions)
      listed.emplace(version, release.channel);
  }
  return listed;
}

// A release that no manifest lists, and that no other run in dist/ found there, may have been
// public all the same, or never.
bool is_public(const Run& run, const Version& version, const base::Path& assets) {
  const auto there = run.asset_host().read(cat("releases/v", version.text(), "/checksums.sha256"),
                                           kMaxChecksumsBytes);
  return there && there == base::read_file_if_exists(assets / "checksums.sha256", there->size());
}

bool is_said_to_go(const Run& run, const Version& version) {
  return std::find(run.options.leave_out.begin(), run.options.leave_out.end(), version) !=
         run.options.leave_out.end();
}

bool is_left_out(const Run& run, const Version& version) {
  return run.options.leave_out_all || is_said_to_go(run, version);
}

using Releases = std::map<Version, schema::Release>;

// Of channels whose manifests a key that counts has signed.
Releases releases_of(const std::map<schema::Channel, schema::Manifest>& channels) {
  Releases all;
  for (const auto& [channel, manifest] : channels)
    all.insert(manifest.versions.begin(), manifest.versions.end());
  return all;
}

void check_proven(const Run& run, const std::map<Version, schema::Channel>& listed,
                  const Dist& dist, const Releases& proven, Problems& problems) {
  std::vector<std::string> names;
  std::string options;
  for (const auto& [version, channel] : listed) {
    if (dist.releases.contains(version) || proven.contains(version)) continue;
    if (is_left_out(run, version)) continue;
    names.push_back(cat(version.text(), " (", schema::channel_name(channel), ")"));
    options += cat(" --leave-out ", version.text());
  }
  if (names.empty()) return;
  problems.add(
      Errc::untrusted,
      cat(run.destinations.front()->place(), ": a stolen key lists ", base::join(names, ", "),
          ", which ", dist_with_records(run).string(), " does not prove; if you made ",
          names.size() == 1 ? "it" : "them",
          ", bring dist/VERSION of the machine that did, with its archives; else add", options));
}

// What the metadata names, whoever signed it: agents may have seen that. A number that only a thief
// would give binds nobody who has the new keys.
std::uint64_t named_generation(const Run& run, std::optional<schema::Channel> channel) {
  constexpr std::uint64_t kMostThatIsOurs = std::uint64_t{1} << 32U;
  if (!channel || !run.public_metadata.set) return 0;
  const auto& channels = run.public_metadata.set->channels;
  const auto role = channels.find(schema::channel_name(*channel));
  if (role == channels.end() || !role->second.manifest) return 0;
  try {
    const std::uint64_t named = schema::parse_manifest(*role->second.manifest).generation;
    return named > kMostThatIsOurs ? 0 : named;
  } catch (const Error&) {
    return 0;
  }
}

// Who knows that releases of a channel were public, beside the site; nothing where nobody does.
std::optional<std::string> who_remembers(const Run& run, schema::Channel channel,
                                         bool thief_lists_some) {
  for (const std::string& tag : version_tags(run.config.root)) {
    const Version version = Version::parse(tag);
    if (version == run.identity->version || schema::channel_of(version) != channel) continue;
    if (!is_left_out(run, version)) return cat("git has ", tag);
  }
  // What follows may be a thief's, who began this channel: then its releases are named one by one.
  if (thief_lists_some) return std::nullopt;
  const auto remembered = remembered_generations(run, *run.destinations.front());
  if (const auto known = remembered.find(schema::manifest_name(channel)); known != remembered.end())
    return cat("generation ", known->second, " was public");
  if (named_generation(run, channel) > 0) return "the metadata names releases";
  return std::nullopt;
}

// A channel begins anew only where nothing knows of an earlier release, or a person says so: else
// whoever writes one file at the host, or has dist/ lost, ends what was yanked or halted.
void check_not_forgotten(const Run& run, const std::map<Version, schema::Channel>& listed,
                         Problems& problems) {
  if (run.options.leave_out_all) return;
  for (const auto of : run.before.stolen) {
    if (!of || run.before.channels.contains(*of)) continue;
    const bool thief_lists_some = std::any_of(listed.begin(), listed.end(),
                                              [&](const auto& each) { return each.second == of; });
    const auto memory = who_remembers(run, *of, thief_lists_some);
    if (!memory) continue;
    problems.add(Errc::untrusted,
                 cat(run.destinations.front()->place(), ": ", schema::manifest_name(of),
                     " is by a stolen key, and ", dist_with_records(run).string(),
                     " proves no release of ", schema::channel_name(*of), ", but ", *memory,
                     "; publish where dist/ has them, or, to begin the channel anew without them, "
                     "add --leave-out all"));
  }
}

}  // namespace

void carry_on_from_dist(Run& run, Problems& problems) {
  if (run.before.stolen.empty()) return;
  const ProductKeys keys = product_keys(*run.config.sign);
  std::vector<trust::PublicKey> all = keys.trusted;
  all.insert(all.end(), keys.stolen.begin(), keys.stolen.end());
  const Dist dist = read_dist(run, all);
  const auto listed = listed_versions(run, keys.stolen);
  const Releases proven = releases_of(run.before.channels);
  check_proven(run, listed, dist, proven, problems);
  if (listed.contains(run.identity->version)) {
    problems.add(Errc::conflict,
                 cat(run.identity->version.text(),
                     " is public already, by the stolen key, and public files never change; "
                     "publish a new version, which carries the earlier ones on"));
  }
  std::optional<schema::Manifest>& combined = run.before.combined;
  const bool is_combined_stolen = run.before.stolen.contains(std::nullopt);
  for (const auto& [version, release] : proven) {
    if (!is_combined_stolen) break;
    combined = merge_manifest(combined, run.config.product.name, {}, version, release);
  }
  std::vector<std::string> carried;
  for (const auto& [version, release] : dist.releases) {
    if (is_said_to_go(run, version) || version == run.identity->version) continue;
    const bool was_public = listed.contains(version) || dist.known.contains(version) ||
                            is_public(run, version, release.assets);
    if (!was_public) {
      problems.warn(cat(version.text(), " is in ", dist_with_records(run).string(),
                        ", and nothing shows that "
                        "it was public: it is not carried on"));
      continue;
    }
    const bool is_remade = run.before.stolen.contains(release.entry.channel);
    if (!is_remade) continue;
    run.carried.push_back({version, release.entry, release.assets});
    carried.push_back(version.text());
    const schema::Channel of = release.entry.channel;
    const auto before = run.before.channels.find(of);
    run.before.channels.insert_or_assign(
        of, merge_manifest(
                before == run.before.channels.end() ? std::nullopt : std::optional(before->second),
                run.config.product.name, of, version, release.entry));
    if (is_combined_stolen) {
      combined = merge_manifest(combined, run.config.product.name, {}, version, release.entry);
    }
  }
  check_not_forgotten(run, listed, problems);
  const auto remembered = remembered_generations(run, *run.destinations.front());
  for (const auto of : run.before.stolen) {
    std::uint64_t generation = named_generation(run, of);
    for (const auto* const source : {&dist.generations, &remembered}) {
      const auto known = source->find(schema::manifest_name(of));
      if (known != source->end()) generation = std::max(generation, known->second);
    }
    // A channel of which nothing is proven shows that.
    schema::Manifest empty;
    empty.product = run.config.product.name;
    empty.channel = of;
    empty.generated = run.around.now;
    if (of) run.before.channels.emplace(*of, empty);
    if (!of && !run.before.combined) run.before.combined = empty;
    schema::Manifest& manifest = of ? run.before.channels.at(*of) : *run.before.combined;
    manifest.generation = generation + 1;
  }
  problems.warn(cat("what a stolen key signed is believed no more: of ", listed.size(),
                    " releases that it lists, dist/ proves and carries on ",
                    carried.empty() ? "none" : base::join(carried, ", ")));
}

}  // namespace releaser
