#include "base/error.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

TEST_SUITE("base/error") {
  TEST_CASE("with_context says what was being done and keeps the code") {
    try {
      base::with_context("publish", [] { throw base::Error(base::Errc::conflict, "other bytes"); });
      FAIL("nothing was thrown");
    } catch (const base::Error& error) {
      CHECK(std::string(error.what()) == "publish: other bytes");
      CHECK(error.code() == base::Errc::conflict);
    }
  }

  TEST_CASE("a value passes through with_context") {
    CHECK(base::with_context("add", [] { return 1 + 1; }) == 2);
  }

  TEST_CASE("system errors become the status that tells what can be done") {
    CHECK(base::system_error("open x", ENOSPC).code() == base::Errc::cannot_write);
    CHECK(base::system_error("open x", ENOENT).code() == base::Errc::not_found);
    CHECK(base::system_error("open x", ENAMETOOLONG).code() == base::Errc::cannot_write);
    CHECK(base::system_error("fork", EAGAIN).code() == base::Errc::cannot_write);
    CHECK(base::system_error("open x", EINVAL).code() == base::Errc::internal);
    CHECK(std::string(base::system_error("open x", ENOENT).what()) ==
          "open x: No such file or directory");
  }

  TEST_CASE("system errors say what to do where their number tells it") {
    for (const auto& [number, message] :
         {std::pair{EACCES, "write x: Permission denied; check owner and mode"},
          {EPERM, "write x: Operation not permitted; check owner and mode"},
          {EROFS, "write x: Read-only file system; mount it writable, or choose another place"},
          {ENOSPC, "write x: No space left on device; make room and run again"},
          {ENOTDIR, "write x: Not a directory; remove the file that has the name of a directory"},
          {EISDIR, "write x: Is a directory; remove the directory that has the name of a file"},
          {ELOOP, "write x: Too many levels of symbolic links; remove the link that is in the way"},
          {ENAMETOOLONG, "write x: File name too long; choose a shorter path"},
          {EFBIG, "write x: File too large; raise the limit of file sizes (ulimit -f)"},
          {EMFILE, "write x: Too many open files; raise the limit of open files (ulimit -n)"},
          {EINVAL, "write x: Invalid argument"}}) {
      CHECK(std::string(base::system_error("write x", number).what()) == message);
    }
  }

  TEST_CASE("advice is given once") {
    CHECK(base::with_advice("no such file", "make it") == "no such file; make it");
    CHECK(base::with_advice("no such file; fetch it", "make it") == "no such file; fetch it");
    CHECK(base::with_advice("no such file", "") == "no such file");
  }

  TEST_CASE("the table of exit statuses ascends") {
    for (std::size_t i = 1; i < base::kExitStatuses.size(); ++i) {
      CHECK(base::kExitStatuses[i - 1].code < base::kExitStatuses[i].code);
    }
  }
}
