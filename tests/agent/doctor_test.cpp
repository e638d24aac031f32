#include "agent/doctor.hpp"

#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <chrono>

using agent::Finding;
using agent::Health;
using base::Errc;

TEST_SUITE("agent/doctor") {
  TEST_CASE("the status is that of the first error, and warnings are none") {
    const Finding good{Health::ok, "trust", "well", Errc::done};
    const Finding warning{Health::warning, "trust", "soon", Errc::done};
    const Finding expired{Health::error, "trust", "late", Errc::expired};
    const Finding unwritable{Health::error, "permissions", "foreign", Errc::cannot_write};
    CHECK((agent::verdict({}) == Errc::done));
    CHECK((agent::verdict({good, warning}) == Errc::done));
    CHECK((agent::verdict({good, warning, expired, unwritable}) == Errc::expired));
    CHECK((agent::verdict({unwritable, expired}) == Errc::cannot_write));
  }

  TEST_CASE("each line begins with one of three words") {
    CHECK(agent::health_name(Health::ok) == "ok");
    CHECK(agent::health_name(Health::warning) == "warning");
    CHECK(agent::health_name(Health::error) == "error");
  }

  TEST_CASE("time that is left is told in hours near the end, else in days") {
    struct Row {
      std::chrono::minutes left;
      const char* text;
    };
    for (const Row& row :
         {Row{std::chrono::minutes(59), "0 hours"}, Row{std::chrono::hours(1), "1 hour"},
          Row{std::chrono::hours(47), "47 hours"}, Row{std::chrono::hours(48), "2 days"},
          Row{std::chrono::hours(24 * 365), "365 days"}}) {
      CAPTURE(row.text);
      CHECK(agent::time_left(test::now(), test::now() + row.left) == row.text);
    }
  }
}
