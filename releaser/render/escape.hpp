#pragma once

#include <string>
#include <string_view>

namespace releaser {

// Each gives a literal of its language, quotes included, whose value is exactly `text`. All throw
// Errc::config for a NUL and for what is not UTF-8.
std::string sh_literal(std::string_view text);          // 'it'\''s': POSIX sh
std::string powershell_literal(std::string_view text);  // 'it''s': nothing is expanded
std::string ruby_literal(std::string_view text);        // "it's #{x}": in double quotes, #{ inert
std::string json_literal(std::string_view text);        // ASCII controls escaped, the rest as it is

// Text between tags or in an attribute. Throws also for what XML 1.0 cannot hold (controls).
std::string xml_text(std::string_view text);

}  // namespace releaser
