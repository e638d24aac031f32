#include "site/patience.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string_view>

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_SUITE("site/patience") {
  TEST_CASE("full jitter: from nothing to a bound that doubles up to eight seconds") {
    struct Row {
      unsigned failures;
      double random;
      milliseconds wait;
    };
    for (const Row& row : {Row{0, 0.5, milliseconds(250)}, Row{1, 0.0, milliseconds(0)},
                           Row{1, 0.5, milliseconds(500)}, Row{1, 0.999, milliseconds(999)},
                           Row{2, 0.5, milliseconds(1000)}, Row{4, 0.5, milliseconds(4000)},
                           Row{5, 0.5, milliseconds(4000)}, Row{4000, 0.5, milliseconds(4000)}}) {
      CAPTURE(row.failures);
      CAPTURE(row.random);
      CHECK(site::back_off(row.failures, row.random) == row.wait);
    }
    CHECK(site::back_off(3) < milliseconds(4000));
  }

  TEST_CASE("row 36: Retry-After in all its forms, a day at most") {
    const base::Time now = *base::parse_time("2026-11-20T10:00:00Z");
    struct Row {
      std::string_view text;
      std::optional<seconds> wait;
    };
    for (const Row& row : {
             Row{"2", seconds(2)},
             Row{" 120 ", seconds(120)},
             Row{"0", seconds(0)},
             Row{"86400", seconds(86'400)},
             Row{"86401", seconds(86'400)},
             Row{"1000000000", seconds(86'400)},
             Row{"99999999999999999999999999", seconds(86'400)},
             Row{"Fri, 20 Nov 2026 10:05:00 GMT", seconds(300)},
             Row{"Fri, 20 Nov 2026 09:00:00 GMT", seconds(0)},
             Row{"Fri, 20 Nov 2099 09:00:00 GMT", seconds(86'400)},
             Row{"Fri, 31 Feb 2026 09:00:00 GMT", std::nullopt},
             Row{"Fri, 20 Foo 2026 09:00:00 GMT", std::nullopt},
             Row{"Fri, 20 Nov 2026 09:00:00 CET", std::nullopt},
             Row{"-5", std::nullopt},
             Row{"1.5", std::nullopt},
             Row{"soon", std::nullopt},
             Row{"", std::nullopt},
         }) {
      CAPTURE(row.text);
      CHECK(site::parse_retry_after(row.text, now) == row.wait);
    }
  }
}
