#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace releaser {

struct FormulaDescription {
  std::string text;
  // What a person should mend in the configuration, since no rule can: "is empty". What the rules
  // change without losing anything is nobody's business.
  std::optional<std::string> needs_a_person;
};

// A product's description by Homebrew's rules: one line of at most 80 characters, no article and
// not the name in front, a capital first, no full stop, "command-line", no pictures. Source:
// RuboCop FormulaAudit/Desc of Homebrew.
FormulaDescription formula_description(std::string_view description, std::string_view product);

}  // namespace releaser
