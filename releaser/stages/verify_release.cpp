#include "releaser/stages/verify_release.hpp"

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "releaser/config/config.hpp"
#include "trust/digest.hpp"
#include "trust/minisign.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::uint64_t kMaxTextBytes = 4UL * 1024 * 1024;
constexpr std::uint64_t kMaxExtraFileBytes = std::uint64_t{16} << 30;

std::optional<std::string> fetch_text(const FetchFile& fetch, const std::string& name,
                                      std::uint64_t max_bytes) {
  std::string text;
  const bool found = fetch(name, max_bytes, [&](std::string_view bytes) {
    if (bytes.size() > max_bytes - text.size()) {
      throw Error(Errc::untrusted, cat(name, " is longer than it may be"));
    }
    text += bytes;
  });
  if (!found) return std::nullopt;
  return text;
}

std::string require_text(const FetchFile& fetch, const std::string& name, std::uint64_t max_bytes) {
  auto text = fetch_text(fetch, name, max_bytes);
  if (!text) throw Error(Errc::not_found, cat(name, " is missing; publish again"));
  return std::move(*text);
}

struct HashedFile {
  std::uint64_t size = 0;
  trust::Sha256 sha256;
  trust::Blake2b blake2b{};
};

HashedFile fetch_and_hash(const FetchFile& fetch, const std::string& name,
                          std::uint64_t max_bytes) {
  HashedFile seen;
  trust::Sha256Hasher sha256;
  trust::Blake2bHasher blake2b;
  const bool found = fetch(name, max_bytes, [&](std::string_view bytes) {
    seen.size += bytes.size();
    if (seen.size > max_bytes) {
      throw Error(Errc::untrusted, cat(name, " is longer than it may be"));
    }
    sha256.update(bytes);
    blake2b.update(bytes);
  });
  if (!found) throw Error(Errc::not_found, cat(name, " is missing; publish again"));
  seen.sha256 = sha256.finish();
  seen.blake2b = blake2b.finish();
  return seen;
}

HashedFile hash_of(std::string_view text) {
  trust::Sha256Hasher sha256;
  trust::Blake2bHasher blake2b;
  sha256.update(text);
  blake2b.update(text);
  return {text.size(), sha256.finish(), blake2b.finish()};
}

using NamesAndDigests = std::vector<std::pair<std::string, std::string>>;

// What checksums.sha256 names beside the archives; nothing where it does not name each archive once
// with its digest, or is not sorted lines "<sha256>  <name>".
std::optional<NamesAndDigests> extra_lines(std::string_view checksums,
                                           const std::map<std::string, std::string>& archives) {
  constexpr std::size_t kDigits = 64;
  NamesAndDigests extra;
  std::size_t seen = 0;
  std::string last;
  if (!checksums.ends_with('\n')) return std::nullopt;
  for (const std::string_view line : base::split_lines(checksums)) {
    if (line.size() < kDigits + 3 || line.substr(kDigits, 2) != "  ") return std::nullopt;
    std::string name(line.substr(kDigits + 2));
    if (!is_file_name(name) || name <= last) return std::nullopt;
    const auto archive = archives.find(name);
    if (archive == archives.end()) {
      extra.emplace_back(name, line.substr(0, kDigits));
    } else {
      if (archive->second != cat(line, "\n")) return std::nullopt;
      ++seen;
    }
    last = std::move(name);
  }
  if (seen != archives.size()) return std::nullopt;
  return extra;
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Does <name>.minisig, by this key, hold for these bytes of the release?
bool is_by(const trust::PublicKey& key, const FetchFile& fetch, const std::string& name,
           const trust::Blake2b& digest, const std::string& product,
           const schema::Version& version) {
  const auto signature = fetch_text(fetch, signature_name(name), trust::kMaxSignatureBytes);
  const std::vector<trust::PublicKey> keys{key};
  if (!signature || claimed_key(keys, *signature) == nullptr) return false;
  try {
    const trust::SignedDigest proof = trust::verify_digest(digest, *signature, keys);
    proof.comment().require("app", product);
    proof.comment().require("file", last_part(name));
    proof.comment().require("version", version.text());
    return true;
  } catch (const Error&) {
    return false;  // whoever expects a key that counts says what is wrong
  }
}

// Files that are fetched before they are asked for, several at a time: large ones as their digests,
// small ones whole.
class FetchedFiles {
 public:
  explicit FetchedFiles(const FetchFile& fetch) : m_fetch(fetch) {}

  void want_digest(const std::string& name, std::uint64_t max_bytes) {
    m_wanted.push_back({max_bytes, [this, name, max_bytes] {
                          note(m_seen, name, fetch_and_hash(m_fetch, name, max_bytes));
                        }});
  }
  void want_text(const std::string& name, std::uint64_t max_bytes) {
    m_wanted.push_back({0, [this, name, max_bytes] {
                          note(m_texts, name, fetch_text(m_fetch, name, max_bytes));
                        }});
  }
  // All that was wanted, large ones first, so that small ones come beside them.
  void fetch(std::size_t at_once) {
    std::stable_sort(m_wanted.begin(), m_wanted.end(),
                     [](const Wanted& one, const Wanted& other) { return one.size > other.size; });
    base::for_each_from_both_ends(m_wanted.size(), at_once,
                                  [&](std::size_t index) { m_wanted[index].get(); });
    m_wanted.clear();
  }

  // Of what was wanted, and of anything else.
  [[nodiscard]] HashedFile digest(const std::string& name, std::uint64_t max_bytes) const {
    const auto known = m_seen.find(name);
    return known != m_seen.end() ? known->second : fetch_and_hash(m_fetch, name, max_bytes);
  }
  bool operator()(std::string_view name, std::uint64_t max_bytes,
                  const base::ByteSink& sink) const {
    const auto known = m_texts.find(name);
    if (known == m_texts.end()) return m_fetch(name, max_bytes, sink);
    if (known->second) sink(*known->second);
    return known->second.has_value();
  }

 private:
  struct Wanted {
    std::uint64_t size;
    std::function<void()> get;
  };
  template <class Value>
  void note(std::map<std::string, Value, std::less<>>& known, const std::string& name,
            Value value) {
    const std::scoped_lock alone(m_mutex);
    known.emplace(name, std::move(value));
  }

  const FetchFile& m_fetch;
  std::vector<Wanted> m_wanted;
  std::mutex m_mutex;
  std::map<std::string, HashedFile, std::less<>> m_seen;
  std::map<std::string, std::optional<std::string>, std::less<>> m_texts;
};

// What agents may fetch in place of an archive is named there too, with the same digest.
void check_agent_assets(const schema::Release& release, const NamesAndDigests& extra_files,
                        const std::string& checksums_name) {
  const auto check = [&](const base::Url& url, const trust::Sha256& sha256) {
    const std::pair line(last_part(url.path()), sha256.hex());
    if (std::find(extra_files.begin(), extra_files.end(), line) != extra_files.end()) return;
    throw Error(Errc::untrusted, cat(checksums_name, " does not name the digest of ", line.first,
                                     ", which the manifest names"));
  };
  for (const auto& [platform, entry] : release.platforms) {
    for (const schema::Alternative& alternative : entry.alternatives)
      check(alternative.url, alternative.sha256);
    for (const schema::Delta& delta : entry.deltas)
      check(delta.url, delta.sha256);
  }
}

void want_release(FetchedFiles& files, const std::string& folder, const schema::Release& release,
                  Installers installers) {
  const auto want_with_signature = [&](const std::string& name) {
    files.want_text(name, kMaxTextBytes);
    files.want_text(signature_name(name), trust::kMaxSignatureBytes);
  };
  for (const auto& [platform, entry] : release.platforms) {
    const std::string name = folder + last_part(entry.url.path());
    files.want_digest(name, entry.size);
    files.want_text(signature_name(name), trust::kMaxSignatureBytes);
    files.want_text(cat(name, ".sha256"), kMaxTextBytes);
  }
  want_with_signature(folder + "checksums.sha256");
  if (installers == Installers::no) return;
  want_with_signature(folder + "install.sh");
  want_with_signature(folder + "install.ps1");
}

// A release that became public by a key that was stolen afterwards keeps its first signatures, and
// those of its archives and checksums got others beside them. Null for every other release: what
// claims to be by a stolen key is no excuse there.
const trust::PublicKey* stolen_key_of_release(const FetchFile& fetch,
                                              const std::string& checksums_name,
                                              const trust::Blake2b& checksums,
                                              const ProductKeys& keys, const std::string& product,
                                              const schema::Version& version) {
  for (const trust::PublicKey& key : keys.stolen)
    if (is_by(key, fetch, checksums_name, checksums, product, version)) return &key;
  return nullptr;
}

}  // namespace

std::vector<std::string> verify_signatures(
    const FetchFile& fetch, const std::string& name, const trust::Blake2b& digest,
    const ProductKeys& keys, const std::function<void(const trust::TrustedComment&)>& check) {
  const auto read = [&](const std::string& file) {
    return fetch_text(fetch, file, trust::kMaxSignatureBytes);
  };
  const auto signature = find_signature(name, keys.trusted, read);
  if (!signature) {
    throw Error(Errc::not_found, cat(signature_name(name), " is missing; publish again"));
  }
  const trust::SignedDigest proof = trust::verify_digest(digest, *signature, keys.trusted);
  check(proof.comment());
  std::vector<std::string> signed_by{proof.key().id_text()};
  // What was signed before the key was changed has one signature.
  if (!keys.old || !(proof.key() == keys.current)) return signed_by;
  const std::string second = signature_name(name, *keys.old);
  const auto text = read(second);
  if (!text) throw Error(Errc::not_found, cat(second, " is missing; publish again"));
  base::with_context(second, [&] {
    const std::vector<trust::PublicKey> old{*keys.old};
    check(trust::verify_digest(digest, *text, old).comment());
  });
  signed_by.push_back(keys.old->id_text());
  return signed_by;
}

std::vector<VerifiedFile> verify_release(const FetchFile& fetch_one, const std::string& product,
                                         const schema::Version& version,
                                         const schema::Release& release, const ProductKeys& keys,
                                         Installers installers, std::size_t at_once) {
  const std::string folder = cat("releases/v", version.text(), "/");
  FetchedFiles files(fetch_one);
  if (at_once > 1) {
    want_release(files, folder, release, installers);
    files.fetch(at_once);
  }
  const FetchFile fetch = std::cref(files);
  std::vector<VerifiedFile> verified;
  const auto check_signature = [&](const std::string& name, const HashedFile& seen) {
    base::with_context(name, [&] {
      auto signed_by = verify_signatures(fetch, name, seen.blake2b, keys,
                                         [&](const trust::TrustedComment& comment) {
                                           comment.require("app", product);
                                           comment.require("file", last_part(name));
                                           comment.require("version", version.text());
                                           comment.require("sha256", seen.sha256.hex());
                                         });
      verified.push_back({name, seen.size, std::move(signed_by)});
    });
  };
  std::map<std::string, std::string> lines;
  for (const auto& [platform, entry] : release.platforms) {
    const std::string asset = last_part(entry.url.path());
    const std::string name = folder + asset;
    const HashedFile seen = files.digest(name, entry.size);
    if (seen.size != entry.size || seen.sha256 != entry.sha256) {
      throw Error(Errc::untrusted,
                  cat(name, " is not what the manifest says (", seen.size, " bytes, sha256 ",
                      seen.sha256.hex(), "); publish again from a dist/ that is whole"));
    }
    check_signature(name, seen);
    const std::string line = cat(seen.sha256.hex(), "  ", asset, "\n");
    lines[asset] = line;
    if (require_text(fetch, cat(name, ".sha256"), kMaxTextBytes) != line) {
      throw Error(Errc::untrusted, cat(name, ".sha256 does not name that archive's digest"));
    }
  }
  const std::string checksums_name = cat(folder, "checksums.sha256");
  const std::string checksums = require_text(fetch, checksums_name, kMaxTextBytes);
  const auto extra_files = extra_lines(checksums, lines);
  if (!extra_files) {
    throw Error(Errc::untrusted, cat(checksums_name, " does not name the archives' digests"));
  }
  check_agent_assets(release, *extra_files, checksums_name);
  const HashedFile seen_checksums = hash_of(checksums);
  check_signature(checksums_name, seen_checksums);
  if (at_once > 1) {
    for (const auto& [file, digest] : *extra_files) {
      files.want_digest(folder + file, kMaxExtraFileBytes);
      files.want_text(signature_name(folder + file), trust::kMaxSignatureBytes);
    }
    files.fetch(at_once);
  }
  for (const auto& [file, digest] : *extra_files) {
    const std::string name = folder + file;
    const HashedFile seen = files.digest(name, kMaxExtraFileBytes);
    if (seen.sha256.hex() != digest) {
      throw Error(Errc::untrusted,
                  cat(name, " is not what checksums.sha256 says (sha256 ", seen.sha256.hex(), ")"));
    }
    check_signature(name, seen);
  }
  if (installers == Installers::no) return verified;
  const trust::PublicKey* const stolen =
      stolen_key_of_release(fetch, checksums_name, seen_checksums.blake2b, keys, product, version);
  for (const char* const installer : {"install.sh", "install.ps1"}) {
    const std::string name = folder + installer;
    const HashedFile seen = fetch_and_hash(fetch, name, kMaxTextBytes);
    // Its text trusts that key, so nobody signs it again.
    if (stolen != nullptr && is_by(*stolen, fetch, name, seen.blake2b, product, version)) {
      verified.push_back({name, seen.size, {}, true});
      continue;
    }
    check_signature(name, seen);
  }
  return verified;
}

}  // namespace releaser
