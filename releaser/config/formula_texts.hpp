#pragma once

#include <string>
#include <vector>

namespace releaser {

// What a formula says beside the release itself: keys of [homebrew].
struct FormulaTexts {
  std::vector<std::string> depends;  // formulae
  std::string caveats;
  std::vector<std::string> service;  // a program of the archive and its arguments; empty: none
  std::vector<std::string> test;     // the same
};

}  // namespace releaser
