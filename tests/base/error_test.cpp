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
    CHECK(base::system_error("open x", EINVAL).code() == base::Errc::internal);
    CHECK(std::string(base::system_error("open x", ENOENT).what()) ==
          "open x: No such file or directory");
  }

  TEST_CASE("the table of exit statuses ascends") {
    for (std::size_t i = 1; i < base::kExitStatuses.size(); ++i) {
      CHECK(base::kExitStatuses[i - 1].code < base::kExitStatuses[i].code);
    }
  }
}
