#pragma once

#include "agent/service/units.hpp"
#include "base/environment.hpp"

namespace agent {

// systemd of this machine, or the one of this user, asked by systemctl(1).
class Systemd {
 public:
  Systemd(const base::Environment& environment, UnitScope scope);

  // Why nobody is there to ask: "systemd does not run here". Nothing: ask.
  [[nodiscard]] const std::optional<std::string>& unreachable_because() const {
    return m_unreachable_because;
  }
  // "systemctl --user" with these arguments, as a person would type it.
  [[nodiscard]] std::string command(std::string_view arguments) const;
  // Throws Errc::config with what it says, where it refuses.
  void ask(const std::vector<std::string>& arguments) const;
  // "active", "activating", "inactive", "failed", …; "unknown" where nobody can be asked.
  [[nodiscard]] std::string state_of(const std::string& unit) const;

 private:
  [[nodiscard]] std::vector<std::string> argv(const std::vector<std::string>& arguments) const;

  UnitScope m_scope;
  std::optional<std::string> m_unreachable_because;
  std::vector<std::string> m_environment;
};

// Does the user's systemd begin with the machine, not only when the user comes?
bool is_lingering(const std::string& account);

}  // namespace agent
