#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

#include <cerrno>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;
constexpr std::size_t kMaxKeyBytes = 16UL * 1024;

base::Path key_path(const Run& run) { return run.config.resolve(run.config.sign->key, run.home); }

// ssh's rule: a key that others can read is none.
void check_mode(const base::Path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw base::system_error(path.string(), errno);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  throw Error(
      Errc::config,
      status.st_uid == ::geteuid() || ::geteuid() == 0
          ? cat("others can read the key file ", path.string(), "; run chmod 600 ", path.string())
          : cat("the key file ", path.string(),
                " is another user's, and others can read it; copy it to a file of your own "
                "with mode 600, or give its contents in CCO_RELEASE_KEY"));
}

void check_untracked(const base::Path& path) {
  base::ProcessResult listed;
  try {
    listed = base::run_process({"git", "-C",
                                path.parent_path().empty() ? "." : path.parent_path().string(),
                                "ls-files", "--error-unmatch", "--", path.filename().string()});
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    return;  // no git, so it tracks nothing
  }
  if (listed.exit_status == 0) {
    throw Error(Errc::config,
                cat("git tracks the key file ", path.string(),
                    "; run git rm --cached, make a new key (this one is no secret any more), and "
                    "keep it outside of the repository"));
  }
  const bool is_untracked = listed.exit_status == 1;
  const bool is_outside = listed.errors.find("not a git repository") != std::string::npos;
  if (is_untracked || is_outside) return;
  const std::string reason = listed.errors.substr(0, listed.errors.find('\n'));
  throw Error(Errc::config, cat("git cannot say whether it tracks the key file ", path.string(),
                                ": ", base::safe_text(reason, 300),
                                "; mend that, or keep the key outside of the repository"));
}

// Of what is no key at all, neither mode nor git matters.
void check_is_key(const base::Path& path) {
  std::error_code ignored;
  const bool is_small = fs::file_size(path, ignored) <= kMaxKeyBytes;
  std::string text = is_small ? base::read_file(path, kMaxKeyBytes) : "";
  const auto contents = trust::SecretBytes::take(text);
  base::with_context(path.string(), [&] { (void)trust::SecretKey::is_encrypted(contents); });
}

void check_key_file(const Run& run) {
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
  check_is_key(path);
  check_mode(path);
  check_untracked(path);
  if (const base::Path real = fs::canonical(path); real != path) check_untracked(real);
}

// The text of the key, locked or not, and where it comes from.
struct KeyText {
  explicit KeyText(const Run& run) : place("CCO_RELEASE_KEY"), secret(run.around.key_text) {
    if (secret != nullptr) return;
    place = key_path(run).string();
    std::string text = base::read_file(place, kMaxKeyBytes);
    from_file = trust::SecretBytes::take(text);
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
    if (run.around.key_text == nullptr) check_key_file(run);
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
