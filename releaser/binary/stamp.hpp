#pragma once

#include "base/file.hpp"
#include "manifest-schema/identity.hpp"
#include "releaser/binary/byte_source.hpp"

#include <cstdint>
#include <optional>

namespace releaser {

// Where the one identity section of an agent begins: kIdentityBytes long, with its magic. Throws
// Errc::config for a file that is no ELF, has no such section or more than one, or one of another
// size or with other bytes; the text says what to do.
std::uint64_t find_identity_section(const ByteSource& agent);

// Who the agent is; nothing for one that nobody stamped. Throws like find_identity_section(), and
// Errc::untrusted for a damaged record.
std::optional<schema::Identity> read_identity(const base::Path& agent);

// Copies `agent` to `out` with the identity in its section; no other byte changes. The copy is
// 0755 and appears whole or not at all; `out` may be `agent` itself. An agent that was stamped
// before is stamped anew. Throws like read_identity().
void stamp_agent(const base::Path& agent, const base::Path& out, const schema::Identity& identity);

}  // namespace releaser
