#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace base {
namespace {

Errc errc_of(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EXDEV:
    case ETXTBSY:
    case EBUSY:
    case ENOTDIR:
    case EISDIR:
    case EIO:
    case ELOOP:
    case ENAMETOOLONG:
    case EINTR:
    case EMFILE:
    case ENFILE:
    case ESTALE:
    case EAGAIN:
    case ENOMEM:
      return Errc::cannot_write;
    case ENOENT:
      return Errc::not_found;
    default:
      return Errc::internal;
  }
}

std::string_view advice_for(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return "check owner and mode";
    case EROFS:
      return "mount it writable, or choose another place";
    case ENOSPC:
    case EDQUOT:
      return "make room and run again";
    case ENOTDIR:
      return "remove the file that has the name of a directory";
    case EISDIR:
      return "remove the directory that has the name of a file";
    case EIO:
      return "check the disk";
    case ELOOP:
      return "remove the link that is in the way";
    case ENAMETOOLONG:
      return "choose a shorter path";
    case EFBIG:
      return "raise the limit of file sizes (ulimit -f)";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    case EAGAIN:
    case ENOMEM:
      return "end other programs or raise the limits of processes and memory (ulimit), and run "
             "again";
    case EINTR:
    case ESTALE:
      return "run this again";
    default:
      return "";
  }
}

}  // namespace

std::string with_advice(std::string_view message, std::string_view advice) {
  std::string text(message);
  if (!advice.empty() && text.find("; ") == std::string::npos) {
    text.append("; ").append(advice);
  }
  return text;
}

Error system_error(std::string_view what, int error_number) {
  return {errc_of(error_number),
          with_advice(std::string(what) + ": " + std::generic_category().message(error_number),
                      advice_for(error_number))};
}

}  // namespace base
