#pragma once

#include "releaser/services.hpp"

#include <optional>
#include <string>

namespace releaser {

base::Command add_keys_new(const Services& services);

// ~/.config/cco-release/keys. Throws Errc::usage where HOME is not set.
base::Path default_key_folder(const base::Environment& environment);

// The password for new keys: from --password-file, CCO_RELEASE_PASSWORD, or asked for, twice, on a
// terminal; nothing with --no-password. Throws Errc::usage where there is none of these.
std::optional<trust::SecretBytes> password_for_new_keys(const Services& services,
                                                        const base::Arguments& arguments,
                                                        const base::Messages& messages);

// Is `out`.key there without `out`.pub, as a run that was stopped leaves them?
bool is_half_made(const base::Path& out);
// Writes `out`.key (mode 0600) and `out`.pub, neither over a file. Half made ones are finished:
// `password` is then that of the key. Throws Errc::config where the key is not whole.
trust::SecretKey make_key_files(const base::Path& out, const trust::SecretBytes* password);

// As it may stand in a file that others get too: "~/…" where it is below the home directory.
std::string path_for_every_machine(const base::Path& path, const base::Environment& environment);

}  // namespace releaser
