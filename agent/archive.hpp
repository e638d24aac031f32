#pragma once

#include "agent/install.hpp"
#include "agent/layout.hpp"
#include "base/archive.hpp"
#include "base/file.hpp"
#include "site/archive_download.hpp"

#include <optional>

namespace agent {

// The file that `order.archive` names, else a download into `directory` with progress shown; either
// way the bytes are those of the signed manifest. In `kept_in` a download that was interrupted
// waits for the next run. Throws as site::download_archive does.
site::ProvenArchive fetch_archive(const Services& services, base::HttpClient& http,
                                  const InstallOrder& order, const base::Path& directory,
                                  const std::optional<base::Path>& kept_in = std::nullopt);

// A file of the release that lies beside the archive, at the archive's mirrors too, as an entry
// that can be downloaded.
schema::PlatformEntry entry_of_asset(const schema::PlatformEntry& entry, const base::Url& url,
                                     const trust::Sha256& sha256, std::uint64_t size);

// The whole release, as a tar.zst where the manifest has one that is smaller, else, and where that
// cannot be had, as its archive.
struct FetchedRelease {
  site::ProvenArchive archive;
  base::ArchiveFormat format = base::ArchiveFormat::tar_gz;
};
FetchedRelease fetch_release(const Services& services, base::HttpClient& http,
                             const InstallOrder& order, const base::Path& directory,
                             const std::optional<base::Path>& kept_in);
std::map<std::string, InstalledFile> unpack_fetched(const FetchedRelease& release,
                                                    const schema::PlatformEntry& entry,
                                                    const base::Path& into);

// Unpacks into an empty folder; gives each file with its digest.
std::map<std::string, InstalledFile> unpack_files(const base::FileSection& archive,
                                                  base::ArchiveFormat format,
                                                  const base::Path& into,
                                                  const base::ArchiveLimits& limits);

// The mark of files that lie in `into`, after each binary of the manifest was found among them.
// Throws Errc::untrusted for whatever is not as the manifest says.
CompletionMark completion_mark_of(const schema::PlatformEntry& entry,
                                  std::map<std::string, InstalledFile> files,
                                  const base::Path& into);

// Unpacks into an empty folder and checks each binary of the manifest. Gives the mark of what is
// there. Throws Errc::untrusted for whatever is not as the manifest says.
CompletionMark unpack_release(const site::ProvenArchive& archive,
                              const schema::PlatformEntry& entry, const base::Path& into);

}  // namespace agent
