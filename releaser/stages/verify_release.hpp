#pragma once

#include "base/file.hpp"
#include "manifest-schema/manifest.hpp"
#include "releaser/stages/product_keys.hpp"
#include "trust/minisign.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// Sends the bytes of one public file, as a stranger gets them, to the sink; false where there is no
// such file. `max_bytes` is the most that may come. Called from several threads where it is said.
using FetchFile =
    std::function<bool(std::string_view name, std::uint64_t max_bytes, const base::ByteSink& sink)>;

struct VerifiedFile {
  std::string name;
  std::uint64_t size = 0;
  std::vector<std::string> signed_by;  // key ids, the first that of <name>.minisig
  // By that alone, and as it became public: an installer of a release that was carried on after the
  // theft. Whoever has the key may have put it there.
  bool is_by_stolen_key = false;
};

// Checks the signatures of a public file of this digest, of which `comment` holds: the one that
// `keys` trust, and while a key is changed the old key's too. Gives the ids of the keys. Throws
// Errc::untrusted, and not_found where one is missing.
std::vector<std::string> verify_signatures(
    const FetchFile& fetch, const std::string& name, const trust::Blake2b& digest,
    const ProductKeys& keys, const std::function<void(const trust::TrustedComment&)>& check);

// Does the release come with installers?
enum class Installers { no, yes };

// Fetches everything that a release has and checks it against its signed entry: each archive's
// size, SHA-256, signature and what the signature says of it, checksums.sha256 and its signature,
// <asset>.sha256, and the installers where it comes with them. Throws Errc::untrusted (or
// not_found) that names the file. Up to `at_once` files are fetched at a time, large archives
// first.
std::vector<VerifiedFile> verify_release(const FetchFile& fetch, const std::string& product,
                                         const schema::Version& version,
                                         const schema::Release& release, const ProductKeys& keys,
                                         Installers installers, std::size_t at_once = 1);

}  // namespace releaser
