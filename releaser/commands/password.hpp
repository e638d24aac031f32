#pragma once

#include "releaser/services.hpp"

#include <optional>
#include <string>
#include <vector>

namespace releaser {

constexpr std::size_t kMaxPasswordBytes = 1024;  // as minisign

// The password in a text that a file, a descriptor or a variable held: its first line. The text is
// wiped.
trust::SecretBytes first_line(std::string& text);

// --password-file and --password-fd.
std::vector<base::Option> password_options();

// Would signing_password() ask on the terminal?
bool asks_for_password(const Services& services, const base::Arguments& arguments);

// The password of the signing key, in this order: from a file, a descriptor, CCO_RELEASE_PASSWORD,
// the terminal. Nothing where there is none of these.
std::optional<trust::SecretBytes> signing_password(const Services& services,
                                                   const base::Arguments& arguments,
                                                   const base::Messages& messages);

}  // namespace releaser
