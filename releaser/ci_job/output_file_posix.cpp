#include "releaser/ci_job/output_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace releaser {

bool output_is_file() {
  struct stat status {};
  return fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace releaser
