#pragma once

#include "trust/public_key.hpp"

#include <string>
#include <vector>

namespace releaser {

// As installers and the scripts of a site take keys, in one text that they split again: "RW…:<id>
// RW…:<id>". A second signature has the id of its key in its name, which a shell cannot easily take
// out of the key.
std::string key_words(const std::vector<trust::PublicKey>& keys);

}  // namespace releaser
