#include "releaser/stages/release_draft.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/config/config.hpp"
#include "releaser/stages/packed_json.hpp"

namespace releaser {
namespace {

using base::Errc;
using base::json::Array;
using base::json::Object;
using base::json::ObjectReader;
constexpr std::uint64_t kDraftSchema = 1;

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::string> read_optional(const ObjectReader& reader, std::string_view name) {
  if (reader.find(name) == nullptr) return std::nullopt;
  return reader.text(name);
}

DraftArchive read_draft_archive(const ObjectReader& reader) {
  DraftArchive archive;
  archive.platform = reader.text("platform");
  archive.asset = reader.text("name");
  if (!is_file_name(archive.asset)) reader.fail("name", "is no file name");
  archive.packed.size = reader.number("size");
  archive.packed.sha256 = read_sha256(reader, "sha256");
  archive.packed.unpacked_size = reader.number("unpacked_size");
  archive.agent = read_optional(reader, "agent");
  const ObjectReader floors = reader.object("requirements");
  archive.requirements = {floors.text("glibc"), floors.text("macos"), floors.text("windows")};
  archive.packed.files = read_files(reader);
  archive.alternative = read_optional(reader, "alternative");
  if (reader.find("deltas") != nullptr) archive.deltas = read_deltas(reader);
  return archive;
}

}  // namespace

ReleaseDraft parse_draft(std::string_view text) {
  const auto value = base::json::parse(text, {.max_bytes = kMaxDraftBytes}, Errc::config);
  const ObjectReader root(value, "", Errc::config);
  require_known_schema(root, kDraftSchema);
  ReleaseDraft draft;
  draft.product = root.text("product");
  draft.version = root.text("version");
  const auto channel = schema::parse_channel(root.text("channel"));
  if (!channel) root.fail("channel", "is none");
  draft.channel = *channel;
  draft.commit = read_optional(root, "commit");
  if (draft.commit && !is_commit(*draft.commit)) root.fail("commit", "is none");
  draft.date = read_time(root, "date");
  draft.published = read_time(root, "published");
  draft.tool_version = root.text("tool_version");
  const ObjectReader before = root.object("before");
  for (const auto& [name, ignored] : before.members())
    draft.before[name] = before.number(name);
  const ObjectReader role = root.object("metadata");
  draft.role_version = role.number("version");
  draft.role_expires = read_time(role, "expires");
  for (const ObjectReader& archive : root.objects("archives"))
    draft.archives.push_back(read_draft_archive(archive));
  if (root.find("extra_files") != nullptr) {
    for (const ObjectReader& file : root.objects("extra_files")) {
      ExtraFile extra{.name = file.text("name"),
                      .size = file.number("size"),
                      .sha256 = read_sha256(file, "sha256")};
      if (!is_file_name(extra.name)) file.fail("name", "is no file name");
      draft.extra_files.push_back(std::move(extra));
    }
  }
  const ObjectReader files = root.object("files");
  for (const auto& [name, ignored] : files.members())
    draft.files.emplace(name, read_sha256(files, name));
  return draft;
}

std::string write_draft(const ReleaseDraft& draft) {
  Array archives;
  archives.reserve(draft.archives.size());
  for (const DraftArchive& archive : draft.archives) {
    Object entry{{"platform", archive.platform},
                 {"name", archive.asset},
                 {"size", archive.packed.size},
                 {"sha256", archive.packed.sha256.hex()},
                 {"unpacked_size", archive.packed.unpacked_size}};
    if (archive.agent) entry.emplace_back("agent", *archive.agent);
    entry.emplace_back("requirements", Object{{"glibc", archive.requirements.glibc},
                                              {"macos", archive.requirements.macos},
                                              {"windows", archive.requirements.windows}});
    entry.emplace_back("files", json_of(archive.packed.files));
    if (archive.alternative) entry.emplace_back("alternative", *archive.alternative);
    if (!archive.deltas.empty()) entry.emplace_back("deltas", json_of(archive.deltas));
    archives.emplace_back(std::move(entry));
  }
  Object before, files;
  for (const auto& [name, generation] : draft.before)
    before.emplace_back(name, generation);
  for (const auto& [name, digest] : draft.files)
    files.emplace_back(name, digest.hex());
  Object root{{"schema", kDraftSchema},
              {"product", draft.product},
              {"version", draft.version},
              {"channel", schema::channel_name(draft.channel)},
              {"date", base::format_time(draft.date)},
              {"published", base::format_time(draft.published)},
              {"tool_version", draft.tool_version}};
  if (draft.commit) root.emplace_back("commit", *draft.commit);
  root.emplace_back("before", std::move(before));
  root.emplace_back("metadata", Object{{"version", draft.role_version},
                                       {"expires", base::format_time(draft.role_expires)}});
  root.emplace_back("archives", std::move(archives));
  if (!draft.extra_files.empty()) {
    Array extra_files;
    extra_files.reserve(draft.extra_files.size());
    for (const ExtraFile& file : draft.extra_files)
      extra_files.emplace_back(
          Object{{"name", file.name}, {"size", file.size}, {"sha256", file.sha256.hex()}});
    root.emplace_back("extra_files", std::move(extra_files));
  }
  root.emplace_back("files", std::move(files));
  return base::json::write(root, base::json::Style::pretty);
}

}  // namespace releaser
