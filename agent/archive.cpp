#include "agent/archive.hpp"

#include "agent/file_system.hpp"
#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"

#include <map>

namespace agent {
namespace {

base::ArchiveFormat format_of(const schema::PlatformEntry& entry) {
  return entry.url.path().ends_with(".zip") ? base::ArchiveFormat::zip
                                            : base::ArchiveFormat::tar_gz;
}

[[noreturn]] void refuse_entry(std::string_view path, std::string_view problem) {
  throw base::Error(base::Errc::untrusted, base::cat("the archive's ", base::safe_text(path, 200),
                                                     " ", problem, "; nothing of it is used"));
}

}  // namespace

site::ProvenArchive fetch_archive(const Services& services, base::HttpClient& http,
                                  const InstallOrder& order, const base::Path& directory,
                                  const std::optional<base::Path>& kept_in) {
  const site::ArchiveRequest request{.version = order.version,
                                     .entry = order.entry,
                                     .configured_bases = order.configured_bases,
                                     .staging = directory,
                                     .kept_in = kept_in};
  base::Progress progress(services.messages,
                          base::cat(services.identity.product, " ", order.version.text()),
                          order.entry.size);
  std::uint64_t shown = 0;
  const site::DownloadProgress advance = [&](std::uint64_t bytes_so_far) {
    // The next source starts again at nothing; the bar waits until it is passed.
    if (bytes_so_far > shown) {
      progress.advance(bytes_so_far - shown);
      shown = bytes_so_far;
    }
  };
  site::ProvenArchive archive = order.archive ? site::take_archive(*order.archive, request, advance)
                                              : site::download_archive(http, request, advance);
  progress.finish();
  return archive;
}

std::map<std::string, InstalledFile> unpack_files(const base::FileSection& archive,
                                                  base::ArchiveFormat format,
                                                  const base::Path& into,
                                                  const base::ArchiveLimits& limits) {
  std::map<std::string, trust::Sha256Hasher> hashers;
  const base::UnpackObserver observer = [&](const base::UnpackedFile& file) -> base::ByteSink {
    trust::Sha256Hasher& hasher = hashers[file.path];
    return [&hasher](std::string_view bytes) { hasher.update(bytes); };
  };
  std::map<std::string, InstalledFile> files;
  for (const base::UnpackedFile& file :
       base::unpack_archive(archive, format, into, limits, observer)) {
    files.insert_or_assign(file.path, InstalledFile{hashers[file.path].finish(), file.size});
  }
  return files;
}

CompletionMark completion_mark_of(const schema::PlatformEntry& entry,
                                  std::map<std::string, InstalledFile> files,
                                  const base::Path& into) {
  if (files.contains(std::string(kCompletionMark))) {
    refuse_entry(kCompletionMark, "has a name that is kept for the installation itself");
  }
  CompletionMark mark;
  mark.archive_sha256 = entry.sha256;
  mark.agent = entry.agent;
  mark.probe = entry.probe;
  mark.files = std::move(files);
  for (const schema::BinaryEntry& binary : entry.binaries) {
    const auto found = mark.files.find(binary.path);
    if (found == mark.files.end()) {
      refuse_entry(binary.path, "is missing");
    }
    if (found->second.size != binary.size || found->second.sha256 != binary.sha256) {
      refuse_entry(binary.path, "is not the file that the signed manifest lists");
    }
    set_file_mode(into / binary.path, 0755);
    mark.binaries.push_back(binary.path);
  }
  if (entry.agent && !mark.files.contains(*entry.agent)) {
    refuse_entry(*entry.agent, "is missing");
  }
  return mark;
}

schema::PlatformEntry entry_of_asset(const schema::PlatformEntry& entry, const base::Url& url,
                                     const trust::Sha256& sha256, std::uint64_t size) {
  schema::PlatformEntry asset = entry;
  asset.url = url;
  asset.sha256 = sha256;
  asset.size = size;
  asset.mirrors.clear();
  const std::string of_archive = schema::asset_name(entry.url);
  for (const base::Url& mirror : entry.mirrors) {
    const std::string& text = mirror.text();
    if (!text.ends_with(of_archive)) continue;
    asset.mirrors.push_back(base::Url::parse(
        base::cat(text.substr(0, text.size() - of_archive.size()), schema::asset_name(url))));
  }
  return asset;
}

FetchedRelease fetch_release(const Services& services, base::HttpClient& http,
                             const InstallOrder& order, const base::Path& directory,
                             const std::optional<base::Path>& kept_in) {
  for (const schema::Alternative& other : order.entry.alternatives) {
    if (order.archive || other.format != "tar.zst" || other.size >= order.entry.size) continue;
    InstallOrder smaller = order;
    smaller.entry = entry_of_asset(order.entry, other.url, other.sha256, other.size);
    try {
      return {fetch_archive(services, http, smaller, directory, kept_in),
              base::ArchiveFormat::tar_zst};
    } catch (const base::Error& error) {  // another source of the same release is left
      if (!site::is_fault_of_source(error.code())) throw;
      services.messages.detail(error.what());
    }
  }
  return {fetch_archive(services, http, order, directory, kept_in), format_of(order.entry)};
}

namespace {

std::map<std::string, InstalledFile> unpack_whole(const site::ProvenArchive& archive,
                                                  base::ArchiveFormat format,
                                                  const schema::PlatformEntry& entry,
                                                  const base::Path& into) {
  return unpack_files({archive.file, 0, base::file_size(archive.file)}, format, into,
                      {.unpacked_size = entry.unpacked_size, .entries = entry.entries});
}

}  // namespace

std::map<std::string, InstalledFile> unpack_fetched(const FetchedRelease& release,
                                                    const schema::PlatformEntry& entry,
                                                    const base::Path& into) {
  return unpack_whole(release.archive, release.format, entry, into);
}

CompletionMark unpack_release(const site::ProvenArchive& archive,
                              const schema::PlatformEntry& entry, const base::Path& into) {
  return completion_mark_of(entry, unpack_whole(archive, format_of(entry), entry, into), into);
}

}  // namespace agent
