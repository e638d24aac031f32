#pragma once

#include <string>
#include <vector>

namespace base {

// What execve() and posix_spawn() take: a pointer to each text, and a null behind the last. Good as
// long as the texts neither move nor change.
std::vector<char*> exec_pointers(std::vector<std::string>& texts);

}  // namespace base
