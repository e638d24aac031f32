#include "releaser/stages/record.hpp"

#include "base/json.hpp"
#include "releaser/stages/packed_json.hpp"

namespace releaser {
namespace {

using base::Errc;
using base::Error;
using base::json::Object;
using base::json::ObjectReader;
using base::json::Value;

constexpr std::size_t kMaxRecordBytes = 16UL * 1024 * 1024;
constexpr int kRecordSchema = 1;

ArchiveRecord read_archive_record(const ObjectReader& reader) {
  ArchiveRecord record;
  record.settled_by = read_sha256(reader, "settled_by");
  record.packed.sha256 = read_sha256(reader, "sha256");
  record.packed.size = reader.number("size");
  record.packed.unpacked_size = reader.number("unpacked_size");
  record.packed.files = read_files(reader);
  return record;
}

DeltaRecord read_delta_record(const ObjectReader& reader) {
  DeltaRecord record{.settled_by = read_sha256(reader, "settled_by"),
                     .archive = reader.text("archive"),
                     .path = reader.text("path"),
                     .from_sha256 = read_sha256(reader, "from_sha256"),
                     .further = {},
                     .format = reader.text("format"),
                     .sha256 = read_sha256(reader, "sha256")};
  const ObjectReader further = reader.object("further");
  for (const auto& [path, value] : further.members())
    record.further.emplace(path, read_sha256(further, path));
  return record;
}

ReleaseRecord read_members(const ObjectReader& root) {
  if (root.number("schema") != kRecordSchema) root.fail("schema", "is another one");
  ReleaseRecord record;
  record.product = root.text("product");
  record.version = root.text("version");
  record.tool_version = root.text("tool_version");
  record.compressor = root.text("compressor");
  record.date = read_time(root, "date");
  record.settings = read_sha256(root, "settings_sha256");
  if (root.find("published") != nullptr) record.published = read_time(root, "published");
  const ObjectReader inputs = root.object("inputs");
  for (const auto& [path, value] : inputs.members()) {
    record.inputs.emplace(path, read_sha256(inputs, path));
  }
  const ObjectReader archives = root.object("archives");
  for (const auto& [name, value] : archives.members()) {
    record.archives.emplace(name, read_archive_record(archives.object(name)));
  }
  const ObjectReader stamped = root.object("stamped");
  for (const auto& [path, value] : stamped.members()) {
    const ObjectReader reader = stamped.object(path);
    record.stamped.emplace(
        path, StampRecord{read_sha256(reader, "settled_by"), read_sha256(reader, "sha256")});
  }
  if (root.find("deltas") != nullptr) {  // older ones have none
    const ObjectReader deltas = root.object("deltas");
    for (const auto& [name, value] : deltas.members()) {
      record.deltas.emplace(name, read_delta_record(deltas.object(name)));
    }
  }
  return record;
}

}  // namespace

std::optional<ReleaseRecord> read_record(const base::Path& file) {
  const auto text = base::read_file_if_exists(file, kMaxRecordBytes);
  if (!text) return std::nullopt;
  try {
    const Value value = base::json::parse(*text, {.max_bytes = kMaxRecordBytes}, Errc::config);
    return read_members(ObjectReader(value, "", Errc::config));
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string write_record(const ReleaseRecord& record) {
  Object inputs;
  for (const auto& [path, digest] : record.inputs)
    inputs.emplace_back(path, digest.hex());
  Object archives;
  for (const auto& [name, archive] : record.archives) {
    archives.emplace_back(name, Object{{"settled_by", archive.settled_by.hex()},
                                       {"size", archive.packed.size},
                                       {"sha256", archive.packed.sha256.hex()},
                                       {"unpacked_size", archive.packed.unpacked_size},
                                       {"files", json_of(archive.packed.files)}});
  }
  Object stamped;
  for (const auto& [path, stamp] : record.stamped) {
    stamped.emplace_back(
        path, Object{{"settled_by", stamp.settled_by.hex()}, {"sha256", stamp.result.hex()}});
  }
  Object root{{"schema", kRecordSchema},
              {"product", record.product},
              {"version", record.version},
              {"tool_version", record.tool_version},
              {"compressor", record.compressor},
              {"date", base::format_time(record.date)},
              {"settings_sha256", record.settings.hex()}};
  if (record.published) root.emplace_back("published", base::format_time(*record.published));
  root.emplace_back("inputs", std::move(inputs));
  root.emplace_back("stamped", std::move(stamped));
  root.emplace_back("archives", std::move(archives));
  Object deltas;
  for (const auto& [name, delta] : record.deltas) {
    Object further;
    for (const auto& [path, sha256] : delta.further)
      further.emplace_back(path, sha256.hex());
    deltas.emplace_back(name, Object{{"settled_by", delta.settled_by.hex()},
                                     {"archive", delta.archive},
                                     {"path", delta.path},
                                     {"from_sha256", delta.from_sha256.hex()},
                                     {"further", std::move(further)},
                                     {"format", delta.format},
                                     {"sha256", delta.sha256.hex()}});
  }
  if (!record.deltas.empty()) root.emplace_back("deltas", std::move(deltas));
  return base::json::write(root, base::json::Style::pretty);
}

}  // namespace releaser
