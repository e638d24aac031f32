#include "releaser/stages/packed_json.hpp"

namespace releaser {

using base::json::Array;
using base::json::Object;
using base::json::ObjectReader;

void require_known_schema(const ObjectReader& root, std::uint64_t newest) {
  if (root.number("schema") > newest) {
    root.fail("schema", "is newer than what this cco-release knows; use a newer one");
  }
}

trust::Sha256 read_sha256(const ObjectReader& reader, std::string_view name) {
  const auto digest = trust::Sha256::from_hex(reader.text(name));
  if (!digest) reader.fail(name, "must be a SHA-256");
  return *digest;
}

base::Time read_time(const ObjectReader& reader, std::string_view name) {
  const auto time = base::parse_time(reader.text(name));
  if (!time) reader.fail(name, "must be a time");
  return *time;
}

std::vector<PackedFile> read_files(const ObjectReader& archive) {
  std::vector<PackedFile> files;
  for (const ObjectReader& file : archive.objects("files")) {
    files.push_back({file.text("name"), file.number("size"), read_sha256(file, "sha256"),
                     file.boolean("executable", false)});
  }
  return files;
}

Array json_of(const std::vector<PackedFile>& files) {
  Array all;
  all.reserve(files.size());
  for (const PackedFile& file : files) {
    all.emplace_back(Object{{"name", file.name},
                            {"size", file.size},
                            {"sha256", file.sha256.hex()},
                            {"executable", file.executable}});
  }
  return all;
}

std::vector<DeltaFile> read_deltas(const ObjectReader& archive) {
  std::vector<DeltaFile> deltas;
  for (const ObjectReader& delta : archive.objects("deltas")) {
    deltas.push_back({delta.text("name"), delta.text("format"), delta.text("path"),
                      read_sha256(delta, "from_sha256")});
  }
  return deltas;
}

Array json_of(const std::vector<DeltaFile>& deltas) {
  Array all;
  all.reserve(deltas.size());
  for (const DeltaFile& delta : deltas) {
    all.emplace_back(Object{{"name", delta.name},
                            {"format", delta.format},
                            {"path", delta.path},
                            {"from_sha256", delta.from_sha256.hex()}});
  }
  return all;
}

}  // namespace releaser
