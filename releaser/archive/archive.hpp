#pragma once

#include "base/archive.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace releaser {

struct ArchiveEntry {
  std::string name;                                // in the archive: "esbuild", "man/cco.1"
  std::variant<base::Path, std::string> contents;  // a regular file to read, or the bytes
  bool executable = false;
};

struct PackOptions {
  base::ArchiveFormat format = base::ArchiveFormat::tar_gz;
  base::Time date;  // of every entry
  int level = 8;    // of libdeflate, 1 to 12; a tar.zst has its own
  // The name of one more entry that packing makes: a line "<sha256>  <name>" for every other one.
  // Empty: none.
  std::string checksums_name = "checksums.sha256";
};

struct PackedFile {
  std::string name;
  std::uint64_t size = 0;
  trust::Sha256 sha256;
  bool executable = false;
};

// What was written, for manifest, checksums and signature: nothing needs to be read again.
struct PackedArchive {
  std::uint64_t size = 0;
  trust::Sha256 sha256;
  trust::Blake2b blake2b;
  std::uint64_t unpacked_size = 0;  // of all files together
  std::vector<PackedFile> files;    // all entries, in the order of the archive (sorted by name)
};

// Writes one archive: entries sorted by name, owner 0 without a name, modes 0644 and 0755, every
// time the given date. The same entries, options and version of the compressor give the same bytes,
// whatever the order of `entries`, directory, umask or time zone. `target` appears whole or not at
// all, with mode 0644. Memory: tar, the unpacked size and the archive's; zip, the largest file's
// and the archive's; plus the compressor's own (less than 1 MiB to level 9, 10 MiB above; 90 MiB
// for a tar.zst).
// Safe to call from many threads at once.
// Throws Errc::config for a name that base::unsafe_path_reason() refuses or that occurs twice (case
// folded), for a source that is no regular file or changes while it is read, and for what the
// format cannot hold; Errc::cannot_write for the disk.
PackedArchive pack_archive(const base::Path& target, std::vector<ArchiveEntry> entries,
                           const PackOptions& options);

}  // namespace releaser
