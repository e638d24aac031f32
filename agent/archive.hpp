#pragma once

#include "agent/install.hpp"
#include "agent/layout.hpp"
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

// Unpacks into an empty folder and checks each binary of the manifest. Gives the mark of what is
// there. Throws Errc::untrusted for whatever is not as the manifest says.
CompletionMark unpack_release(const site::ProvenArchive& archive,
                              const schema::PlatformEntry& entry, const base::Path& into);

}  // namespace agent
