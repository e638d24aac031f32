#include "releaser/stages/signed_manifest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/product_keys.hpp"
#include "trust/minisign.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::string_view kPutBack =
    "nothing was changed: put back the last good copy of it and of its .minisig (dist/V/site of "
    "the newest release has both), or publish to an empty folder";

schema::Manifest believe(std::string text, std::string_view signature, const std::string& name,
                         const Config& config) {
  const ProductKeys keys = product_keys(*config.sign);
  const auto bytes = trust::verify(std::move(text), signature, keys.trusted);
  bytes.comment().require("app", config.product.name);
  bytes.comment().require("file", name);
  return schema::parse_manifest(bytes);
}

// A kill between a manifest and its signature leaves the new manifest beside the old signature.
// dist/V/site of the run that was killed has both, so the same command goes on from there.
std::optional<schema::Manifest> believe_own(const std::string& text, const std::string& name,
                                            const Config& config, const base::Path& own_site) {
  const auto own = base::read_file_if_exists(own_site / name, schema::kMaxManifestBytes);
  const auto signature =
      base::read_file_if_exists(own_site / cat(name, ".minisig"), trust::kMaxSignatureBytes);
  if (!own || !signature || *own != text) return std::nullopt;
  try {
    return believe(text, *signature, name, config);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// A manifest by a key that the configuration does not name is most often whole: somebody changed
// the key.
void check_key_is_named(std::string_view signature, const std::string& name, const Config& config) {
  std::string found;
  try {
    found = trust::unverified_key_id(signature);
  } catch (const Error&) {
    return;  // damaged: that is told
  }
  const ProductKeys keys = product_keys(*config.sign);
  if (claimed_key(keys.trusted, signature) != nullptr) return;
  if (claimed_key(keys.stolen, signature) != nullptr) return;  // it was looked at, and is not
  throw Error(Errc::untrusted,
              cat(config.place("sign.public_key"), ": public_key is key ", keys.current.id_text(),
                  ", but what is public is signed by key ", found, " (", name,
                  "): if public_key was changed here, name the key before it as old_public_key, or "
                  "in stolen_public_keys if somebody else may have it; if not, ",
                  kPutBack));
}

}  // namespace

std::optional<SignedManifest> read_signed_manifest(const Destination& destination,
                                                   std::optional<schema::Channel> channel,
                                                   const Config& config,
                                                   const base::Path& own_site) {
  const std::string name = schema::manifest_name(channel);
  const auto read = [&](const std::string& file, std::size_t max_bytes) {
    try {
      return destination.read(file, max_bytes);
    } catch (const Error& error) {
      throw Error(error.code(), base::with_advice(error.what(), kPutBack));
    }
  };
  const auto text = read(name, schema::kMaxManifestBytes);
  const auto signature = read(signature_name(name), trust::kMaxSignatureBytes);
  if (!text && !signature) return std::nullopt;
  try {
    if (!text) throw Error(Errc::untrusted, "is missing beside its signature");
    if (!signature) throw Error(Errc::untrusted, "its signature is missing");
    return SignedManifest{*text, believe(*text, *signature, name, config)};
  } catch (const Error& error) {
    if (text) {
      if (auto own = believe_own(*text, name, config, own_site)) {
        return SignedManifest{*text, *std::move(own)};
      }
    }
    if (signature) check_key_is_named(*signature, name, config);
    throw Error(Errc::untrusted, cat(name, ": ", error.what(), "; ", kPutBack));
  }
}

bool is_by_stolen_key(const Destination& destination, std::optional<schema::Channel> channel,
                      const Config& config, const base::Path& own_site) {
  const std::vector<trust::PublicKey> stolen = product_keys(*config.sign).stolen;
  if (stolen.empty()) return false;
  const std::string name = schema::manifest_name(channel);
  const auto signature = destination.read(signature_name(name), trust::kMaxSignatureBytes);
  if (!signature || claimed_key(stolen, *signature) == nullptr) return false;
  const auto text = destination.read(name, schema::kMaxManifestBytes);
  if (!text || believe_own(*text, name, config, own_site)) return false;
  try {
    // The manifest beside it may be a newer one already, after a run that was stopped.
    const auto comment = trust::verify_comment(*signature, stolen);
    comment.require("app", config.product.name);
    comment.require("file", name);
    return true;
  } catch (const Error&) {
    return false;  // whoever reads it as a manifest says what is wrong
  }
}

}  // namespace releaser
