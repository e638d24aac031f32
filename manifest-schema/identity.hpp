#pragma once

#include "base/clock.hpp"
#include "base/url.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"
#include "trust/digest.hpp"
#include "trust/public_key.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

inline constexpr std::size_t kIdentityBytes = 8192;
inline constexpr std::string_view kIdentitySection = ".cco_id";
// First 16 bytes of the section, also of one that nobody stamped yet (format 0, length 0).
inline constexpr std::string_view kIdentityMagic{"cco-identity-v1\0", 16};

// A root of trust metadata: whoever is asked for this version must have exactly these bytes.
struct RootPin {
  std::uint64_t version = 1;
  trust::Sha256 sha256;
  bool operator==(const RootPin&) const = default;
};

// Who an agent is: product, version and where it may get the next one from.
struct Identity {
  std::string product;
  std::string agent;  // its own program name: "esbuild-updater"; the product's where the product is
                      // its own agent
  Version version;
  std::optional<std::string> commit;
  base::Time date;
  std::vector<base::Url> base_urls;
  // For people who check signatures by hand; an agent believes metadata alone.
  std::map<Channel, std::vector<trust::PublicKey>> public_keys;
  Channel default_channel = Channel::stable;
  RootPin
      root;  // the newest one of the product's metadata: all that an agent believes begins there
};

// The 8,192 bytes of the section: magic, u32 LE format, u32 LE length, JSON, zeros, SHA-256 of all
// before. Throws Errc::config if it does not fit.
std::string encode_identity(const Identity& identity);
// Nothing for a record that nobody stamped. Throws Errc::untrusted "damaged identity record: …" for
// anything else that is not whole, and Errc::config for one without a root.
std::optional<Identity> decode_identity(std::string_view section);

}  // namespace schema
