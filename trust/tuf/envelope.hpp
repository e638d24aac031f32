#pragma once

#include "base/json.hpp"
#include "trust/tuf/key.hpp"

#include <map>
#include <string>
#include <string_view>

namespace trust::tuf {

// {"signed": …, "signatures": […]}: metadata as it came. Nothing of it is proven.
struct Envelope {
  base::json::Value unverified_signed;
  std::string canonical;                          // what is signed
  std::map<std::string, std::string> signatures;  // raw bytes by key id
};

// Throws Errc::untrusted for what is larger than `max_bytes`, no strict JSON, or no envelope; also
// where one key id has two signatures (specification, 4.2).
Envelope parse_envelope(std::string_view unverified_bytes, std::size_t max_bytes);

// How many distinct keys of `authority` have signed.
std::size_t count_signatures(const Envelope& envelope, const Authority& authority,
                             SignatureCheck check);
// Throws Errc::untrusted unless a threshold of them has: "targets has 1 of 2 signatures that it
// needs".
void require_threshold(const Envelope& envelope, const Authority& authority, SignatureCheck check,
                       std::string_view role);

}  // namespace trust::tuf
