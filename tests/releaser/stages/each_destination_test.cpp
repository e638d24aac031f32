#include "releaser/stages/each_destination.hpp"

#include <doctest/doctest.h>

using base::Errc;

TEST_SUITE("releaser/stages/each_destination") {
  TEST_CASE("failures are counted and stand on a line each") {
    const std::vector<releaser::DestinationFailure> failures{
        {"stick", Errc::cannot_write, "directory /media/stick: no space"},
        {"mirror", Errc::network, "directory /mirror: gone"}};
    const base::Error error =
        releaser::failure_of(failures, 3, Errc::partial, "; run the same command again");
    CHECK(error.code() == Errc::partial);
    CHECK(std::string(error.what()) ==
          "2 of 3 destinations failed; run the same command again:\n"
          "  directory /media/stick: no space\n  directory /mirror: gone");
  }

  TEST_CASE("where there is only one, its problem says all") {
    const std::vector<releaser::DestinationFailure> failures{
        {"site", Errc::untrusted, "stable.version-manifest.json: damaged"}};
    CHECK(std::string(releaser::failure_of(failures, 1, Errc::untrusted, "").what()) ==
          "stable.version-manifest.json: damaged");
  }

  TEST_CASE("failures that agree give their status, others are partial") {
    CHECK(releaser::common_code({{"a", Errc::untrusted, ""}, {"b", Errc::untrusted, ""}}) ==
          Errc::untrusted);
    CHECK(releaser::common_code({{"a", Errc::untrusted, ""}, {"b", Errc::network, ""}}) ==
          Errc::partial);
  }
}
