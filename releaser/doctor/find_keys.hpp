#pragma once

#include "releaser/doctor/key_places.hpp"

namespace releaser {

// Where keys are looked for.
struct KeyQuestion {
  std::vector<base::Path> named;  // somebody wants to know of these
  std::vector<base::Path> usual;  // of the configuration: they may be on another machine
  std::vector<base::Path> public_folders;
};

// Looks at those files, at each *.key of the project (three folders deep, 2,000 files at most), at
// all files of public folders (100,000), and at .github/workflows. Asks for no password.
KeyPlaces find_key_places(const Config& config, const KeyQuestion& question);

}  // namespace releaser
