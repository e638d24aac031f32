#include "agent/notice.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace agent {

using base::cat;

bool is_in_ci(const base::Environment& environment) {
  const auto value = environment.find("CI");
  return value && *value != "false" && *value != "0";
}

bool may_notify(const NoticeSurroundings& surroundings, const Config& config) {
  return surroundings.terminal && !surroundings.in_ci && !surroundings.turned_off &&
         config.enabled && config.notify_on_update;
}

std::optional<std::string> notice_text(const std::optional<CheckRecord>& record,
                                       const Config& config,
                                       const std::optional<schema::Version>& current,
                                       const std::string& product, const std::string& program) {
  if (!record || !record->available || !current || record->channel != config.channel) {
    return std::nullopt;
  }
  const schema::Version& version = *record->available;
  const bool is_skipped = std::find(config.skip_versions.begin(), config.skip_versions.end(),
                                    version) != config.skip_versions.end();
  const bool is_pinned_away = config.pin_version && !version.matches_prefix(*config.pin_version);
  if (version <= *current || is_skipped || is_pinned_away) return std::nullopt;
  std::string skip_list;
  for (const schema::Version& each : config.skip_versions)
    skip_list += each.text() + ",";
  return cat(product, " ", version.text(), " is available", record->critical ? " and critical" : "",
             " (installed: ", current->text(), ")\n", "  update:  ", program, " update\n",
             "  later:   nothing to do\n", "  skip it: ", program,
             " config set updates.skip_versions ", skip_list, version.text(), "\n");
}

}  // namespace agent
