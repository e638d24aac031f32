#include "base/clock.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include <time.h>

TEST_SUITE("base/clock") {
  TEST_CASE("times are read and written in one form") {
    struct Row {
      std::string_view text;
      long long seconds;
    };
    const Row rows[] = {{"1970-01-01T00:00:00Z", 0},
                        {"2000-02-29T12:34:56Z", 951827696},
                        {"2026-11-20T10:00:00Z", 1795168800},
                        {"2038-01-19T03:14:08Z", 2147483648LL},
                        {"9999-12-31T23:59:59Z", 253402300799LL}};
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto time = base::parse_time(row.text);
      REQUIRE(time);
      CHECK(time->time_since_epoch().count() == row.seconds);
      CHECK(base::format_time(*time) == row.text);
      CHECK(base::format_date(*time) == row.text.substr(0, 10));
    }
  }

  TEST_CASE("nothing else is a time") {
    for (const char* const text :
         {"", "2026-11-20", "2026-11-20T10:00:00", "2026-11-20t10:00:00Z", "2026-11-20T10:00:00z",
          "2026-11-20T10:00:00+00:00", "2026-11-20T10:00:00.0Z", "2026-02-29T10:00:00Z",
          "2026-13-01T10:00:00Z", "2026-00-01T10:00:00Z", "2026-11-31T10:00:00Z",
          "2026-11-20T24:00:00Z", "2026-11-20T10:60:00Z", "2026-11-20T10:00:60Z",
          "1969-12-31T23:59:59Z", "-026-11-20T10:00:00Z", " 2026-11-20T10:00:0Z",
          "2026-11-20T10:00:00Z ", "+2026-11-20T10:00:00"}) {
      CAPTURE(text);
      CHECK_FALSE(base::parse_time(text));
    }
  }

  TEST_CASE("the time zone changes nothing") {
    for (const char* const zone : {"Asia/Kolkata", "America/St_Johns", "UTC"}) {
      setenv("TZ", zone, 1);
      tzset();
      CHECK(base::parse_time("2026-11-20T10:00:00Z")->time_since_epoch().count() == 1795168800);
      CHECK(base::format_time(base::Time(std::chrono::seconds(1795168800))) ==
            "2026-11-20T10:00:00Z");
    }
    unsetenv("TZ");
    tzset();
  }
}
