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

// An option as it was repeated: a path may hold a comma, so it is no list.
std::vector<std::string> repeated(const base::Arguments& arguments, std::string_view option);

// --key as it was repeated. A path may hold a comma, so it is no list. Throws Errc::usage, without
// repeating it, for a key in place of a file.
std::vector<std::string> key_files(const base::Arguments& arguments);

// The password of one key after another: on a terminal each is asked for; elsewhere one is for all.
class KeyPasswords {
 public:
  KeyPasswords(const Services& services, const base::Arguments& arguments,
               const base::Messages& messages)
      : m_services(services), m_arguments(arguments), m_messages(messages) {}
  // `place`: where the key comes from.
  std::optional<trust::SecretBytes> of_key(std::string_view place);

  // Where the configuration has several keys, too.
  void name_each_key() { m_has_several = true; }

 private:
  const Services& m_services;
  const base::Arguments& m_arguments;
  const base::Messages& m_messages;
  std::optional<trust::SecretBytes> m_for_all;  // a descriptor can be read once
  bool m_has_several = false;
};

}  // namespace releaser
