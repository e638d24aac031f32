#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/key_file.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;

base::Path key_path(const Run& run) { return run.config.resolve(run.config.sign->key, run.home); }

void check_configured_key_file(const Run& run) {
  const base::Path path = key_path(run);
  const fs::file_type type = base::type_of(path);
  if (type == fs::file_type::not_found) {
    throw Error(Errc::config, cat(run.config.place("sign.key"), ": no key file ", path.string(),
                                  "; `cco-release keys new` makes one, or set CCO_RELEASE_KEY"));
  }
  if (type != fs::file_type::regular) {
    throw Error(Errc::config, cat(run.config.place("sign.key"), ": ", path.string(),
                                  " is no regular file; mend `key` in [sign]"));
  }
  check_key_file(path);
}

// The text of the key, locked or not, and where it comes from.
struct KeyText {
  explicit KeyText(const Run& run) : place("CCO_RELEASE_KEY"), secret(run.around.key_text) {
    if (secret != nullptr) return;
    place = key_path(run).string();
    from_file = read_key_file(place);
    secret = &*from_file;
  }
  KeyText(const KeyText&) = delete;
  KeyText& operator=(const KeyText&) = delete;
  ~KeyText() = default;
  [[nodiscard]] bool is_locked() const {
    return base::with_context(place, [&] { return trust::SecretKey::is_encrypted(*secret); });
  }

  std::string place;
  std::optional<trust::SecretBytes> from_file;
  const trust::SecretBytes* secret;
};

trust::SecretKey unlock(Run& run) {
  const KeyText text(run);
  const trust::SecretBytes* const secret = text.secret;
  const std::string& place = text.place;
  std::optional<trust::SecretBytes> password;
  if (text.is_locked()) {
    password = run.around.password();
    if (!password) {
      throw Error(Errc::config,
                  "the signing key has a password; give --password-file, --password-fd or "
                  "CCO_RELEASE_PASSWORD, or run on a terminal");
    }
  }
  auto key = base::with_context(
      place, [&] { return trust::SecretKey::parse(*secret, password ? &*password : nullptr); });
  if (key.public_key().line() != run.config.sign->public_key) {
    throw Error(Errc::config, cat("the key belongs to public key ", key.public_key().line(),
                                  ", but ", run.config.place("sign.public_key"), " says ",
                                  run.config.sign->public_key, "; use the key of that public key"));
  }
  return key;
}

}  // namespace

void check_signing_key(Run& run, Problems& problems, Unlock unlock_now) {
  if (!run.config.sign) {
    problems.add(
        cat(run.config.file.filename().string(),
            ": [sign] is missing; `cco-release keys new` makes a key and prints its lines"));
    return;
  }
  if (run.around.key_text == nullptr && run.config.sign->key.empty()) {
    problems.add(
        cat(run.config.place("sign"), ": no key; give `key`, or its contents in CCO_RELEASE_KEY"));
    return;
  }
  problems.collect([&] {
    if (run.around.key_text == nullptr) check_configured_key_file(run);
    const bool is_asked_for = unlock_now == Unlock::without_asking &&
                              run.around.asks_for_password && KeyText(run).is_locked();
    if (unlock_now != Unlock::no && !is_asked_for) unlocked_key(run);
  });
}

const trust::SecretKey& unlocked_key(Run& run) {
  if (!run.key) run.key.emplace(unlock(run));
  return *run.key;
}

}  // namespace releaser
