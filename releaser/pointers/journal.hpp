#pragma once

#include "releaser/pointers/move_pointers.hpp"

#include <string_view>

namespace releaser {

// In dist/: what such commands make before it is public, and their journal.
inline constexpr std::string_view kPointersFolder = "pointers";

// dist/pointers/journal.json: what was done, the newest last, for people. Nothing reads it to
// decide; one that is of another schema, or damaged, is left as it is, and that is said.
void write_journal(const Run& run, const PointerMove& move);

}  // namespace releaser
