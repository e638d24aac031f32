#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "trust/tuf/canonical_json.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>

using base::Errc;
using trust::tuf::canonical_json;

namespace {

namespace json = base::json;

std::string canonical(std::string_view text) {
  return canonical_json(
      json::parse(text, {.max_bytes = 1 << 20, .allow_reals = true}, Errc::untrusted));
}

// Any value at most `depth` deep, without control characters in its texts: canonical form leaves
// those as they are, which no JSON reader takes.
json::Value any_value(std::mt19937& random, int depth) {
  const auto below = [&](std::uint64_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  const auto text = [&] {
    static constexpr std::string_view kPieces[] = {
        "a", "Z", "0", "\"", "\\", "/", " ", "\x7f", "\xc3\xa9", "\xf0\x9f\x98\x80"};
    std::string out;
    for (std::uint32_t count = below(6); count > 0; --count)
      out += kPieces[below(std::size(kPieces))];
    return out;
  };
  switch (below(depth > 0 ? 6 : 4)) {
    case 0:
      return nullptr;
    case 1:
      return below(2) == 0;
    case 2:
      return static_cast<std::int64_t>(below(1U << 31U)) - (std::int64_t{1} << 30U);
    case 3:
      return text();
    case 4: {
      json::Array array;
      for (std::uint32_t count = below(4); count > 0; --count)
        array.push_back(any_value(random, depth - 1));
      return array;
    }
    default:
      break;
  }
  json::Object object;
  for (std::uint32_t count = below(4); count > 0; --count) {
    std::string name = text();
    if (json::find(object, name) == nullptr) {
      object.emplace_back(std::move(name), any_value(random, depth - 1));
    }
  }
  return object;
}

}  // namespace

TEST_SUITE("trust/tuf/canonical_json") {
  TEST_CASE("names are sorted, and only quotes and backslashes are escaped") {
    const std::pair<std::string_view, std::string_view> table[] = {
        {R"({"b":1,"a":"x\"\\\n\u00e9","A":[true,null,-3]})",
         "{\"A\":[true,null,-3],\"a\":\"x\\\"\\\\\n\xc3\xa9\",\"b\":1}"},
        {R"("\u0001\u001f\u007f\b\f\r\t\/")", "\"\x01\x1f\x7f\b\f\r\t/\""},
        {R"({"":0,"a":0,"aa":0,"B":0,"\u00e9":0,"\ud83d\ude00":0,"\uffee":0})",
         "{\"\":0,\"B\":0,\"a\":0,\"aa\":0,\"\xc3\xa9\":0,\"\xef\xbf\xae\":0,"
         "\"\xf0\x9f\x98\x80\":0}"},
        {" [ 9007199254740992 , -9007199254740992 , 0 , -0 ] ",
         "[9007199254740992,-9007199254740992,0,0]"},
        {"[[],{},[{}],\"\"]", "[[],{},[{}],\"\"]"},
        {"{\"z\":{\"b\":false,\"a\":null},\"y\":[2,1]}",
         "{\"y\":[2,1],\"z\":{\"a\":null,\"b\":false}}"},
    };
    for (const auto& row : table) {
      const auto& text = row.first;
      const auto& expected = row.second;
      INFO(text);
      CHECK(canonical(text) == expected);
    }
  }

  TEST_CASE("a NUL in a text stands as it is") {
    CHECK(canonical("\"a\\u0000b\"") == std::string("\"a\0b\"", 5));
  }

  TEST_CASE("a real number has no canonical form") {
    for (const std::string_view text : {"1.0", "[1e3]", "{\"a\":{\"b\":-0.5}}"}) {
      test::check_error(Errc::untrusted, "real number", [&] { canonical(text); });
    }
  }

  TEST_CASE("the canonical form of a canonical form is itself, whatever the order of names") {
    std::mt19937 random(20261121);
    for (int count = 0; count < 2000; ++count) {
      const json::Value value = any_value(random, 5);
      const std::string once = canonical_json(value);
      CHECK(canonical(once) == once);
      CHECK(canonical(json::write(value, json::Style::pretty)) == once);
    }
  }
}
