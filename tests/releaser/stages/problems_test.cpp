#include "releaser/stages/problems.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using base::Errc;
using releaser::Problems;

TEST_SUITE("releaser/stages/problems") {
  TEST_CASE("what is not to be believed is the status, then what has expired, then what all say") {
    struct Row {
      std::vector<Errc> codes;
      Errc status;
    };
    for (const Row& row : {
             Row{{Errc::conflict}, Errc::conflict},
             Row{{Errc::conflict, Errc::conflict}, Errc::conflict},
             Row{{Errc::conflict, Errc::config}, Errc::config},
             Row{{Errc::config, Errc::untrusted}, Errc::untrusted},
             Row{{Errc::expired, Errc::config, Errc::untrusted}, Errc::untrusted},
             Row{{Errc::config, Errc::expired}, Errc::expired},
         }) {
      Problems problems;
      for (const Errc code : row.codes)
        problems.add(code, "problem " + std::to_string(problems.problems().size()));
      test::check_error(row.status, "problem 0", [&] { problems.throw_if_any(); });
    }
  }
}
