#include "releaser/stages/agent_assets.hpp"

#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "base/text.hpp"
#include "delta/delta.hpp"
#include "releaser/stages/listed_archive.hpp"
#include "releaser/stages/make_deltas.hpp"
#include "releaser/stages/previous_releases.hpp"
#include "releaser/stages/taken_asset.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kTarZst = ".tar.zst";

std::string_view stem_of(const Target& target) {
  return std::string_view(target.asset)
      .substr(0, target.asset.size() - target.platform.archive_suffix().size());
}

const schema::PlatformEntry* public_entry(const Run& run, const Target& target) {
  const schema::Release* const there =
      run.before.find(run.identity->version, run.identity->channel);
  if (there == nullptr) return nullptr;
  const auto found = there->platforms.find(target.platform);
  return found == there->platforms.end() ? nullptr : &found->second;
}

void take_public_delta(Run& run, Target& target, const schema::Delta& delta) {
  const std::string name = schema::asset_name(delta.url);
  const Destination& host = run.asset_host();
  const std::string name_there = cat("releases/", run.identity->tag(), "/", name);
  const Taken taken = take_asset(run, host, name_there, name, delta.size, delta.sha256);
  if (taken == Taken::absent) {
    throw Error(Errc::not_found,
                cat(name, ", which the public manifest names, is neither in ", run.folder.string(),
                    " nor at ", host.place(), "; put it back there"));
  }
  if (taken != Taken::yes) {
    throw Error(Errc::conflict, cat(name, " at ", host.place(),
                                    " is not what the public manifest says; put the right one "
                                    "back there"));
  }
  add_delta(run, target, {name, delta.format, delta.path, delta.from_sha256});
}

[[noreturn]] void refuse_draft(std::string_view name, std::string_view problem) {
  throw Error(Errc::conflict,
              cat(name, ": ", problem, "; run cco-release publish again where it was built"));
}

const ExtraFile& drafted_file(const Run& run, const std::string& name) {
  for (const ExtraFile& file : run.extra_files)
    if (file.name == name) return file;
  refuse_draft(name, "the draft names it among no files");
}

// Its files are those of the archive, but for these.
void check_drafted(const Run& run, const Target& target, const base::FileSection& section,
                   std::string_view name, const std::set<std::string, std::less<>>& without) {
  std::vector<PackedFile> expected = target.packed->files;
  std::erase_if(expected, [&](const PackedFile& file) { return without.contains(file.name); });
  const base::TemporaryDirectory into(run.folder, ".again-");
  const bool is_empty = section.size == 0;
  const std::vector<PackedFile> files =
      is_empty ? std::vector<PackedFile>()
               : list_archive(section, base::ArchiveFormat::tar_zst, into.path(),
                              {.unpacked_size = target.packed->unpacked_size,
                               .entries = target.packed->files.size()});
  if (!have_same_files(files, expected)) refuse_draft(name, "its files are not the archive's");
}

void check_drafted_delta(const Run& run, const Target& target, const DeltaFile& delta) {
  const auto format = delta::find_format(delta.format);
  if (!format) refuse_draft(delta.name, "a delta of an unknown format");
  if (delta.path != binary_of_deltas(target).name) {
    refuse_draft(delta.name, "a delta of another binary than the largest");
  }
  const base::FileDescriptor file =
      base::open_regular_file(run.folder / "assets" / drafted_file(run, delta.name).name);
  const base::MappedFile bytes(file);
  const delta::Parts parts = delta::parts_of(*format, bytes.view());
  // What a patch gives has the digest that the manifest gives that binary, or is thrown away.
  std::set<std::string, std::less<>> patched{delta.path};
  for (const delta::FurtherPatch& further : parts.further) {
    if (!is_binary(target, further.path) || !patched.emplace(further.path).second) {
      refuse_draft(delta.name, "it patches what is no binary, or one twice");
    }
  }
  const std::uint64_t offset = bytes.size() - parts.others.size();
  check_drafted(run, target, {file, offset, parts.others.size()}, delta.name, patched);
}

}  // namespace

bool is_binary(const Target& target, std::string_view name) {
  return std::any_of(target.binaries.begin(), target.binaries.end(),
                     [&](const InputBinary& binary) { return binary.name == name; });
}

const PackedFile& binary_of_deltas(const Target& target) {
  const PackedFile* largest = nullptr;
  for (const PackedFile& file : target.packed->files) {
    if (is_binary(target, file.name) && (largest == nullptr || file.size > largest->size))
      largest = &file;
  }
  if (largest == nullptr) {
    throw Error(Errc::internal, cat(target.asset, " was packed without a binary"));
  }
  return *largest;
}

std::string alternative_name(const Target& target) { return cat(stem_of(target), kTarZst); }

bool wants_alternative(const Run& run, const Target& target) {
  if (format_of(target.platform) != base::ArchiveFormat::tar_gz) return false;
  const schema::PlatformEntry* const there = public_entry(run, target);
  if (there == nullptr) return run.config.archive.agent_format == "tar.zst";
  return std::any_of(
      there->alternatives.begin(), there->alternatives.end(),
      [](const schema::Alternative& alternative) { return alternative.format == "tar.zst"; });
}

bool is_agent_asset(const Run& run, std::string_view name) {
  return std::any_of(run.targets.begin(), run.targets.end(), [&](const Target& target) {
    return name == alternative_name(target) ||
           (name.starts_with(cat(stem_of(target), ".from-")) && name.ends_with(".delta"));
  });
}

void check_previous(const Run& run, Problems& problems) {
  if (run.options.previous.empty()) return;
  problems.collect([&] { (void)previous_versions(run.options.previous, run.identity->version); });
}

const ExtraFile& extra_file(const Run& run, std::string_view name) {
  for (const ExtraFile& file : run.extra_files)
    if (file.name == name) return file;
  throw Error(Errc::internal, cat(name, " is missing among the files of the release"));
}

void add_delta(Run& run, Target& target, DeltaFile delta) {
  const base::Path file = run.folder / "assets" / delta.name;
  const auto [sha256, blake2b] = digests_of_file(file);
  run.extra_files.push_back({delta.name, std::filesystem::file_size(file), sha256, blake2b});
  target.deltas.push_back(std::move(delta));
}

void add_agent_assets(Run& run) {
  if (run.before.find(run.identity->version, run.identity->channel) == nullptr) {
    make_deltas(run);
  } else {
    if (!run.options.previous.empty()) {
      run.around.messages.say(
          cat("--previous: ", run.identity->version.text(), " is public and keeps what it has"));
    }
    for (Target& target : run.targets) {
      const schema::PlatformEntry* const there = public_entry(run, target);
      if (there == nullptr) continue;
      for (const schema::Delta& delta : there->deltas)
        take_public_delta(run, target, delta);
    }
  }
  std::sort(run.extra_files.begin(), run.extra_files.end(),
            [](const ExtraFile& left, const ExtraFile& right) { return left.name < right.name; });
}

void take_drafted_agent_assets(Run& run) {
  for (Target& target : run.targets) {
    for (const DraftArchive& archive : run.draft->archives) {
      if (archive.asset != target.asset) continue;
      target.alternative = archive.alternative;
      target.deltas = archive.deltas;
    }
    if (target.alternative) {
      const std::string& name = drafted_file(run, *target.alternative).name;
      const base::FileDescriptor file = base::open_regular_file(run.folder / "assets" / name);
      check_drafted(run, target, {file, 0, base::file_size(file)}, name, {});
    }
    for (const DeltaFile& delta : target.deltas)
      check_drafted_delta(run, target, delta);
  }
}

void name_agent_assets(const Run& run, const Target& target, schema::PlatformEntry& entry) {
  const auto url_of = [&](const std::string& name) {
    return asset_url(*run.config.asset_host(), run.identity->tag(), name);
  };
  if (target.alternative) {
    const ExtraFile& file = extra_file(run, *target.alternative);
    entry.alternatives.push_back({"tar.zst", url_of(file.name), file.sha256, file.size});
  }
  for (const DeltaFile& delta : target.deltas) {
    const ExtraFile& file = extra_file(run, delta.name);
    entry.deltas.push_back(
        {delta.from_sha256, delta.path, delta.format, url_of(file.name), file.sha256, file.size});
  }
}

}  // namespace releaser
