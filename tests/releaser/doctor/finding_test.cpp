#include "releaser/doctor/finding.hpp"

#include <doctest/doctest.h>

using namespace releaser;
using base::Errc;
using Level = Finding::Level;

TEST_SUITE_BEGIN("releaser/doctor/finding");

TEST_CASE("an age is a number and a unit") {
  using std::chrono::seconds;
  struct Row {
    std::string_view text;
    std::optional<seconds> age;
  };
  for (const Row& row :
       {Row{"48h", seconds(172800)}, Row{"7d", seconds(604800)}, Row{"90m", seconds(5400)},
        Row{"3650d", seconds(315360000)}, Row{"", {}}, Row{"h", {}}, Row{"48", {}}, Row{"0h", {}},
        Row{"-1h", {}}, Row{"+1h", {}}, Row{" 1h", {}}, Row{"1h ", {}}, Row{"1.5h", {}},
        Row{"1s", {}}, Row{"1H", {}}, Row{"3651d", {}}, Row{"99999999999999999999d", {}},
        Row{"9223372036854775807d", {}}}) {
    CAPTURE(row.text);
    CHECK(parse_age(row.text) == row.age);
  }
}

TEST_CASE("an age is told in one unit") {
  using std::chrono::seconds;
  struct Row {
    int seconds;
    std::string_view text;
  };
  for (const Row& row : {Row{0, "less than a minute"}, Row{59, "less than a minute"},
                         Row{60, "1 minute"}, Row{3599, "59 minutes"}, Row{3600, "1 hour"},
                         Row{172799, "47 hours"}, Row{172800, "2 days"}, Row{604800, "7 days"}}) {
    CHECK(describe_age(seconds(row.seconds)) == row.text);
  }
}

TEST_CASE("the worst error is the status, and only errors count") {
  CHECK(status_of({}) == Errc::done);
  CHECK(status_of({{Level::warning, "site", "", Errc::untrusted}}) == Errc::done);
  const Finding network{Level::error, "site", "", Errc::network};
  const Finding missing{Level::error, "site", "", Errc::not_found};
  const Finding expired{Level::error, "trust", "", Errc::expired};
  const Finding untrusted{Level::error, "site", "", Errc::untrusted};
  CHECK(status_of({network, missing}) == Errc::network);
  CHECK(status_of({network, expired, missing}) == Errc::expired);
  CHECK(status_of({network, expired, untrusted}) == Errc::untrusted);
}

TEST_SUITE_END();
