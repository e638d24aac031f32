#pragma once

#include "agent/check_record.hpp"
#include "agent/config.hpp"
#include "base/environment.hpp"

#include <optional>
#include <string>

namespace agent {

// May this run speak of updates? Not in CI (CI set to anything but "false" and "0"), not where
// <NAME>_NO_UPDATE_CHECK is set, not without a terminal for messages, not where the user turned it
// off.
struct NoticeSurroundings {
  bool terminal = false;  // stderr is one
  bool in_ci = false;
  bool turned_off = false;  // <NAME>_NO_UPDATE_CHECK
};
bool is_in_ci(const base::Environment& environment);
bool may_notify(const NoticeSurroundings& surroundings, const Config& config);

// The text of a notice: what is there, and the three answers: update, later, skip this version.
// Nothing where nothing newer is known, or the user pinned or skipped it away since.
std::optional<std::string> notice_text(const std::optional<CheckRecord>& record,
                                       const Config& config,
                                       const std::optional<schema::Version>& current,
                                       const std::string& product, const std::string& program);

}  // namespace agent
