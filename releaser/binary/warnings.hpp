#pragma once

#include "base/file.hpp"
#include "manifest-schema/platform.hpp"
#include "releaser/binary/binary.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// One binary of the release at hand, inspected without problems.
struct ReleaseBinary {
  base::Path path;
  schema::Platform platform;
  std::string name;  // in the archive, without ".exe": "esbuild"
  std::vector<BinaryFacts> slices;
  std::uint64_t size = 0;
  std::optional<std::uint64_t> previous_size;  // of the same binary in the release before
};

struct WarningOptions {
  std::string version;                     // canonical, without "v"
  std::optional<schema::Machine> machine;  // this one; nothing: no binary is run
  std::size_t jobs = 1;                    // binaries looked at at the same time
  base::Path temporary_directory;          // an empty one of one's own, where a binary is run
};

// Whatever looks wrong although each binary is what it claims to be ("Beyond architecture" of the
// publishing rules), one line each, in the order of `binaries`: the same bytes under two platforms,
// a --version that does not say this version, libraries or run paths of one machine, build paths or
// secrets in the bytes, not stripped, a size that jumped by 40 %.
std::vector<std::string> binary_warnings(std::span<const ReleaseBinary> binaries,
                                         const WarningOptions& options);

}  // namespace releaser
