#pragma once

#include "releaser/stages/run.hpp"

#include <cstdint>
#include <string>

namespace releaser {

// A regular file with these bytes, not a link to one.
bool holds(const base::Path& file, const trust::Sha256& sha256);

// A file that dist/V/assets is to have, from `place` where it has not: nothing is written but the
// right bytes.
enum class Taken { yes, absent, too_large, other_bytes };
Taken take_asset(const Run& run, const Destination& place, const std::string& name_there,
                 const std::string& name, std::uint64_t most, const trust::Sha256& sha256);

}  // namespace releaser
