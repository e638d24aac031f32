#include "agent/delta_update.hpp"

#include "agent/archive.hpp"
#include "agent/state_file.hpp"
#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "base/text.hpp"
#include "delta/delta.hpp"

#include <algorithm>
#include <new>

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

const schema::BinaryEntry& binary_of(const schema::PlatformEntry& entry, const std::string& path) {
  const auto found =
      std::find_if(entry.binaries.begin(), entry.binaries.end(),
                   [&](const schema::BinaryEntry& binary) { return binary.path == path; });
  if (found == entry.binaries.end()) throw Error(Errc::internal, "a delta of no binary");
  return *found;
}

base::Path installed_file(const Layout& layout, const schema::Version& from,
                          const CompletionMark& installed, const trust::Sha256& sha256) {
  for (const auto& [path, file] : installed.files)
    if (file.sha256 == sha256) return layout.version_directory(from) / path;
  throw Error(Errc::internal, "a delta of nothing that is installed");
}

using UnpackedFiles = std::map<std::string, InstalledFile>;

void unpack_others(const base::FileSection& others, const schema::PlatformEntry& entry,
                   const schema::BinaryEntry& binary, const base::Path& into,
                   UnpackedFiles& files) {
  if (others.size == 0) return;
  if (binary.size > entry.unpacked_size) {
    throw Error(Errc::untrusted, "the manifest has a binary that is larger than its archive");
  }
  files = unpack_files(
      others, base::ArchiveFormat::tar_zst, into,
      {.unpacked_size = entry.unpacked_size - binary.size, .entries = entry.entries - 1});
}

void make_binary(delta::Format format, std::string_view old, std::string_view patch,
                 const schema::BinaryEntry& binary, const base::Path& target,
                 UnpackedFiles& files) {
  base::make_directories(target.parent_path());
  base::AtomicFile file(target, 0755);
  {
    base::MappedFile made = base::MappedFile::for_writing(file.descriptor(), binary.size);
    delta::apply(format, old, patch, {made.data(), made.size()});
    if (trust::sha256_of(made.view()) != binary.sha256) {
      throw Error(Errc::untrusted, "what the delta makes is not the binary of the manifest");
    }
  }
  file.commit();
  const bool is_new = files.emplace(binary.path, InstalledFile{binary.sha256, binary.size}).second;
  if (!is_new) throw Error(Errc::untrusted, "the delta brings its own binary along");
}

CompletionMark make_release(const InstallOrder& order, const schema::Delta& delta,
                            const base::FileDescriptor& downloaded, const base::Path& old_path,
                            const base::Path& into) {
  const schema::PlatformEntry& entry = order.entry;
  const delta::Format format = delta::find_format(delta.format).value();
  const schema::BinaryEntry& binary = binary_of(entry, delta.path);
  const base::MappedFile old(base::open_regular_file(old_path));
  if (trust::sha256_of(old.view()) != delta.from_sha256) {
    throw Error(Errc::untrusted, cat(old_path.native(), " was changed since it was installed"));
  }
  const base::MappedFile bytes(downloaded);
  const delta::Parts parts = delta::parts_of(format, bytes.view());
  base::make_directories(into);
  UnpackedFiles files;
  unpack_others({downloaded, bytes.size() - parts.others.size(), parts.others.size()}, entry,
                binary, into, files);
  make_binary(format, old.view(), parts.patch, binary, into / binary.path, files);
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
    const std::optional<CompletionMark> installed = read_completion_mark(layout, *from);
    const schema::Delta* const delta = installed ? choose_delta(order.entry, *installed) : nullptr;
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
    attempt.mark =
        make_release(order, *delta, downloaded.file,
                     installed_file(layout, *from, *installed, delta->from_sha256), into);
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
