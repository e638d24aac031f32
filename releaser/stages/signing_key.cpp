#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;
constexpr std::size_t kMaxKeyBytes = 16UL * 1024;

base::Path key_path(const Run& run) { return run.config.resolve(run.config.sign->key, run.home); }

void check_key_file(const Run& run) {
  const base::Path path = key_path(run);
  const fs::file_status status = fs::status(path);
  if (!fs::exists(status)) {
    throw Error(Errc::config, cat(run.config.place("sign.key"), ": no key file ", path.string(),
                                  "; `cco-release keys new` makes one, or set CCO_RELEASE_KEY"));
  }
  if (!fs::is_regular_file(status)) {
    throw Error(Errc::config,
                cat(run.config.place("sign.key"), ": ", path.string(), " is no regular file"));
  }
  constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;
  if ((status.permissions() & kOthers) != fs::perms::none) {
    throw Error(Errc::config, cat("others can read the key file ", path.string(),
                                  "; run chmod 600 ", path.string()));
  }
  try {
    const auto listed = base::run_process(
        {"git", "-C", path.parent_path().empty() ? "." : path.parent_path().string(), "ls-files",
         "--error-unmatch", "--", path.filename().string()});
    if (listed.exit_status == 0) {
      throw Error(Errc::config,
                  cat("git tracks the key file ", path.string(),
                      "; run git rm --cached, make a new key (this one is no secret any more), and "
                      "keep it outside of the repository"));
    }
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;  // no git, so it tracks nothing
  }
}

trust::SecretKey unlock(Run& run) {
  std::string text;
  std::optional<trust::SecretBytes> from_file;
  const trust::SecretBytes* secret = run.around.key_text;
  if (secret == nullptr) {
    text = base::read_file(key_path(run), kMaxKeyBytes);
    from_file = trust::SecretBytes::take(text);
    secret = &*from_file;
  }
  std::optional<trust::SecretBytes> password;
  if (trust::SecretKey::is_encrypted(*secret)) {
    password = run.around.password();
    if (!password) {
      throw Error(Errc::config,
                  "the signing key has a password; give --password-file, --password-fd or "
                  "CCO_RELEASE_PASSWORD, or run on a terminal");
    }
  }
  auto key = trust::SecretKey::parse(*secret, password ? &*password : nullptr);
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
    if (run.around.key_text == nullptr) check_key_file(run);
    if (unlock_now == Unlock::yes) unlocked_key(run);
  });
}

const trust::SecretKey& unlocked_key(Run& run) {
  if (!run.key) run.key.emplace(unlock(run));
  return *run.key;
}

}  // namespace releaser
