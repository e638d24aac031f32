#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// The process environment as main read it, once; everything else gets it as a value.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : m_variables(std::move(variables)) {}
  static Environment of_process();

  // Nothing where unset or empty.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& variables() const {
    return m_variables;
  }

 private:
  std::map<std::string, std::string, std::less<>> m_variables;
};

// Takes a secret out of the process environment: the original bytes are overwritten in place
// (/proc/PID/environ shows those) and the variable is unset. To be called before of_process() and
// before any thread or child starts.
std::optional<std::string> take_secret_variable(const char* name);

}  // namespace base
