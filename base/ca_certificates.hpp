#pragma once

#include "base/file.hpp"

#include <functional>
#include <optional>
#include <string>

namespace base {

// Where the certificates of authorities are read from: a file, a folder with hashed names, or
// neither, where this machine has none.
struct CaLocation {
  std::optional<Path> file;
  std::optional<Path> directory;
  bool operator==(const CaLocation&) const = default;
};

// What a machine has in its usual places. A folder with hashed names comes first: one certificate
// is read from it, where a bundle is parsed whole (16 ms with OpenSSL 3.0).
//   root  "/", or another folder in tests
CaLocation find_ca_certificates(const Path& root);

}  // namespace base
