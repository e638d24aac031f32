#pragma once

#include "base/file.hpp"
#include "manifest-schema/manifest.hpp"
#include "trust/public_key.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// Sends the bytes of one public file, as a stranger gets them, to the sink; false where there is no
// such file. `max_bytes` is the most that may come.
using FetchFile =
    std::function<bool(std::string_view name, std::uint64_t max_bytes, const base::ByteSink& sink)>;

struct VerifiedFile {
  std::string name;
  std::uint64_t size = 0;
};

// Does the release come with installers?
enum class Installers { no, yes };

// Fetches everything that a release has and checks it against its signed entry: each archive's
// size, SHA-256, signature and what the signature says of it, checksums.sha256 and its signature,
// <asset>.sha256, and the installers where it comes with them. Throws Errc::untrusted (or
// not_found) that names the file.
std::vector<VerifiedFile> verify_release(const FetchFile& fetch, const std::string& product,
                                         const schema::Version& version,
                                         const schema::Release& release,
                                         const std::vector<trust::PublicKey>& keys,
                                         Installers installers);

}  // namespace releaser
