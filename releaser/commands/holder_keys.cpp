#include "releaser/commands/holder_keys.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/trust/key_file.hpp"

#include <optional>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

trust::SecretKey unlock(KeyPasswords& passwords, const std::string& place,
                        const trust::SecretBytes& text) {
  return base::with_context(place, [&] {
    if (!trust::SecretKey::is_encrypted(text)) return trust::SecretKey::parse(text, nullptr);
    const auto password = passwords.of_key(place);
    if (!password) {
      throw Error(Errc::config,
                  "the key has a password; give --password-file, --password-fd or "
                  "CCO_RELEASE_PASSWORD, or run on a terminal");
    }
    return trust::SecretKey::parse(text, &*password);
  });
}

}  // namespace

std::vector<base::Option> holder_key_options() {
  return {{"--key", "", "FILE", "secret key to sign with; repeated for several", {}},
          {"--password-file", "", "FILE", "password of the keys", {}},
          {"--password-fd", "", "N", "read that password from an open descriptor", {}}};
}

bool has_holder_keys(const Services& services, const base::Arguments& arguments) {
  return arguments.has("--key") || services.release_key;
}

std::vector<trust::SecretKey> open_holder_keys(const Services& services,
                                               const base::Arguments& arguments,
                                               const base::Messages& messages,
                                               const std::vector<base::Path>& more_files) {
  trust::forbid_core_files();
  KeyPasswords passwords(services, arguments, messages);
  std::vector<base::Path> files = more_files;
  for (const std::string& file : key_files(arguments))
    files.emplace_back(file);
  // All, before anybody types a password.
  for (const base::Path& file : files) {
    if (base::type_of(file) != std::filesystem::file_type::regular) {
      throw Error(Errc::config,
                  cat("no key file ", file.string(), "; give by --key the one that ends in .key"));
    }
    check_key_file(file);
  }
  std::vector<trust::SecretKey> keys;
  keys.reserve(files.size() + 1);
  for (const base::Path& file : files)
    keys.push_back(unlock(passwords, file.string(), read_key_file(file)));
  if (services.release_key) {
    keys.push_back(unlock(passwords, "CCO_RELEASE_KEY", *services.release_key));
  }
  return keys;
}

}  // namespace releaser
