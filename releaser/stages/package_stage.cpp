#include "base/deflate.hpp"
#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "base/zstd.hpp"
#include "releaser/stages/agent_assets.hpp"
#include "releaser/stages/extra_files.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

std::vector<ArchiveEntry> entries_of(const Run& run, const Target& target) {
  std::vector<ArchiveEntry> entries;
  for (const InputBinary& binary : target.binaries) {
    entries.push_back({binary.name, binary.packed, true});
  }
  for (const MatchedFile& file : run.files)
    entries.push_back({file.name, file.source, false});
  return entries;
}

PackOptions pack_options(const Run& run, base::ArchiveFormat format) {
  PackOptions options;
  options.format = format;
  options.date = run.identity->date;
  options.level = run.config.archive.level;
  return options;
}

// Everything that decides the bytes of an archive.
trust::Sha256 settled_by(const Run& run, const Target& target, const std::string& name,
                         base::ArchiveFormat format) {
  const std::string compressor =
      format == base::ArchiveFormat::tar_zst
          ? base::zstd_version()
          : cat(run.record.compressor, "\nlevel ", run.config.archive.level);
  std::string text = cat("tool ", run.record.tool_version, "\ncompressor ", compressor, "\ndate ",
                         base::format_time(run.identity->date), "\nname ", name, "\n");
  for (const InputBinary& binary : target.binaries) {
    text += cat("binary ", binary.name, " ", binary.sha256.hex(), "\n");
  }
  for (const MatchedFile& file : run.files) {
    text += cat("file ", file.name, " ", run.record.inputs.at(file.name).hex(), "\n");
  }
  return trust::sha256_of(text);
}

// The archive of the run before, if nothing that decides its bytes has changed and it is whole.
std::optional<PackedArchive> packed_before(const Run& run, const std::string& name,
                                           const trust::Sha256& settled) {
  if (!run.earlier) return std::nullopt;
  const auto known = run.earlier->archives.find(name);
  if (known == run.earlier->archives.end() || known->second.settled_by != settled) {
    return std::nullopt;
  }
  const base::Path file = run.folder / "assets" / name;
  if (base::type_of(file, base::Links::not_followed) != std::filesystem::file_type::regular) {
    return std::nullopt;
  }
  PackedArchive packed = known->second.packed;
  const auto ahead = run.ahead ? run.ahead->find(file) : std::nullopt;
  const auto [sha256, blake2b] = ahead ? *ahead : digests_of_file(file);
  if (sha256 != packed.sha256) return std::nullopt;
  packed.blake2b = blake2b;
  return packed;
}

void check_binaries_unchanged(const Target& target, const PackedArchive& packed) {
  for (const InputBinary& binary : target.binaries) {
    for (const PackedFile& file : packed.files) {
      if (file.name == binary.name && file.sha256 != binary.sha256) {
        throw Error(Errc::config, cat(binary.packed.string(),
                                      " changed after it was inspected; run again when its build "
                                      "is over"));
      }
    }
  }
}

void check_same_again(const Run& run, const Target& target, const std::string& name,
                      base::ArchiveFormat format, const trust::Sha256& sha256) {
  const base::TemporaryDirectory folder(run.folder, ".again-");
  const PackedArchive again =
      pack_archive(folder.path() / name, entries_of(run, target), pack_options(run, format));
  if (again.sha256 != sha256) {
    throw Error(Errc::internal, cat(name,
                                    " came out different when packed again; please "
                                    "report this"));
  }
}

// The target's files under a name, packed now or before.
ArchiveRecord pack_or_keep(const Run& run, const Target& target, const std::string& name,
                           base::ArchiveFormat format) {
  ArchiveRecord record;
  record.settled_by = settled_by(run, target, name, format);
  if (auto packed = packed_before(run, name, record.settled_by)) {
    record.packed = std::move(*packed);
  } else {
    record.packed = pack_archive(run.folder / "assets" / name, entries_of(run, target),
                                 pack_options(run, format));
    check_binaries_unchanged(target, record.packed);
  }
  if (run.options.check_reproducible)
    check_same_again(run, target, name, format, record.packed.sha256);
  return record;
}

// So that no core waits for one long archive at the end.
std::vector<std::size_t> largest_first(const std::vector<Target>& targets) {
  std::vector<std::size_t> order(targets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto size = [&](std::size_t index) {
    std::uint64_t sum = 0;
    for (const InputBinary& binary : targets[index].binaries)
      sum += binary.inspection.size;
    return sum;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t one, std::size_t other) { return size(one) > size(other); });
  return order;
}

// What an earlier run made for a platform or under a name that is not wanted any more.
void remove_stale_assets(const Run& run) {
  const std::vector<std::string> names = asset_names(run);
  const std::set<std::string> wanted(names.begin(), names.end());
  for (const std::string& name : base::list_directory(run.folder / "assets")) {
    const std::string_view stem =
        name.ends_with(".minisig") ? std::string_view(name).substr(0, name.size() - 8) : name;
    if (!wanted.contains(std::string(stem))) base::remove_if_exists(run.folder / "assets" / name);
  }
}

}  // namespace

Skipped package_stage(Run& run) {
  run.record.compressor = base::compressor_version();
  if (run.earlier) run.record.published = run.earlier->published;
  base::make_directories(run.folder / "assets");
  std::vector<ArchiveRecord> records(run.targets.size());
  std::vector<std::optional<ArchiveRecord>> alternatives(run.targets.size());
  const std::vector<std::size_t> order = largest_first(run.targets);
  base::for_each_in_parallel(order.size(), run.options.parallelism, [&](std::size_t at) {
    const std::size_t index = order[at];
    const Target& target = run.targets[index];
    base::with_context(target.platform.name(), [&] {
      records[index] = pack_or_keep(run, target, target.asset, format_of(target.platform));
      if (wants_alternative(run, target)) {
        alternatives[index] =
            pack_or_keep(run, target, alternative_name(target), base::ArchiveFormat::tar_zst);
      }
    });
  });
  collect_extra_files(run);
  for (std::size_t index = 0; index < records.size(); ++index) {
    Target& target = run.targets[index];
    target.packed = records[index].packed;
    run.record.archives[target.asset] = std::move(records[index]);
    if (!alternatives[index]) continue;
    target.alternative = alternative_name(target);
    const PackedArchive& packed = alternatives[index]->packed;
    run.extra_files.push_back({*target.alternative, packed.size, packed.sha256, packed.blake2b});
    run.record.archives[*target.alternative] = std::move(*alternatives[index]);
  }
  if (run.options.check_reproducible) {
    run.around.messages.say(
        cat("packed everything twice, with the same bytes: ", run.targets.size(), " archive",
            run.targets.size() == 1 ? "" : "s"));
  }
  add_agent_assets(run);
  remove_stale_assets(run);
  write_record(run);
  return std::nullopt;
}

}  // namespace releaser
