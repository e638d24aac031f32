#include "releaser/binary/probe_output.hpp"

#include <doctest/doctest.h>

TEST_SUITE("releaser/binary/probe_output") {
  TEST_CASE("a version is found as a word of its own") {
    for (const auto* text : {"1.2.3", "v1.2.3", "tool 1.2.3\n", "tool/1.2.3 (linux)", "1.2.3.",
                             "1.2.3-", "(1.2.3)", "x 11.2.3 1.2.3", "1.2.3+build5", "V1.2.3,"}) {
      CAPTURE(text);
      CHECK(releaser::holds_version(text, "1.2.3"));
    }
    for (const auto* text : {"", "1.2", "11.2.3", "1.2.30", "1.2.3.4", "1.2.3-beta.1", "0.1.2.3",
                             "1.2.3a", "a1.2.3"}) {
      CAPTURE(text);
      CHECK_FALSE(releaser::holds_version(text, "1.2.3"));
    }
    CHECK(releaser::holds_version("tool 1.2.3-beta.1", "1.2.3-beta.1"));
  }

  TEST_CASE("each wrong answer has its own words") {
    base::ProcessResult result;
    CHECK(releaser::version_output_warning(result, "1.2.3") ==
          "says nothing to --version; build it so that it says 1.2.3");
    result.output = "tool 1.2.3\n";
    CHECK(releaser::version_output_warning(result, "1.2.3").empty());
    CHECK(releaser::version_output_warning(result, "1.2.4") ==
          "says \"tool 1.2.3\" to --version, and not 1.2.4; build it from this version's sources");
    result.errors = "1.2.4";
    CHECK(releaser::version_output_warning(result, "1.2.4").empty());
    result.signal = 11;
    CHECK(releaser::version_output_warning(result, "1.2.3") == "crashed at --version (signal 11)");
    result.timed_out = true;
    CHECK(releaser::version_output_warning(result, "1.2.3") ==
          "gave no answer to --version in time");
  }
}
