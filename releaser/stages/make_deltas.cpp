#include "releaser/stages/make_deltas.hpp"

#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "delta/making/make_delta.hpp"
#include "releaser/stages/agent_assets.hpp"
#include "releaser/stages/previous_releases.hpp"
#include "releaser/stages/taken_asset.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;

constexpr std::uint64_t kWorthPercent = 60;
// Each takes five times the size of a binary in memory.
constexpr std::size_t kMostAtOnce = 2;
constexpr std::size_t kMaxOthersBytes = std::size_t{1} << 30U;

// A delta of a target, made before or to be made.
struct Job {
  std::string name;
  DeltaRecord record;
  base::Path earlier;  // folder of the files that it starts from; empty: it is there
  std::string remark;  // for people
};

// What an agent would fetch.
std::uint64_t fetched_size(const Run& run, const Target& target) {
  return target.alternative
             ? std::min(target.packed->size, extra_file(run, *target.alternative).size)
             : target.packed->size;
}

// Everything that decides the bytes of a delta, and whether it is worth it.
trust::Sha256 settled_by(const Run& run, const Target& target, const DeltaRecord& record) {
  std::string text =
      cat("tool ", run.record.tool_version, "\nmaker ", delta::making::maker_version(),
          "\narchive ", target.packed->sha256.hex(), "\nfetched ", fetched_size(run, target),
          "\ndate ", base::format_time(run.identity->date), "\npath ", record.path, "\nfrom ",
          record.from_sha256.hex(), "\n");
  for (const auto& [path, sha256] : record.further)
    text += cat("further ", path, "\nfrom ", sha256.hex(), "\n");
  return trust::sha256_of(text);
}

std::string delta_name(const Target& target, const schema::Version& from) {
  const std::string_view suffix = target.platform.archive_suffix();
  return cat(target.asset.substr(0, target.asset.size() - suffix.size()), ".from-", from.text(),
             ".delta");
}

bool is_made(const Run& run, const std::string& name, const DeltaRecord& record,
             const trust::Sha256& settled) {
  return record.settled_by == settled &&
         (record.format.empty() || holds(run.folder / "assets" / name, record.sha256));
}

std::vector<Job> kept_jobs(const Run& run, const Target& target) {
  std::vector<Job> jobs;
  if (!run.earlier) return jobs;
  for (const auto& [name, record] : run.earlier->deltas) {
    if (record.archive == target.asset && record.path == binary_of_deltas(target).name &&
        is_made(run, name, record, settled_by(run, target, record)))
      jobs.push_back({name, record, {}, {}});
  }
  return jobs;
}

// What the archive's other binaries start from: the files of the same names in that folder. One
// that cannot be patched comes along whole.
std::map<std::string, trust::Sha256> further_of(const Target& target, const base::Path& earlier) {
  constexpr std::size_t kMaxPathBytes = 255;
  const auto can_be_patched = [](std::uint64_t size) {
    return size > 0 && size <= delta::kMaxBinaryBytes;
  };
  std::map<std::string, trust::Sha256> further;
  for (const PackedFile& binary : target.packed->files) {
    const base::Path old = earlier / binary.name;
    if (is_binary(target, binary.name) && binary.name != binary_of_deltas(target).name &&
        binary.name.size() <= kMaxPathBytes && can_be_patched(binary.size) &&
        base::type_of(old) == std::filesystem::file_type::regular &&
        can_be_patched(std::filesystem::file_size(old)))
      further.emplace(binary.name, sha256_of_file(old));
  }
  return further;
}

std::vector<Job> jobs_of(const Run& run, const Target& target) {
  if (run.options.previous.empty()) return kept_jobs(run, target);
  std::vector<Job> jobs;
  const auto versions = previous_versions(run.options.previous, run.identity->version);
  const std::string& path = binary_of_deltas(target).name;
  for (const PreviousBinary& from :
       previous_binaries(run.options.previous, versions, target.platform, path)) {
    Job job{.name = delta_name(target, from.version),
            .record = {.settled_by = {},
                       .archive = target.asset,
                       .path = path,
                       .from_sha256 = from.sha256,
                       .further = further_of(target, from.folder),
                       .format = {},
                       .sha256 = {}},
            .earlier = from.folder,
            .remark = {}};
    job.record.settled_by = settled_by(run, target, job.record);
    if (run.earlier) {
      const auto known = run.earlier->deltas.find(job.name);
      if (known != run.earlier->deltas.end() &&
          is_made(run, job.name, known->second, job.record.settled_by)) {
        job.record = known->second;
        job.earlier.clear();
      }
    }
    jobs.push_back(std::move(job));
  }
  std::sort(jobs.begin(), jobs.end(),
            [](const Job& left, const Job& right) { return left.name < right.name; });
  return jobs;
}

// All files of the archive but those that are patched, as a tar.zst; nothing where there are none.
std::string pack_others(const Run& run, const Target& target, const base::Path& unpacked,
                        const DeltaRecord& record) {
  std::vector<ArchiveEntry> entries;
  for (const PackedFile& file : target.packed->files) {
    if (file.name != record.path && !record.further.contains(file.name))
      entries.push_back({file.name, unpacked / file.name, file.executable});
  }
  if (entries.empty()) return {};
  const base::TemporaryDirectory folder(run.folder, ".delta-");
  const base::Path packed = folder.path() / "others.tar.zst";
  pack_archive(
      packed, std::move(entries),
      {.format = base::ArchiveFormat::tar_zst, .date = run.identity->date, .checksums_name = {}});
  return base::read_file(packed, kMaxOthersBytes);
}

base::MappedFile map_earlier(const base::Path& file, const trust::Sha256& sha256) {
  base::MappedFile mapped(base::open_regular_file(file));
  if (trust::sha256_of(mapped.view()) != sha256) {
    throw base::Error(base::Errc::config, cat(file.string(), " changed while it was read"));
  }
  return mapped;
}

std::string raw_bytes(const trust::Sha256& sha256) {
  return {sha256.bytes().begin(), sha256.bytes().end()};
}

// The patches of further binaries, and all other files.
std::string make_behind(const Run& run, const Target& target, const base::Path& unpacked,
                        const base::Path& earlier, const DeltaRecord& record) {
  std::string behind;
  for (const auto& [path, sha256] : record.further) {
    const base::MappedFile old = map_earlier(earlier / path, sha256);
    const base::MappedFile binary(base::open_regular_file(unpacked / path));
    behind += delta::making::further_frame(path, raw_bytes(sha256), old.view(), binary.view());
  }
  return behind + delta::making::others_frame(pack_others(run, target, unpacked, record));
}

void make_one(const Run& run, const Target& target, const base::Path& unpacked, Job& job) {
  const std::uint64_t fetched = fetched_size(run, target);
  const base::MappedFile old = map_earlier(job.earlier / job.record.path, job.record.from_sha256);
  const base::MappedFile binary(base::open_regular_file(unpacked / job.record.path));
  const std::string behind = make_behind(run, target, unpacked, job.earlier, job.record);
  const auto made =
      delta::making::make_delta(old.view(), binary.view(), behind, fetched / 100 * kWorthPercent);
  if (!made) {
    job.remark = cat(job.name, ": none, as it would save too little");
    return;
  }
  base::write_file_atomically(run.folder / "assets" / job.name, made->bytes, 0644,
                              base::Durability::none);
  job.record.format = delta::format_id(made->format);
  job.record.sha256 = trust::sha256_of(made->bytes);
  job.remark = cat(job.name, ": ", base::human_size(made->bytes.size()), ", ",
                   made->bytes.size() * 100 / fetched, " % of the archive, ", job.record.format);
}

// From what is in the archive, so that they give what is there.
void make_all(const Run& run, const Target& target, std::vector<Job>& jobs) {
  const auto to_be_made = [](const Job& job) { return !job.earlier.empty(); };
  if (std::none_of(jobs.begin(), jobs.end(), to_be_made)) return;
  const base::TemporaryDirectory folder(run.folder, ".delta-");
  const base::Path unpacked = folder.path() / "unpacked";
  base::make_directories(unpacked);
  base::unpack_archive(
      base::open_regular_file(run.folder / "assets" / target.asset), format_of(target.platform),
      unpacked,
      {.unpacked_size = target.packed->unpacked_size, .entries = target.packed->files.size()}, {});
  for (Job& job : jobs)
    if (to_be_made(job)) make_one(run, target, unpacked, job);
}

}  // namespace

void make_deltas(Run& run) {
  std::vector<std::vector<Job>> jobs;
  jobs.reserve(run.targets.size());
  for (const Target& target : run.targets)
    jobs.push_back(jobs_of(run, target));
  base::for_each_in_parallel(
      run.targets.size(), std::min(run.options.parallelism, kMostAtOnce), [&](std::size_t at) {
        base::with_context(run.targets[at].platform.name(),
                           [&] { make_all(run, run.targets[at], jobs[at]); });
      });
  for (std::size_t at = 0; at < jobs.size(); ++at) {
    for (const Job& job : jobs[at]) {
      if (!job.remark.empty()) run.around.messages.say(job.remark);
      run.record.deltas[job.name] = job.record;
      if (job.record.format.empty()) continue;
      add_delta(run, run.targets[at],
                {job.name, job.record.format, job.record.path, job.record.from_sha256});
    }
  }
}

}  // namespace releaser
