#pragma once

#include "releaser/stages/run.hpp"

#include <string_view>
#include <vector>

namespace releaser {

// How far a run goes.
enum class Until { checksum, publish };

// Runs the stages in order, under the lock of dist/.
void run_stages(Run& run, Until until);

// Names of all stages, for --skip.
std::vector<std::string> stage_names();

}  // namespace releaser
