#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
// Accepts both cases, an even number of digits and nothing else.
std::optional<std::string> from_hex(std::string_view text);

// Standard alphabet with padding (RFC 4648, section 4).
std::string to_base64(std::string_view bytes);
// Canonical form only: padding present, unused bits zero, no white space; nothing otherwise.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace base
