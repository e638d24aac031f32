#include "base/text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

TEST_SUITE("base/text") {
  using Parts = std::vector<std::string_view>;

  TEST_CASE("cat joins texts, characters and integers") {
    CHECK(base::cat("HTTP ", 404, ' ', std::string("x"), std::int64_t{-1}) == "HTTP 404 x-1");
    CHECK(base::cat(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  }

  TEST_CASE("split keeps empty parts") {
    CHECK(base::split("a,b,,c", ',') == Parts{"a", "b", "", "c"});
    CHECK(base::split("", ',') == Parts{""});
    CHECK(base::split(",", ',') == Parts{"", ""});
  }

  TEST_CASE("lines end by LF or CRLF, and a final line end makes no empty line") {
    CHECK(base::split_lines("a\r\nb\n") == Parts{"a", "b"});
    CHECK(base::split_lines("a\n\nb") == Parts{"a", "", "b"});
    CHECK(base::split_lines("").empty());
    CHECK(base::split_lines("a\r") == Parts{"a\r"});
  }

  TEST_CASE("join, trim, replace_all and lower_case") {
    const std::vector<std::string> parts{"a", "b", "c"};
    CHECK(base::join(parts, ", ") == "a, b, c");
    CHECK(base::trim(" \t x y\r\n") == "x y");
    CHECK(base::trim(" ").empty());
    CHECK(base::replace_all("aXbXX", "X", "yX") == "ayXbyXyX");
    CHECK(base::replace_all("abc", "", "y") == "abc");
    CHECK(base::lower_case("AbZ\xC3\x84") == "abz\xC3\x84");
  }

  TEST_CASE("decimal numbers have one spelling") {
    CHECK(base::parse_decimal("0") == 0U);
    CHECK(base::parse_decimal("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    for (const char* const text :
         {"", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"}) {
      CAPTURE(text);
      CHECK_FALSE(base::parse_decimal(text));
    }
  }

  TEST_CASE("UTF-8 is accepted in its shortest form only") {
    for (const char* const text : {"", "abc", "\u00e4", "\u20ac", "\U0001F600", "\U0010FFFF"}) {
      CAPTURE(text);
      CHECK(base::is_utf8(text));
    }
    for (const char* const text : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                                   "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "a\xFF"}) {
      CAPTURE(text);
      CHECK_FALSE(base::is_utf8(text));
    }
  }

  TEST_CASE("untrusted text loses what would steer a terminal") {
    struct Row {
      std::string_view unverified, safe;
    };
    const Row rows[] = {
        {"plain\ttext\n", "plain\ttext\n"},
        {"\x1b[31mred\x1b]8;;http://x\x07", "[31mred]8;;http://x"},
        {"a\rb\bc\x7f", "abc"},
        {"\u009b31m", "31m"},                // C1 control sequence introducer
        {"\u202Eevil\u2066\u200F", "evil"},  // bidirectional controls
        {"\uFEFFbom\u2028line", "bomline"},
        {"bad\xFF\xC3utf", "badutf"},
        {"\u00e4\u20ac", "\u00e4\u20ac"},
        {std::string_view("n\0ul", 4), "nul"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.safe);
      CHECK(base::safe_text(row.unverified) == row.safe);
    }
  }

  TEST_CASE("untrusted text is cut between characters") {
    CHECK(base::safe_text("\u00e4\u00e4", 3) == "\u00e4");
    CHECK(base::safe_text(std::string(1U << 20U, 'x')).size() == 4096);
  }

  TEST_CASE("the nearest name is what was probably meant") {
    const std::vector<std::string> keys{"target", "platforms", "name", "url", "path"};
    CHECK(base::nearest_name("taget", keys) == "target");
    CHECK(base::nearest_name("platform", keys) == "platforms");
    CHECK(base::nearest_name("nmae", keys) == "name");
    CHECK(base::nearest_name("Path", keys) == "path");
    CHECK(base::nearest_name("ulr", keys) == "url");
    CHECK_FALSE(base::nearest_name("zzz", keys));
    CHECK_FALSE(base::nearest_name("math", std::vector<std::string>{"bash"}));
    CHECK_FALSE(base::nearest_name("", keys));
    CHECK_FALSE(base::nearest_name(std::string(5000, 'x'), keys));
    CHECK(base::did_you_mean("taget", keys) == "; did you mean `target`?");
    CHECK(base::did_you_mean("zzzzzz", keys).empty());
  }

  TEST_CASE("sizes are shown in powers of 1000 with one decimal") {
    struct Row {
      std::uint64_t size;
      std::string_view text;
    };
    const Row rows[] = {{0, "0 bytes"},
                        {1, "1 byte"},
                        {999, "999 bytes"},
                        {1000, "1.0 kB"},
                        {1449, "1.4 kB"},
                        {1450, "1.5 kB"},
                        {999'949, "999.9 kB"},
                        {999'950, "1.0 MB"},
                        {2'912'345, "2.9 MB"},
                        {1'000'000'000, "1.0 GB"},
                        {std::numeric_limits<std::uint64_t>::max(), "18.4 EB"}};
    for (const Row& row : rows) {
      CHECK(base::human_size(row.size) == row.text);
    }
  }

  TEST_CASE("of many names the first ones are said") {
    const std::vector<std::string> names{"a", "b", "c", "d"};
    CHECK(base::join_first({}, 3).empty());
    CHECK(base::join_first(std::span(names).first(3), 3) == "a, b, c");
    CHECK(base::join_first(names, 3) == "a, b, c and 1 more");
    CHECK(base::join_first(names, 1) == "a and 3 more");
  }
}
