#include "agent/build_platform.hpp"
#include "agent/commands.hpp"
#include "agent/machine.hpp"
#include "base/build_info.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

using base::cat;
namespace json = base::json;

json::Value identity_json(const schema::Identity& identity) {
  json::Array bases;
  for (const base::Url& url : identity.base_urls)
    bases.emplace_back(url.text());
  json::Object keys;
  for (const auto& [channel, list] : identity.public_keys) {
    json::Array lines;
    for (const trust::PublicKey& key : list)
      lines.emplace_back(key.line());
    keys.emplace_back(schema::channel_name(channel), std::move(lines));
  }
  json::Object root{{"version", identity.root.version}, {"sha256", identity.root.sha256.hex()}};
  return json::Object{{"product", identity.product},
                      {"agent", identity.agent},
                      {"base_urls", std::move(bases)},
                      {"default_channel", schema::channel_name(identity.default_channel)},
                      {"public_keys", std::move(keys)},
                      {"root", std::move(root)}};
}

void print_json(const std::optional<schema::Identity>& identity, std::ostream& out) {
  const base::BuildInfo build = base::build_info();
  json::Object object{
      {"schema", 1},
      {"version", identity ? identity->version.text() : build.version},
      {"commit", nullptr},
      {"date", nullptr},
      {"platform", build_platform()},
      {"machine", describe(this_machine())},
      {"build",
       json::Object{{"version", build.version}, {"commit", build.commit}, {"date", build.date}}},
      {"identity", nullptr}};
  if (identity) {
    if (identity->commit) object[2].second = *identity->commit;
    object[3].second = base::format_time(identity->date);
    object[7].second = identity_json(*identity);
  }
  out << json::write(object, json::Style::pretty);
}

void print_text(const std::optional<schema::Identity>& identity, std::ostream& out) {
  if (!identity) {
    out << "cco " << base::build_info().version
        << " (a build without an identity: it cannot update anything; see cco-release stamp)\n"
        << "platform: " << build_platform() << '\n';
    return;
  }
  out << identity->agent << ' ' << identity->version.text() << '\n'
      << "product:  " << identity->product << '\n'
      << "commit:   " << identity->commit.value_or("unknown") << '\n'
      << "date:     " << base::format_time(identity->date) << '\n'
      << "platform: " << build_platform() << '\n';
  for (const base::Url& url : identity->base_urls)
    out << "site:     " << url.text() << '\n';
  out << "root:     " << identity->root.version << " (" << identity->root.sha256.hex() << ")\n";
  for (const auto& [channel, keys] : identity->public_keys) {
    for (const trust::PublicKey& key : keys) {
      out << "key:      " << schema::channel_name(channel) << ' ' << key.line() << '\n';
    }
  }
}

}  // namespace

base::Command version_command(const std::optional<schema::Identity>& identity, std::ostream& out) {
  base::Command command;
  command.name = "version";
  command.summary = "show version, commit, date, platform, site and keys of this program";
  command.description = "Reads nothing but the program itself.";
  command.examples = {{"version", "for people"}, {"version --json", "for programs"}};
  command.run = [identity, &out](const base::Arguments& arguments) {
    if (arguments.has("--json")) {
      print_json(identity, out);
    } else {
      print_text(identity, out);
    }
    return 0;
  };
  return command;
}

}  // namespace agent
