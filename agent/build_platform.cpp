#include "agent/build_platform.hpp"

#include <climits>  // defines __GLIBC__ where there is one

namespace agent {

std::string_view build_platform() {
#if defined(__APPLE__) && defined(__aarch64__)
  return "darwin-arm64";
#elif defined(__APPLE__)
  return "darwin-x86_64";
#elif defined(__FreeBSD__) && defined(__aarch64__)
  return "freebsd-aarch64";
#elif defined(__FreeBSD__)
  return "freebsd-x86_64";
#elif defined(__linux__) && defined(__x86_64__) && defined(__GLIBC__)
  return "linux-x86_64";
#elif defined(__linux__) && defined(__x86_64__)
  return "linux-x86_64-musl";
#elif defined(__linux__) && defined(__aarch64__) && defined(__GLIBC__)
  return "linux-aarch64";
#elif defined(__linux__) && defined(__aarch64__)
  return "linux-aarch64-musl";
#else
  return "another platform";
#endif
}

}  // namespace agent
