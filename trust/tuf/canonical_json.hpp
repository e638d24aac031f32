#pragma once

#include "base/json.hpp"

#include <string>

namespace trust::tuf {

// The canonical form (OLPC) that TUF signs: names sorted by code point, no white space, and only
// `"` and `\` escaped, so that a control character stands as it is. Throws Errc::untrusted for a
// real number, which has no canonical form.
// Source: TUF specification 1.0.34, 4.1; wiki.laptop.org/go/Canonical_JSON.
std::string canonical_json(const base::json::Value& value);

}  // namespace trust::tuf
