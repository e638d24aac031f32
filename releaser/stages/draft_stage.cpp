#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/signed_files.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

const DraftArchive& archive_for(const Run& run, const Target& target) {
  for (const DraftArchive& archive : run.draft->archives)
    if (archive.platform == target.platform.name() && archive.asset == target.asset) return archive;
  throw Error(Errc::conflict,
              cat("the draft has no ", target.asset, " for ", target.platform.name(),
                  "; it was made with another cco-release.toml"));
}

void check_platforms(const Run& run) {
  if (run.draft->archives.size() == run.targets.size()) return;
  throw Error(Errc::conflict, cat("the draft has ", run.draft->archives.size(), " archives, and ",
                                  run.config.file.filename().string(), " asks for ",
                                  run.targets.size(), "; it was made with another one"));
}

// What of an archive differs, for people: most often one binary.
std::string first_difference(const PackedArchive& own, const PackedArchive& drafted) {
  for (const PackedFile& file : own.files) {
    if (file.name == "checksums.sha256") continue;  // it follows the others
    const auto same_name = std::find_if(drafted.files.begin(), drafted.files.end(),
                                        [&](const auto& each) { return each.name == file.name; });
    if (same_name == drafted.files.end()) return cat(file.name, " in it is new here");
    if (same_name->sha256 != file.sha256) return cat(file.name, " in it differs");
  }
  if (own.files.size() != drafted.files.size()) return "a file of it is missing here";
  return "its files are the same, but it was packed otherwise";
}

void compare_rebuilt(const Run& run) {
  for (const Target& target : run.targets) {
    const PackedArchive& drafted = archive_for(run, target).packed;
    if (target.packed->sha256 == drafted.sha256) continue;
    throw Error(Errc::conflict,
                cat(target.asset, " is not what was built here: ",
                    first_difference(*target.packed, drafted), " (the draft has sha256 ",
                    drafted.sha256.hex(), ", this build ", target.packed->sha256.hex(),
                    "); nothing was signed: find out why before anybody signs"));
  }
}

bool holds(const base::Path& file, const trust::Sha256& sha256) {
  return base::type_of(file, base::Links::not_followed) == std::filesystem::file_type::regular &&
         sha256_of_file(file) == sha256;
}

// The archive of the draft, from dist/V or from where it is staged.
void take_archive(const Run& run, const DraftArchive& archive) {
  const base::Path file = run.folder / "assets" / archive.asset;
  if (holds(file, archive.packed.sha256)) return;
  const Destination& first = run.asset_host();
  base::make_directories(file.parent_path());
  base::AtomicFile copy(file, 0644);
  trust::Sha256Hasher hasher;
  std::uint64_t size = 0;
  const bool is_there =
      first.stream(staged_name(run.identity->tag(), archive.asset), [&](std::string_view bytes) {
        size += bytes.size();
        if (size > archive.packed.size) {
          throw Error(Errc::conflict, cat(archive.asset, " as it is staged at ", first.place(),
                                          " is larger than its draft says"));
        }
        hasher.update(bytes);
        copy.write(bytes);
      });
  if (!is_there) {
    throw Error(Errc::not_found, cat(archive.asset, " of the draft is neither in ",
                                     run.folder.string(), " nor staged at ", first.place(),
                                     "; run cco-release publish again where it was built"));
  }
  if (hasher.finish() != archive.packed.sha256) {
    throw Error(Errc::conflict, cat(archive.asset, " as it is staged at ", first.place(),
                                    " is not what its draft says; run cco-release publish again "
                                    "where it was built"));
  }
  copy.commit();
}

void take_target(const Run& run, Target& target) {
  const DraftArchive& archive = archive_for(run, target);
  take_archive(run, archive);
  target.packed = archive.packed;
  target.packed->blake2b = digests_of_file(run.folder / "assets" / target.asset).second;
  target.requirements = archive.requirements;
  // Whether an updater lies beside the binaries, only who built it knows.
  std::erase_if(target.binaries,
                [](const InputBinary& binary) { return binary.role == BinaryRole::agent; });
  bool is_known = false;
  for (InputBinary& binary : target.binaries) {
    const bool is_agent = archive.agent && *archive.agent == binary.name;
    binary.role = is_agent ? BinaryRole::product_and_agent : BinaryRole::product;
    is_known = is_known || is_agent;
  }
  if (archive.agent && !is_known) {
    target.binaries.push_back({.source = {},
                               .packed = {},
                               .name = *archive.agent,
                               .role = BinaryRole::agent,
                               .inspection = {},
                               .sha256 = {}});
  }
}

void check_nothing_came_between(const Run& run) {
  if (run.before.find(run.identity->version) != nullptr) return;
  for (const auto channel : schema::kManifestsOfSite) {
    const std::string name = schema::manifest_name(channel);
    const schema::Manifest* const shown = run.before.manifest(channel);
    const std::uint64_t now = shown == nullptr ? 0 : shown->generation;
    const auto drafted = run.draft->before.find(name);
    const std::uint64_t then = drafted == run.draft->before.end() ? 0 : drafted->second;
    if (now == then || (channel && *channel != run.identity->channel)) continue;
    throw Error(Errc::conflict,
                cat("the draft is out of date: ", run.destinations.front()->place(), " shows ",
                    name, " in generation ", now, " now, and the draft was made for ", then, " (",
                    now > then ? "another release was published meanwhile"
                               : "this is an older copy of the site",
                    "); run cco-release publish --version ", run.identity->version.text(),
                    " again where it is built, and let that draft be signed"));
  }
}

void compare_files(const Run& run) {
  std::set<std::string> names;
  for (const SignedFile& file : signed_files(run)) {
    names.insert(file.public_name);
    const auto drafted = run.draft->files.find(file.public_name);
    if (drafted != run.draft->files.end() && drafted->second == file.sha256) continue;
    const std::string versions =
        run.draft->tool_version == run.around.tool_version
            ? std::string()
            : cat(", by cco-release ", base::safe_text(run.draft->tool_version, 80), " and not ",
                  run.around.tool_version);
    throw Error(Errc::conflict,
                cat(file.public_name,
                    drafted == run.draft->files.end() ? " is not in the draft"
                                                      : " comes out with other bytes here",
                    ": the draft was made with other settings, notes or templates", versions,
                    "; check out what it was made from, or make the draft anew"));
  }
  for (const auto& [name, ignored] : run.draft->files) {
    if (names.contains(name)) continue;
    throw Error(Errc::conflict, cat("the draft has ", base::safe_text(name, 200),
                                    ", which is not made here: it was made with other settings"));
  }
}

std::vector<std::string> words_of(Run& run) {
  const ReleaseDraft& draft = *run.draft;
  const std::string channel(schema::channel_name(draft.channel));
  std::vector<std::string> words{
      cat("to be signed: ", draft.product, " ", draft.version, ", channel ", channel),
      cat("  made from      ",
          draft.commit ? cat("commit ", *draft.commit) : std::string("no commit"), ", dated ",
          base::format_time(draft.date))};
  for (const DraftArchive& archive : draft.archives) {
    words.push_back(cat("  ", archive.asset, "  ", base::human_size(archive.packed.size)));
    words.push_back(cat("    sha256 ", archive.packed.sha256.hex()));
  }
  const auto newest = run.before.newest(draft.channel);
  words.push_back(cat("  public before  ", newest ? cat(draft.product, " ", newest->text())
                                                  : cat("nothing in channel ", channel)));
  for (const auto& [name, manifest] : run.manifests) {
    words.push_back(cat("  ", name, ": generation ", manifest.generation,
                        draft.before.contains(name) ? "" : ", the first"));
  }
  words.push_back(cat("  metadata       ", channel, " ", draft.role_version, ", good until ",
                      base::format_time(draft.role_expires)));
  if (run.installer_of) {
    words.push_back(cat("  new users      install.sh and install.ps1 bring ", *run.installer_of));
  }
  words.push_back(run.options.rebuild
                      ? "  these bytes were built here too, and are the same"
                      : "  these bytes were not built here: whoever made the draft chose them "
                        "(--rebuild builds and compares)");
  return words;
}

}  // namespace

Skipped restore_stage(Run& run) {
  if (!run.draft) return "there is no draft";
  check_platforms(run);
  if (run.options.rebuild) {
    compare_rebuilt(run);
  } else {
    if (run.earlier) run.record = *run.earlier;
    for (Target& target : run.targets)
      take_target(run, target);
    // So that publishing goes on after the staged one is gone.
    if (!run.options.sign_only) {
      write_if_changed(run.folder / kDraftName, write_draft(*run.draft), 0644,
                       base::Durability::flushed);
    }
  }
  run.record.published = run.draft->published;
  return std::nullopt;
}

Skipped draft_stage(Run& run) {
  if (!run.draft) return "there is no draft";
  const bool is_public = run.before.find(run.identity->version) != nullptr;
  if (is_public && run.options.sign_only) {
    run.is_public_already = true;
    return std::nullopt;
  }
  check_nothing_came_between(run);
  compare_files(run);
  if (!run.options.sign_only) return std::nullopt;
  require_some_key(run);
  if (run.around.agree) run.around.agree(words_of(run));
  return std::nullopt;
}

}  // namespace releaser
