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
    case EIO:
    case ELOOP:
      return Errc::cannot_write;
    case ENOENT:
      return Errc::not_found;
    default:
      return Errc::internal;
  }
}

}  // namespace

Error system_error(std::string_view what, int error_number) {
  return {errc_of(error_number),
          std::string(what) + ": " + std::generic_category().message(error_number)};
}

}  // namespace base
