#include "agent/build_form.hpp"

#include "base/command_table.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace agent {

void say_left_to_distribution(std::vector<base::Command>& commands) {
  constexpr std::array<std::string_view, 7> kRefused{
      "install", "update", "rollback", "repair", "uninstall", "run", "service install"};
  for (base::Command& command : commands) {
    if (std::find(kRefused.begin(), kRefused.end(), command.name) != kRefused.end()) {
      command.summary += " (not in this build)";
      command.description +=
          "\n\nThis build leaves that to the package manager that installed it: the command "
          "changes nothing, names what to type instead, and ends with 12.";
    } else if (command.name == "notice") {
      command.summary += " (not in this build)";
      command.description +=
          "\n\nThis build leaves updates to the package manager that installed it: it says "
          "nothing and looks for nothing.";
    }
  }
}

}  // namespace agent
