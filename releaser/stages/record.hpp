#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "releaser/archive/archive.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace releaser {

// An archive as it was packed, and the digest of all that decides its bytes.
struct ArchiveRecord {
  trust::Sha256 settled_by;
  PackedArchive packed;  // its blake2b is not kept
};

// A binary that the stamp stage made: from what, and what came out.
struct StampRecord {
  trust::Sha256 settled_by, result;
};

// A delta that was tried: from what, and what came out, if it was worth it.
struct DeltaRecord {
  trust::Sha256 settled_by;
  std::string archive;  // name of the archive that it stands for
  std::string path;     // of the binary
  trust::Sha256 from_sha256;
  std::map<std::string, trust::Sha256> further;  // more binaries, by path: what they start from
  std::string format;                            // empty: not worth it, and there is no file
  trust::Sha256 sha256;
};

// dist/V/release.json: what makes the same command again cheap and exact. Contents decide, never
// times of files.
struct ReleaseRecord {
  std::string product, version, tool_version, compressor;
  base::Time date{};
  trust::Sha256 settings;                         // of cco-release.toml
  std::optional<base::Time> published;            // of the first publish
  std::map<std::string, trust::Sha256> inputs;    // by path as configured
  std::map<std::string, ArchiveRecord> archives;  // by file name
  std::map<std::string, StampRecord> stamped;     // by path in dist/V
  std::map<std::string, DeltaRecord> deltas;      // by file name
};

// Nothing where there is no file, where it is damaged, or where it is of another schema: all is
// made again then.
std::optional<ReleaseRecord> read_record(const base::Path& file);
std::string write_record(const ReleaseRecord& record);

}  // namespace releaser
