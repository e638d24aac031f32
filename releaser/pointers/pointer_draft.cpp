#include "releaser/pointers/pointer_draft.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "manifest-schema/channel.hpp"
#include "releaser/stages/packed_json.hpp"
#include "releaser/stages/release_draft.hpp"

namespace releaser {
namespace {

using base::Errc;
using base::json::Object;
using base::json::ObjectReader;
constexpr std::uint64_t kSchema = 1;

}  // namespace

PointerDraft parse_pointer_draft(std::string_view text) {
  const auto value = base::json::parse(text, {.max_bytes = kMaxDraftBytes}, Errc::config);
  const ObjectReader root(value, "", Errc::config);
  require_known_schema(root, kSchema);
  PointerDraft draft;
  draft.product = root.text("product");
  draft.command = root.text("command");
  draft.at = read_time(root, "at");
  draft.tool_version = root.text("tool_version");
  const ObjectReader before = root.object("before");
  for (const auto& [name, ignored] : before.members())
    draft.before[name] = before.number(name);
  const ObjectReader roles = root.object("metadata");
  for (const auto& [channel, ignored] : roles.members()) {
    if (!schema::parse_channel(channel)) roles.fail(channel, "is no channel");
    const ObjectReader role = roles.object(channel);
    draft.roles[channel] = {role.number("version"), read_time(role, "expires")};
  }
  const ObjectReader files = root.object("files");
  for (const auto& [name, ignored] : files.members())
    draft.files.emplace(name, read_sha256(files, name));
  return draft;
}

std::string write_pointer_draft(const PointerDraft& draft) {
  Object before, roles, files;
  for (const auto& [name, generation] : draft.before)
    before.emplace_back(name, generation);
  for (const auto& [channel, header] : draft.roles) {
    roles.emplace_back(channel, Object{{"version", header.version},
                                       {"expires", base::format_time(header.expires)}});
  }
  for (const auto& [name, digest] : draft.files)
    files.emplace_back(name, digest.hex());
  return base::json::write(Object{{"schema", kSchema},
                                  {"product", draft.product},
                                  {"command", draft.command},
                                  {"at", base::format_time(draft.at)},
                                  {"tool_version", draft.tool_version},
                                  {"before", std::move(before)},
                                  {"metadata", std::move(roles)},
                                  {"files", std::move(files)}},
                           base::json::Style::pretty);
}

}  // namespace releaser
