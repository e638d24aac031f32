#include "releaser/trust/drill.hpp"

#include "base/text.hpp"
#include "tests/releaser/trust/ceremony_world.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <sstream>

TEST_SUITE("releaser/trust/drill") {
  TEST_CASE("each preset is rehearsed, and ends as it must") {
    for (const std::string preset : {"solo", "team", "ci-stable"}) {
      CAPTURE(preset);
      test::CeremonyWorld world;
      const base::TemporaryDirectory scratch("/tmp", "drill-");
      std::ostringstream out;
      // Keys of the product are not needed.
      releaser::rehearse(world.config(preset, {}, preset == "team" ? "daily" : "none"),
                         scratch.path(), *base::parse_time("2026-11-20T12:00:00Z"), out);
      test::check_golden(base::cat("releaser/trust_drill_", preset, ".txt"), out.str());
    }
  }
}
