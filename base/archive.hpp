#pragma once

#include "base/file.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

enum class ArchiveFormat { tar_gz, tar_zst, zip };

// What a signed manifest promises; anything beyond it is refused while it unpacks: not a byte more
// is written. `entries` counts files and directories that the archive names.
struct ArchiveLimits {
  std::uint64_t unpacked_size = 0;
  std::uint64_t entries = 0;
};

struct UnpackedFile {
  std::string path;  // relative, as in the archive: "man/cco.1"
  std::uint64_t size = 0;
  bool executable = false;
};

// Called at the start of each file; the sink that it gives back sees the file's bytes (a hasher),
// or is empty.
using UnpackObserver = std::function<ByteSink(const UnpackedFile& file)>;

// A stretch of an open file.
struct FileSection {
  const FileDescriptor& file;
  std::uint64_t offset = 0, size = 0;
};

// Unpacks an archive, read from its first byte, into an existing empty directory. Entries are
// regular files and directories only, each path as unsafe_path_reason() wants it, no name twice
// (case folded), modes become 0755 or 0644, times, owners and whatever else are not taken; each
// file and directory is fsynced. The descriptor's offset is neither used nor moved. Throws
// Errc::untrusted for whatever breaks a rule, Errc::cannot_write for the disk.
std::vector<UnpackedFile> unpack_archive(const FileSection& archive, ArchiveFormat format,
                                         const Path& into, const ArchiveLimits& limits,
                                         const UnpackObserver& observer);
// The same of a whole file.
std::vector<UnpackedFile> unpack_archive(const FileDescriptor& archive, ArchiveFormat format,
                                         const Path& into, const ArchiveLimits& limits,
                                         const UnpackObserver& observer);

// The rule for names in archives and manifests, for callers that check one by itself: nothing if
// `path` is a relative path without "..", ".", empty parts, backslash, colon, control characters,
// reserved Windows names, trailing dots or blanks; else what is wrong with it.
std::optional<std::string> unsafe_path_reason(std::string_view path);

// A key under which two names are equal if a file system that folds case takes them for one. No
// name for people. `path` is one that unsafe_path_reason() accepts.
std::string case_folded(std::string_view path);

}  // namespace base
