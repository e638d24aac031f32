#pragma once

#include "base/file.hpp"
#include "releaser/config/config.hpp"
#include "releaser/doctor/finding.hpp"
#include "trust/public_key.hpp"

#include <optional>
#include <string>
#include <vector>

namespace releaser {

// A secret key of minisign's form on this machine.
struct KeyPlace {
  base::Path file;
  std::optional<trust::PublicKey> key;  // nothing where nobody says whose it is
  bool has_password = false;
  std::string problem;  // others can read it, git tracks it; empty: none
};

struct KeyPlaces {
  std::vector<KeyPlace> files;
  bool has_key_text = false;           // CCO_RELEASE_KEY
  std::vector<std::string> workflows;  // files of CI that name CCO_RELEASE_KEY
};

// Looks at `named` files and at each *.key of the project (three folders deep, 2,000 files at
// most), and at .github/workflows. Asks for no password.
KeyPlaces find_key_places(const Config& config, std::vector<base::Path> named);

// Pure: which keys sit where, and which should not. [sign] is there.
std::vector<Finding> judge_key_places(const Config& config, const KeyPlaces& places);

}  // namespace releaser
