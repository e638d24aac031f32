#pragma once

#include "base/file.hpp"
#include "trust/signing/secret_key.hpp"

namespace releaser {

// Throws Errc::config unless it is a key file of minisign's form that only its owner can read and
// that git does not track.
void check_key_file(const base::Path& path);

// Its text, locked or not. Throws Errc::config for what is too large to be one.
trust::SecretBytes read_key_file(const base::Path& path);

}  // namespace releaser
