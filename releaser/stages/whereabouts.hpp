#pragma once

#include <string_view>

// Where the process is, for the one line that a signal leaves behind.
namespace releaser {

// "publish"; the place of the stage before is over.
void enter_stage(std::string_view name);
// "GitHub owner/name".
void enter_place(std::string_view place);

// " in publish at GitHub owner/name", or nothing; a signal handler may ask. The text stays where it
// is for as long as the process lasts, and may change.
const char* whereabouts();

}  // namespace releaser
