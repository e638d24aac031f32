#pragma once

#include "releaser/binary/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace releaser {

struct FoundSecret {
  std::string kind;  // "a private key", "a GitHub token"; never the secret itself
  std::uint64_t offset = 0;
};

// What stands in the bytes of a program and says too much.
struct StringFindings {
  std::string build_path;  // the first: "/home/runner/work/tool/src/main.c"
  std::size_t build_paths = 0;
  std::vector<FoundSecret> secrets;  // at most kMaxSecrets
  static constexpr std::size_t kMaxSecrets = 8;
};

// Looks for paths of source files below somebody's home or a CI work folder, and for tokens and
// private keys that are whole: a word that only looks like their beginning is none. Reads the
// source once, in windows.
StringFindings scan_strings(const ByteSource& source);

}  // namespace releaser
