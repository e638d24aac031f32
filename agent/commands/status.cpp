#include "agent/check_record.hpp"
#include "agent/commands/commands.hpp"
#include "agent/machine.hpp"
#include "agent/managed.hpp"
#include "agent/service/service_files.hpp"
#include "agent/settings.hpp"
#include "agent/state.hpp"
#include "agent/state_file.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

using base::cat;
namespace json = base::json;

// Each fact once, for both forms of the report.
struct StatusLine {
  std::string key;    // "last_check"
  std::string label;  // "last check"
  std::string text;   // for people; empty: not shown
  json::Value value;
};

// What a newer updater has under way keeps nobody from looking at the rest.
std::optional<Journal> journal_for_reading(const Services& services) {
  try {
    return read_journal(services.layout);
  } catch (const base::Error& error) {
    services.messages.warn(error.what());
    return std::nullopt;
  }
}

std::vector<StatusLine> collect(const Services& services) {
  const Layout& layout = services.layout;
  const LoadedConfig loaded = load_config(services);
  for (const std::string& warning : loaded.warnings)
    services.messages.warn(warning);
  const Config& config = loaded.config;
  const auto current = current_version(layout);
  const auto previous = previous_version(layout);
  const auto record = read_fit_check_record(layout);
  const auto hold = read_rollback_hold(layout);
  const auto journal = journal_for_reading(services);
  std::vector<StatusLine> lines;
  const auto add = [&lines](std::string key, std::string label, std::string text,
                            json::Value value) {
    lines.push_back({std::move(key), std::move(label), std::move(text), std::move(value)});
  };
  const auto add_text = [&add](std::string key, std::string label, const std::string& text) {
    add(std::move(key), std::move(label), text, text.empty() ? json::Value() : json::Value(text));
  };
  const auto words = [](const std::optional<schema::Version>& version) {
    return version ? version->text() : std::string("none");
  };

  add_text("product", "product", services.identity.product);
  add("current", "current version", words(current), text_or_null(current));
  const bool is_complete = current && looks_complete(layout, *current);
  add("complete", "complete",
      current && !is_complete
          ? cat("no: files are missing or changed; `", layout.program, " repair` mends it")
          : "",
      is_complete);
  add("previous", "previous version", words(previous), text_or_null(previous));
  add_text("agent_version", "updater", services.identity.version.text());
  const Ownership ownership = find_ownership(services);
  const std::string command = keeper_command(services, ownership, Wanted::update);
  add("managed_by", "updated by",
      command.empty() ? keeper_text(ownership) : cat(keeper_text(ownership), ": ", command),
      keeper_json(services, ownership, Wanted::update));
  add_text("channel", "channel", std::string(schema::channel_name(config.channel)));
  add_text("channel_origin", "", std::string(origin_name(loaded.origins.at("updates.channel"))));
  lines.back().text.clear();
  add_text("pin", "pin", config.pin_version.value_or(""));
  add("held_back_from", "held", hold ? cat("nothing up to ", hold->left.text(), " is taken") : "",
      hold ? json::Value(hold->left.text()) : json::Value());
  const bool is_news = record && record->available && current && *current < *record->available;
  add("available", "available", is_news ? record->available->text() : "",
      is_news ? json::Value(record->available->text()) : json::Value());
  const auto time_text = [](const std::optional<base::Time>& time) {
    return time ? base::format_time(*time) : std::string("never");
  };
  const auto checked_at = record ? record->checked_at : std::nullopt;
  add("last_check", "last check", time_text(checked_at),
      checked_at ? json::Value(base::format_time(*checked_at)) : json::Value());
  add("failed_checks", "failed checks", record && record->failures > 0 ? cat(record->failures) : "",
      record ? json::Value(record->failures) : json::Value(0));
  add_text("check_interval", "check interval",
           std::string(config.enabled ? check_interval_name(config.check_interval) : "never"));
  add("auto_install", "install by itself", config.auto_install ? "yes" : "no", config.auto_install);
  add("under_way", "under way",
      journal ? cat(journal_state_name(journal->state), " ", journal->to.text()) : "",
      journal ? json::Value(journal_state_name(journal->state)) : json::Value());
  const std::uint64_t size = installed_size(layout);
  const std::size_t count = installed_versions(layout).size();
  add("versions_size", "disk use",
      cat(base::human_size(size), " in ", count, count == 1 ? " version" : " versions"), size);
  add("keep_versions", "versions kept", cat(config.keep_versions),
      std::uint64_t{config.keep_versions});
  json::Array running;
  std::vector<std::string> running_texts;
  for (const ServiceRecord& service : running_services(layout)) {
    running.emplace_back(json::Object{{"port", std::uint64_t{service.port}},
                                      {"pid", service.process.id},
                                      {"version", service.version.text()},
                                      {"started", base::format_time(service.started)},
                                      {"log", service.log.native()}});
    running_texts.push_back(cat(service.version.text(), " on port ", service.port, ", process ",
                                service.process.id, ", since ",
                                base::format_time(service.started)));
  }
  add("services", "service", running_texts.empty() ? "none runs" : base::join(running_texts, "; "),
      std::move(running));
  add_text("platform", "platform", describe(this_machine()));
  add_text("root", "root", layout.root.string());
  add_text("bin_directory", "commands in", layout.bin_directory.string());
  add_text("policy_file", "policy", config.policy.file.string());
  add_text("config_file", "configuration", config_path(services).string());
  json::Array bases;
  std::vector<std::string> base_texts;
  for (const base::Url& url : site_bases(services, config)) {
    bases.emplace_back(url.text());
    base_texts.push_back(url.text());
  }
  add("sites", "site", base::join(base_texts, ", "), std::move(bases));
  return lines;
}

int run_status(const Services& services) {
  const std::vector<StatusLine> lines = collect(services);
  if (services.json) {
    json::Object object{{"schema", 1}};
    for (const StatusLine& line : lines)
      object.emplace_back(line.key, line.value);
    services.out << json::write(object, json::Style::pretty);
    return 0;
  }
  std::size_t width = 0;
  for (const StatusLine& line : lines)
    width = std::max(width, line.label.size());
  for (const StatusLine& line : lines) {
    if (line.text.empty()) continue;
    services.out << line.label << ':' << std::string(width + 1 - line.label.size(), ' ')
                 << line.text << '\n';
  }
  return 0;
}

}  // namespace

base::Command status_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "status";
  command.summary = "show what is installed, where, and what is known of updates";
  command.description = "Reads this machine only: no network, and nothing is written.";
  command.examples = {{"status", "for people"}, {"status --json", "for programs"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_status(services_of(arguments));
  };
  return command;
}

}  // namespace agent
