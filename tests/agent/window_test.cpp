#include "agent/config.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <array>

namespace {

constexpr int minute(int day, int hour, int minutes = 0) {
  return (day * 24 + hour) * 60 + minutes;
}

}  // namespace

TEST_SUITE("agent/window") {
  TEST_CASE("a window holds what lies in it") {
    struct Row {
      std::string_view text;
      int minute;
      bool inside;
    };
    constexpr int kMonday = 0;
    constexpr int kFriday = 4;
    constexpr int kSaturday = 5;
    constexpr int kSunday = 6;
    constexpr std::array<Row, 16> kRows{{
        {"02:00-05:00", minute(kMonday, 1, 59), false},
        {"02:00-05:00", minute(kMonday, 2), true},
        {"02:00-05:00", minute(kSunday, 4, 59), true},
        {"02:00-05:00", minute(kSunday, 5), false},
        {"22:00-06:00", minute(kMonday, 23), true},
        {"22:00-06:00", minute(kMonday, 5, 59), true},
        {"22:00-06:00", minute(kMonday, 12), false},
        {"Sat,Sun 22:00-06:00", minute(kSaturday, 23), true},
        {"Sat,Sun 22:00-06:00", minute(kSaturday, 5), false},  // belongs to Friday
        {"Sat,Sun 22:00-06:00", minute(kSunday, 5), true},
        {"Sat,Sun 22:00-06:00", minute(kMonday, 5), true},  // began on Sunday
        {"sat, SUN 10:00-11:00", minute(kSunday, 10, 30), true},
        {"Fri 00:00-24:00", minute(kFriday, 23, 59), true},
        {"Fri 00:00-24:00", minute(kSaturday, 0), false},
        {"Mon 00:00-24:00", minute(kMonday, 0), true},
        {" 02:00-05:00 ", minute(kMonday, 3), true},
    }};
    for (const Row& row : kRows) {
      CAPTURE(row.text);
      CAPTURE(row.minute);
      CHECK(agent::Window::parse(row.text).contains(row.minute) == row.inside);
    }
  }

  TEST_CASE("what is no window is refused with the form of one") {
    for (const std::string_view text :
         {"", "02:00", "2:00-5:00", "02:00-02:00", "25:00-26:00", "02:60-03:00", "24:01-25:00",
          "24:00-02:00", "Moonday 02:00-05:00", ",Sat 02:00-05:00", "02:00–05:00", "a-b",
          "02:00-05:00-06:00", "0x:00-05:00"}) {
      CAPTURE(text);
      test::check_error(base::Errc::config, "write 02:00-05:00",
                        [&] { return agent::Window::parse(text); });
    }
  }
}
