#pragma once

#include <string>
#include <string_view>

namespace releaser {

// Each gives a literal of its language, quotes included, whose value is exactly `text`. These throw
// Errc::config for a NUL and for what is not UTF-8.
std::string sh_literal(std::string_view text);          // 'it'\''s': POSIX sh
std::string powershell_literal(std::string_view text);  // 'it''s': nothing is expanded
std::string ruby_literal(std::string_view text);        // "it's #{x}": in double quotes, #{ inert
std::string json_literal(std::string_view text);        // ASCII controls escaped, the rest as it is

// Text between the tags of a page in UTF-8, or in a quoted attribute. For people, so it never
// throws: what a page should not show (see base::safe_text) is left out.
std::string html_text(std::string_view unverified_text);

}  // namespace releaser
