#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/agent_assets.hpp"
#include "releaser/stages/extra_files.hpp"
#include "releaser/stages/listed_archive.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"
#include "releaser/stages/taken_asset.hpp"

#include <algorithm>
#include <filesystem>

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

// A file of the draft, from dist/V or from where it is staged.
void take_staged(const Run& run, const std::string& name, std::uint64_t most,
                 const trust::Sha256& sha256) {
  const Destination& first = run.asset_host();
  switch (take_asset(run, first, staged_name(run.identity->tag(), name), name, most, sha256)) {
    case Taken::yes:
      return;
    case Taken::too_large:
      throw Error(Errc::conflict, cat(name, " as it is staged at ", first.place(),
                                      " is larger than its draft says"));
    case Taken::absent:
      throw Error(Errc::not_found,
                  cat(name, " of the draft is neither in ", run.folder.string(), " nor staged at ",
                      first.place(), "; run cco-release publish again where it was built"));
    case Taken::other_bytes:
      throw Error(Errc::conflict, cat(name, " as it is staged at ", first.place(),
                                      " is not what its draft says; run cco-release publish again "
                                      "where it was built"));
  }
}

// Their digests, which are signed, are all that is said of them, but for those that agents fetch.
void take_extra_file(Run& run, const ExtraFile& file) {
  const base::Path path = run.folder / "assets" / file.name;
  take_staged(run, file.name, file.size, file.sha256);
  const auto [sha256, blake2b] = digests_of_file(path);
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) != file.size) {
    throw Error(Errc::conflict, cat(file.name, ": the draft is wrong about its size"));
  }
  run.extra_files.push_back({file.name, file.size, sha256, blake2b});
}

void compare_extra_files(const Run& run) {
  const auto& drafted = run.draft->extra_files;
  const bool is_same = std::equal(run.extra_files.begin(), run.extra_files.end(), drafted.begin(),
                                  drafted.end(), [](const ExtraFile& one, const ExtraFile& other) {
                                    return one.name == other.name && one.sha256 == other.sha256;
                                  });
  if (is_same) return;
  throw Error(Errc::conflict,
              "the files of [release] extra_files are not what the draft has; nothing was signed: "
              "find out why before anybody signs (one with deltas is built with the same "
              "--previous)");
}

// What deflate can make of so many bytes, and no more.
base::ArchiveLimits limits_of(const DraftArchive& archive) {
  constexpr std::uint64_t kMostRatio = 1040;
  return {.unpacked_size = std::min(archive.packed.unpacked_size, archive.packed.size * kMostRatio),
          .entries = archive.packed.files.size()};
}

// The manifest says of the archive what its draft says, so that has to be so.
void check_draft_of(const DraftArchive& archive, const std::vector<PackedFile>& files) {
  const auto complain = [&](std::string_view what) {
    throw Error(Errc::conflict, cat(archive.asset, ": the draft is wrong about ", what,
                                    "; run cco-release publish again where it was built"));
  };
  if (!have_same_files(files, archive.packed.files)) complain("the files in it");
  std::uint64_t unpacked_size = 0;
  for (const PackedFile& file : files)
    unpacked_size += file.size;
  if (unpacked_size != archive.packed.unpacked_size) complain("its unpacked size");
  if (!archive.agent) return;
  const bool has_agent = std::any_of(files.begin(), files.end(), [&](const PackedFile& file) {
    return file.executable && file.name == *archive.agent;
  });
  if (!has_agent) complain("its agent");
}

void take_target(const Run& run, Target& target, const base::Path& unpacked) {
  const DraftArchive& archive = archive_for(run, target);
  take_staged(run, archive.asset, archive.packed.size, archive.packed.sha256);
  const base::Path file = run.folder / "assets" / target.asset;
  if (std::filesystem::file_size(file) != archive.packed.size) {
    throw Error(Errc::conflict, cat(archive.asset, ": the draft is wrong about its size"));
  }
  std::filesystem::create_directory(unpacked);
  check_draft_of(archive, base::with_context(archive.asset, [&] {
                   const base::FileDescriptor packed = base::open_regular_file(file);
                   return list_archive({packed, 0, base::file_size(packed)},
                                       format_of(target.platform), unpacked, limits_of(archive));
                 }));
  target.packed = archive.packed;
  target.packed->blake2b = digests_of_file(run.folder / "assets" / target.asset).second;
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
  for (InputBinary& binary : target.binaries)
    binary.packed = unpacked / binary.name;
}

// What the manifest will ask of a machine is read from the binaries themselves.
void inspect_restored(Run& run) {
  Problems problems;
  inspect_targets(run, problems, [](const Target&, const InputBinary&) { return true; });
  problems.throw_if_any();
  for (const Target& target : run.targets) {
    if (archive_for(run, target).requirements == target.requirements) continue;
    throw Error(Errc::conflict, cat(target.asset,
                                    ": the draft is wrong about what its binaries require; run "
                                    "cco-release publish again where it was built"));
  }
}

}  // namespace

Skipped restore_stage(Run& run) {
  if (!run.draft) return "there is no draft";
  if (run.draft->published > run.around.now) {
    throw Error(Errc::expired, cat("the draft says that it was published at ",
                                   base::format_time(run.draft->published),
                                   ", which is in the future; set the clock right, or make the "
                                   "draft anew"));
  }
  check_platforms(run);
  check_drafted_extra_files(run);
  if (run.options.rebuild) {
    compare_rebuilt(run);
    compare_extra_files(run);
  } else {
    if (run.earlier) run.record = *run.earlier;
    base::make_directories(run.folder);
    const base::TemporaryDirectory unpacked(run.folder, ".again-");
    for (Target& target : run.targets)
      take_target(run, target, unpacked.path() / target.platform.name());
    run.extra_files.clear();
    for (const ExtraFile& file : run.draft->extra_files)
      take_extra_file(run, file);
    take_drafted_agent_assets(run);
    inspect_restored(run);
    // So that publishing goes on after the staged one is gone.
    if (!run.options.sign_only) {
      write_if_changed(run.folder / kDraftName, write_draft(*run.draft), 0644,
                       base::Durability::flushed);
    }
  }
  run.record.published = run.draft->published;
  return std::nullopt;
}

}  // namespace releaser
