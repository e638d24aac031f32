#include "base/environment.hpp"

#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace base {

Environment Environment::of_process() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0) {
      // The first of two entries of one name counts, as for getenv.
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::find(std::string_view name) const {
  const auto found = m_variables.find(name);
  if (found == m_variables.end() || found->second.empty()) {
    return std::nullopt;
  }
  return found->second;
}

std::optional<std::string> take_secret_variable(const char* name) {
  std::optional<std::string> value;
  const std::size_t name_size = std::strlen(name);
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, name, name_size) != 0 || (*entry)[name_size] != '=') {
      continue;
    }
    char* const text = *entry + name_size + 1;
    const std::size_t size = std::strlen(text);
    if (!value) {
      value.emplace(text, size);
    }
    // volatile: the compiler may not leave out stores that nobody seems to read.
    volatile char* const bytes = text;
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = '\0';
    }
  }
  unsetenv(name);
  if (value && value->empty()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace base
