#include "agent/config.hpp"
#include "agent/config_file.hpp"
#include "agent/own_folders.hpp"
#include "agent/policy.hpp"
#include "agent/settings.hpp"
#include "base/file.hpp"

#include <functional>
#include <string>
#include <system_error>

#include <sys/stat.h>

namespace agent {
namespace {

constexpr unsigned kNewFileMode = 0644;

// Dotfiles are often links into a repository: the file behind the link is the one to replace.
base::Path followed(const base::Path& path) {
  std::error_code ignored;
  base::Path target = std::filesystem::canonical(path, ignored);
  return ignored ? path : target;
}

unsigned mode_of(const base::Path& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : kNewFileMode;
}

// Only our own folder is private; ~/.config is everybody's in this home. The machine's, where the
// policy is too, is for everybody to read: its service has a user of its own.
void make_config_folder(const Services& services, const base::Path& config) {
  const base::Path folder = config.parent_path();
  const bool of_machine = folder == policy_path(services.layout.program).parent_path();
  base::make_directories(folder.parent_path());
  base::make_directories(folder, of_machine ? 0755 : 0700);
}

using Edit = std::function<std::string(std::string_view text, std::string_view file_name)>;

void edit_file(const Services& services, const Edit& edit) {
  require_own_home(services);
  const base::Path path = config_path(services);
  const auto before = base::read_file_if_exists(path, kMaxConfigBytes);
  const std::string start = before.value_or(default_config_text(services.layout.program));
  const std::string after = edit(start, path.string());
  if (before == after) return;
  make_config_folder(services, path);
  const base::Path target = followed(path);
  base::write_file_atomically(target, after, mode_of(target));
}

}  // namespace

void set_config_key(const Services& services, std::string_view key, std::string_view value) {
  edit_file(services, [&](std::string_view text, std::string_view file_name) {
    return set_in_config(text, file_name, key, value);
  });
}

void unset_config_key(const Services& services, std::string_view key) {
  edit_file(services, [&](std::string_view text, std::string_view file_name) {
    return unset_in_config(text, file_name, key);
  });
}

bool write_default_config(const Services& services) {
  const base::Path path = config_path(services);
  if (base::read_file_if_exists(path, kMaxConfigBytes)) return false;
  make_config_folder(services, path);
  base::write_file_atomically(path, default_config_text(services.layout.program), kNewFileMode);
  return true;
}

}  // namespace agent
