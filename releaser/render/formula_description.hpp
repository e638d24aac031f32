#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace releaser {

struct FormulaDescription {
  std::string text;
  std::vector<std::string> changes;  // why it is not what the configuration says; empty: it is
};

// A product's description by Homebrew's rules: one line of at most 80 characters, no article and
// not the name in front, a capital first, no full stop, "command-line", no pictures. Source:
// RuboCop FormulaAudit/Desc of Homebrew.
FormulaDescription formula_description(std::string_view description, std::string_view product);

}  // namespace releaser
