#include "base/process.hpp"
#include "base/text.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace base {

std::optional<Path> find_program(std::string_view name, std::string_view path_variable) {
  if (name.empty()) {
    return std::nullopt;
  }
  const auto is_program = [](const Path& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string_view::npos) {
    return is_program(Path(name)) ? std::optional(Path(name)) : std::nullopt;
  }
  for (const std::string_view directory : split(path_variable, ':')) {
    // An empty or relative entry would run what lies in the current directory.
    if (directory.starts_with('/')) {
      Path candidate = Path(directory) / name;
      if (is_program(candidate)) {
        return candidate;
      }
    }
  }
  return std::nullopt;
}

}  // namespace base
