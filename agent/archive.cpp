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

[[noreturn]] void refuse(std::string_view path, std::string_view problem) {
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

CompletionMark unpack_release(const site::ProvenArchive& archive,
                              const schema::PlatformEntry& entry, const base::Path& into) {
  std::map<std::string, trust::Sha256Hasher> hashers;
  const base::UnpackObserver observer = [&](const base::UnpackedFile& file) -> base::ByteSink {
    trust::Sha256Hasher& hasher = hashers[file.path];
    return [&hasher](std::string_view bytes) { hasher.update(bytes); };
  };
  const std::vector<base::UnpackedFile> files = base::unpack_archive(
      archive.file, format_of(entry), into,
      {.unpacked_size = entry.unpacked_size, .entries = entry.entries}, observer);
  CompletionMark mark;
  mark.archive_sha256 = entry.sha256;
  mark.agent = entry.agent;
  mark.probe = entry.probe;
  for (const base::UnpackedFile& file : files) {
    if (file.path == kCompletionMark) {
      refuse(file.path, "has a name that is kept for the installation itself");
    }
    mark.files.insert_or_assign(file.path, InstalledFile{hashers[file.path].finish(), file.size});
  }
  for (const schema::BinaryEntry& binary : entry.binaries) {
    const auto found = mark.files.find(binary.path);
    if (found == mark.files.end()) {
      refuse(binary.path, "is missing");
    }
    if (found->second.size != binary.size || found->second.sha256 != binary.sha256) {
      refuse(binary.path, "is not the file that the signed manifest lists");
    }
    set_file_mode(into / binary.path, 0755);
    mark.binaries.push_back(binary.path);
  }
  if (entry.agent && !mark.files.contains(*entry.agent)) {
    refuse(*entry.agent, "is missing");
  }
  return mark;
}

}  // namespace agent
