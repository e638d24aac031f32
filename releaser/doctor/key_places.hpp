#pragma once

#include "base/file.hpp"
#include "releaser/config/config.hpp"
#include "releaser/doctor/finding.hpp"
#include "trust/public_key.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// A secret key of minisign's form on this machine.
struct KeyPlace {
  base::Path file;
  std::optional<trust::PublicKey> key;  // nothing where nobody says whose it is
  bool has_password = false;
  std::string problem;  // others can read it, git tracks it, it cannot be read; empty: none
  base::Path lies_in;   // the public folder that it is in; empty: none
};

// CCO_RELEASE_KEY, as CI has it.
struct KeyText {
  std::optional<trust::PublicKey> key;  // nothing where its password is not at hand
  bool has_password = false;
  std::string problem;  // it is no key, or another than [sign] says; empty: none
};

// The secret that CI gives to `cco-release`.
inline constexpr std::string_view kSecretName = "CCO_RELEASE_KEY";

struct KeyPlaces {
  std::vector<KeyPlace> files;
  std::optional<KeyText> text;
  std::vector<std::string> workflows;  // files of CI that name CCO_RELEASE_KEY
  std::vector<std::string> not_seen;   // where there were more files than are looked at
};

// Pure: which keys sit where, and which should not. [sign] is there.
std::vector<Finding> judge_key_places(const Config& config, const KeyPlaces& places);

}  // namespace releaser
