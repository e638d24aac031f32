#include "site/root_chain.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "site/source.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// As many as a walk follows.
constexpr std::uint64_t kMaxRootsInChain = 256;

std::optional<std::string> fetch_root(base::HttpClient& http, const base::Url& base_url,
                                      std::uint64_t version) {
  return fetch_small_file(http, base_url.child(cat("metadata/", version, ".root.json")),
                          trust::tuf::ByteLimits().root, Freshness::any, WhenForbidden::is_missing);
}

// By version, the first one's at 0.
std::vector<trust::Sha256> read_chain(base::HttpClient& http, const base::Url& base_url) {
  const auto first = fetch_root(http, base_url, 1);
  if (!first) throw Error(Errc::not_found, "there is no metadata/1.root.json");
  // Whether one has expired is looked at by who walks on from there.
  trust::tuf::TrustedMetadata metadata(*first, base::Time{}, trust::tuf::checks_ed25519);
  std::vector<trust::Sha256> chain{trust::sha256_of(*first)};
  while (chain.size() < kMaxRootsInChain) {
    const auto next = fetch_root(http, base_url, chain.size() + 1);
    if (!next || !metadata.update_root(*next)) break;
    chain.push_back(trust::sha256_of(*next));
  }
  return chain;
}

}  // namespace

void require_root_in_chain(base::HttpClient& http, const base::Url& base_url,
                           const schema::RootPin& pin, const trust::Sha256& wanted) {
  base::with_context(base_url.text(), [&] {
    const std::vector<trust::Sha256> chain = read_chain(http, base_url);
    if (std::find(chain.begin(), chain.end(), wanted) == chain.end()) {
      throw Error(Errc::untrusted, cat("none of its roots has the SHA-256 that was given, ",
                                       wanted.hex(), "; the first one has ", chain.front().hex()));
    }
    if (pin.version == 0 || pin.version > chain.size() || chain[pin.version - 1] != pin.sha256) {
      throw Error(Errc::untrusted,
                  cat("its roots do not lead to the one that this program was made with, root ",
                      pin.version, " of SHA-256 ", pin.sha256.hex()));
    }
  });
}

}  // namespace site
