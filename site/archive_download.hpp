#pragma once

#include "base/file.hpp"
#include "base/url.hpp"
#include "manifest-schema/manifest.hpp"
#include "manifest-schema/version.hpp"
#include "site/source.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace site {

// Called with the number of bytes of the archive that are there so far; it starts again at 0 where
// a source begins from the start. May throw to stop (Errc::cancelled).
using DownloadProgress = std::function<void(std::uint64_t bytes_so_far)>;

struct ArchiveRequest {
  schema::Version version;
  const schema::PlatformEntry& entry;       // of a proven manifest
  std::vector<base::Url> configured_bases;  // asked first: <base>/releases/v<version>/<name>
  base::Path staging;                       // an existing directory of one's own
  // A folder of one's own in which an interrupted download waits for the next run.
  std::optional<base::Path> kept_in{};
};

// An archive whose bytes are the manifest's. It has no name: what was hashed is what is unpacked,
// whatever happens to paths meanwhile.
struct ProvenArchive {
  base::FileDescriptor file;
  std::string source;                  // URL or path, for people
  std::uint64_t downloaded_bytes = 0;  // by this run, also those that were wrong
};

// The URLs of an archive in the order in which they are asked, none twice.
std::vector<base::Url> archive_sources(const ArchiveRequest& request);

// Fetches an archive; it is hashed while it is written and never grows past the manifest's size.
// Bytes that are there already, of an earlier try or of a run that was killed, are not fetched
// again: docs/adr/0115. A source that has other bytes, or none, is passed over; one that breaks off
// gets three tries, all together ten, with growing pauses. Throws what Failures says of all
// sources; Errc::cannot_write for the disk.
ProvenArchive download_archive(base::HttpClient& http, const ArchiveRequest& request,
                               const DownloadProgress& progress);

// Takes a file of this machine instead, with the same proof. Throws Errc::untrusted where it has
// other bytes.
ProvenArchive take_archive(const base::Path& path, const ArchiveRequest& request,
                           const DownloadProgress& progress);

}  // namespace site
