#pragma once

namespace releaser {

// Is standard output a regular file, which no runner reads?
bool output_is_file();

}  // namespace releaser
