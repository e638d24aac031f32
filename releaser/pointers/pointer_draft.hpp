#pragma once

#include "base/clock.hpp"
#include "trust/digest.hpp"
#include "trust/tuf/metadata.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace releaser {

// dist/pointers/draft.json: a change of pointers whose bytes are settled and that waits for
// signatures. Whoever signs, and whoever publishes with the signatures, makes the same files from
// the same command and the public state, and compares.
struct PointerDraft {
  std::string product;
  std::string command;  // "yank 1.3.0 --reason broken"
  base::Time at{};      // when it was made: manifests carry it
  std::string tool_version;
  std::map<std::string, std::uint64_t> before;  // generations of the manifests that were public
  // By channel: version and expiry of its metadata, as it has to be signed.
  std::map<std::string, trust::tuf::Header, std::less<>> roles;
  std::map<std::string, trust::Sha256> files;  // all that gets a signature, by its public name
};

// Throws Errc::config for what was not written by write_pointer_draft() or by a newer one.
PointerDraft parse_pointer_draft(std::string_view text);
std::string write_pointer_draft(const PointerDraft& draft);

}  // namespace releaser
