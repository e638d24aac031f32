#pragma once

#include <string>

namespace base {

// What this program was built from.
struct BuildInfo {
  std::string version;  // "2026.11.1": the option product_version, else the project's
  std::string commit;   // 40 hexadecimal digits, or "unknown" outside a repository
  std::string date;     // "2026-11-20T00:00:00Z", of the commit: building again changes nothing
};
BuildInfo build_info();

}  // namespace base
