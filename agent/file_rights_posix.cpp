#include "agent/file_rights.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <optional>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/xattr.h>
#endif

namespace agent {
namespace {

struct stat status_of(const base::FileDescriptor& file, const base::Path& path) {
  struct stat status {};
  if (fstat(file.number(), &status) != 0) {
    throw base::system_error(path.native(), errno);
  }
  return status;
}

[[noreturn]] void refuse(const base::Path& from, std::string_view what, int error_number) {
  throw base::Error(
      base::Errc::cannot_write,
      base::cat(from.native(), " has ", what, " that the new version cannot be given (",
                std::generic_category().message(error_number),
                "); update as the account that gave it, or take it away first"));
}

#ifdef __linux__
struct Attribute {
  const char* name;
  std::string_view what;
};
// In this order: each may be lost by what comes before it.
constexpr Attribute kAttributes[] = {{"system.posix_acl_access", "an access list"},
                                     {"security.selinux", "an SELinux label"},
                                     {"security.capability", "capabilities"}};

// Nothing where there is none, or the file system knows none.
std::optional<std::string> attribute_of(const base::FileDescriptor& file, const char* name) {
  constexpr std::size_t kMaxBytes = 65536;  // the kernel's own limit
  std::string value(kMaxBytes, '\0');
  const ssize_t size = fgetxattr(file.number(), name, value.data(), value.size());
  if (size < 0) {
    return std::nullopt;
  }
  value.resize(static_cast<std::size_t>(size));
  return value;
}
#endif

bool carry_attributes(const base::FileDescriptor& old_file, const base::FileDescriptor& new_file,
                      const base::Path& from) {
  bool changed = false;
#ifdef __linux__
  for (const Attribute& attribute : kAttributes) {
    const auto value = attribute_of(old_file, attribute.name);
    if (!value || value == attribute_of(new_file, attribute.name)) {
      continue;
    }
    if (fsetxattr(new_file.number(), attribute.name, value->data(), value->size(), 0) != 0) {
      refuse(from, attribute.what, errno);
    }
    changed = true;
  }
#else
  static_cast<void>(old_file), static_cast<void>(new_file), static_cast<void>(from);
#endif
  return changed;
}

}  // namespace

void carry_rights_over(const base::Path& from, const base::Path& to) {
  constexpr mode_t kPermissions = 07777U;
  const base::FileDescriptor old_file = base::open_regular_file(from);
  const base::FileDescriptor new_file = base::open_regular_file(to);
  const struct stat wanted = status_of(old_file, from);
  const struct stat found = status_of(new_file, to);
  bool changed = false;
  if (wanted.st_uid != found.st_uid || wanted.st_gid != found.st_gid) {
    if (fchown(new_file.number(), wanted.st_uid, wanted.st_gid) != 0) {
      refuse(from, "an owner or a group", errno);
    }
    changed = true;
  }
  // A change of owner takes set-user-ID away.
  if ((wanted.st_mode & kPermissions) != (status_of(new_file, to).st_mode & kPermissions)) {
    if (fchmod(new_file.number(), wanted.st_mode & kPermissions) != 0) {
      refuse(from, "a mode", errno);
    }
    changed = true;
  }
  changed = carry_attributes(old_file, new_file, from) || changed;
  if (changed) {
    base::sync_file(new_file, to);
  }
}

}  // namespace agent
