#pragma once

#include "releaser/config/config.hpp"

#include <string>
#include <utility>
#include <vector>

namespace releaser {

// What is wrong with one file, collected and thrown together, in the order of its lines.
class ConfigProblems {
 public:
  explicit ConfigProblems(std::string file) : m_file(std::move(file)) {}
  // line 0: of the file as a whole.
  void add(int line, const std::string& text);
  // Was anything said about that line?
  [[nodiscard]] bool has(int line) const;
  // Throws one Errc::config.
  void throw_if_any() const;

 private:
  std::string m_file;
  std::vector<std::pair<int, std::string>> m_problems;
};

// The rules that no table of keys can say: names, platforms, versions, URLs, what excludes what.
// Fills Config::platforms.
void check_config(Config& config, ConfigProblems& problems);

// The line of the file that a key ("sign.key") stands in; 0 where the file lacks it.
int line_of(const Config& config, std::string_view key);

}  // namespace releaser
