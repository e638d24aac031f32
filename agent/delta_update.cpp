#include "agent/delta_update.hpp"

#include "agent/archive.hpp"
#include "agent/state_file.hpp"
#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "base/text.hpp"
#include "delta/delta.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <vector>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kLastAttempt = "last_attempt.json";

// How often deltas to this archive were begun and not ended well, also by a kill.
std::uint64_t failures_of(const Layout& layout, const trust::Sha256& archive) {
  return read_state(layout, kLastAttempt,
                    [&](const base::json::ObjectReader& object) {
                      return read_digest(object, "sha256") == archive
                                 ? object.number("delta_failures")
                                 : 0;
                    })
      .value_or(0);
}

void note_attempt(const Layout& layout, const InstallOrder& order) {
  write_state(layout, kLastAttempt,
              {{"version", order.version.text()},
               {"sha256", order.entry.sha256.hex()},
               {"delta_failures", failures_of(layout, order.entry.sha256) + 1}});
}

// A binary of the release, and how it comes out of an installed one.
struct PatchedBinary {
  const schema::BinaryEntry* binary;
  trust::Sha256 from_sha256;
  delta::Format format;
  std::string_view patch;
};

const schema::BinaryEntry& binary_of(const schema::PlatformEntry& entry, std::string_view path) {
  const auto found =
      std::find_if(entry.binaries.begin(), entry.binaries.end(),
                   [&](const schema::BinaryEntry& binary) { return binary.path == path; });
  if (found == entry.binaries.end()) {
    throw Error(Errc::untrusted, "the delta makes a file that is no binary of the manifest");
  }
  return *found;
}

trust::Sha256 digest_of(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return trust::Sha256(digest);
}

std::vector<PatchedBinary> patched_binaries(const schema::PlatformEntry& entry,
                                            const schema::Delta& delta, delta::Format format,
                                            const delta::Parts& parts) {
  std::vector<PatchedBinary> patched{
      {&binary_of(entry, delta.path), delta.from_sha256, format, parts.patch}};
  patched.reserve(1 + parts.further.size());
  for (const delta::FurtherPatch& further : parts.further) {
    patched.push_back({&binary_of(entry, further.path), digest_of(further.from_sha256),
                       further.format, further.patch});
  }
  return patched;
}

// What is installed, and where.
struct Installed {
  base::Path folder;
  CompletionMark mark;
};

base::Path installed_file(const Installed& installed, const trust::Sha256& sha256) {
  for (const auto& [path, file] : installed.mark.files)
    if (file.sha256 == sha256) return installed.folder / path;
  throw Error(Errc::untrusted, "the delta starts from a file that is not installed");
}

using UnpackedFiles = std::map<std::string, InstalledFile>;

void unpack_others(const base::FileSection& others, const schema::PlatformEntry& entry,
                   const std::vector<PatchedBinary>& patched, const base::Path& into,
                   UnpackedFiles& files) {
  if (others.size == 0) return;
  base::ArchiveLimits left{.unpacked_size = entry.unpacked_size, .entries = entry.entries};
  for (const PatchedBinary& each : patched) {
    if (each.binary->size > left.unpacked_size || left.entries == 0) {
      throw Error(Errc::untrusted, "the delta makes more than there is in the archive");
    }
    left.unpacked_size -= each.binary->size;
    --left.entries;
  }
  files = unpack_files(others, base::ArchiveFormat::tar_zst, into, left);
}

void make_binary(const PatchedBinary& patched, const base::Path& old_path, const base::Path& into,
                 UnpackedFiles& files) {
  const schema::BinaryEntry& binary = *patched.binary;
  const base::MappedFile old(base::open_regular_file(old_path));
  if (trust::sha256_of(old.view()) != patched.from_sha256) {
    throw Error(Errc::untrusted, cat(old_path.native(), " was changed since it was installed"));
  }
  const base::Path target = into / binary.path;
  base::make_directories(target.parent_path());
  base::AtomicFile file(target, 0755);
  {
    base::MappedFile made = base::MappedFile::for_writing(file.descriptor(), binary.size);
    delta::apply(patched.format, old.view(), patched.patch, {made.data(), made.size()});
    if (trust::sha256_of(made.view()) != binary.sha256) {
      throw Error(Errc::untrusted, "what the delta makes is not the binary of the manifest");
    }
  }
  file.commit();
  const bool is_new = files.emplace(binary.path, InstalledFile{binary.sha256, binary.size}).second;
  if (!is_new) throw Error(Errc::untrusted, cat("the delta has ", binary.path, " twice"));
}

CompletionMark make_release(const InstallOrder& order, const schema::Delta& delta,
                            const base::FileDescriptor& downloaded, const Installed& installed,
                            const base::Path& into) {
  const schema::PlatformEntry& entry = order.entry;
  const delta::Format format = delta::find_format(delta.format).value();
  const base::MappedFile bytes(downloaded);
  const delta::Parts parts = delta::parts_of(format, bytes.view());
  const std::vector<PatchedBinary> patched = patched_binaries(entry, delta, format, parts);
  base::make_directories(into);
  UnpackedFiles files;
  unpack_others({downloaded, bytes.size() - parts.others.size(), parts.others.size()}, entry,
                patched, into, files);
  for (const PatchedBinary& each : patched)
    make_binary(each, installed_file(installed, each.from_sha256), into, files);
  return completion_mark_of(entry, std::move(files), into);
}

}  // namespace

const schema::Delta* choose_delta(const schema::PlatformEntry& entry,
                                  const CompletionMark& installed) {
  const schema::Delta* best = nullptr;
  for (const schema::Delta& delta : entry.deltas) {
    const bool starts_here =
        std::any_of(installed.files.begin(), installed.files.end(),
                    [&](const auto& file) { return file.second.sha256 == delta.from_sha256; });
    if (!starts_here || !delta::find_format(delta.format) || delta.size >= entry.size) continue;
    if (best == nullptr || delta.size < best->size) best = &delta;
  }
  return best;
}

DeltaAttempt try_delta(const Services& services, base::HttpClient& http, const InstallOrder& order,
                       const std::optional<schema::Version>& from, const base::Path& staging,
                       const base::Path& into) {
  const Layout& layout = services.layout;
  DeltaAttempt attempt;
  if (!from || order.archive) return attempt;
  try {
    std::optional<CompletionMark> mark = read_completion_mark(layout, *from);
    const schema::Delta* const delta = mark ? choose_delta(order.entry, *mark) : nullptr;
    if (delta == nullptr) return attempt;
    if (failures_of(layout, order.entry.sha256) >= kMostDeltaFailures) {
      attempt.problem = "deltas to this version failed twice";
      return attempt;
    }
    // Before, so that one that ends this process counts.
    note_attempt(layout, order);
    InstallOrder asset = order;
    asset.entry = entry_of_asset(order.entry, delta->url, delta->sha256, delta->size);
    const site::ProvenArchive downloaded =
        fetch_archive(services, http, asset, staging, std::nullopt);
    attempt.downloaded_bytes = downloaded.downloaded_bytes;
    attempt.mark = make_release(order, *delta, downloaded.file,
                                {layout.version_directory(*from), *std::move(mark)}, into);
    remove_state(layout, kLastAttempt);
  } catch (const Error& error) {  // a delta before its full archive
    if (error.code() == Errc::cancelled) throw;
    attempt.mark.reset();
    attempt.problem = error.what();
  } catch (const std::bad_alloc&) {
    attempt.mark.reset();
    attempt.problem = "there is not enough memory for it";
  }
  return attempt;
}

}  // namespace agent
