#include "releaser/trust/key_file.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

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

}  // namespace

void check_key_file(const base::Path& path) {
  check_is_key(path);
  check_mode(path);
  check_untracked(path);
  if (const base::Path real = fs::canonical(path); real != path) check_untracked(real);
}

trust::SecretBytes read_key_file(const base::Path& path) {
  std::string text = base::read_file(path, kMaxKeyBytes);
  return trust::SecretBytes::take(text);
}

}  // namespace releaser
