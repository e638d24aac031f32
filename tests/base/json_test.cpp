#include "base/json.hpp"

#include <doctest/doctest.h>

#include <string>

namespace json = base::json;
using base::Errc;

namespace {

constexpr json::Limits kLimits{.max_bytes = 4096};

std::string json_problem(std::string_view text, const json::Limits& limits = kLimits) {
  try {
    json::parse(text, limits, Errc::untrusted);
  } catch (const base::Error& error) {
    CHECK(error.code() == Errc::untrusted);
    return error.what();
  }
  return "";
}

std::string round_trip(std::string_view text) {
  return json::write(json::parse(text, {.max_bytes = 4096, .allow_reals = true}, Errc::config),
                     json::Style::compact);
}

}  // namespace

TEST_SUITE("base/json") {
  TEST_CASE("members keep their order and every kind of value survives") {
    const std::string text =
        R"({"z":1,"a":[true,false,null,-7,1.5,"ü\n"],"m":{},"e":[],"big":9007199254740992})";
    CHECK(round_trip(text) == text);
  }

  TEST_CASE("pretty text has two spaces a level and a final line end") {
    const auto value = json::parse(R"({"a":[1,{"b":{}}],"c":""})", kLimits, Errc::config);
    CHECK(json::write(value, json::Style::pretty) ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    }\n  ],\n  \"c\": \"\"\n}\n");
  }

  TEST_CASE("only what must be escaped is escaped") {
    const json::Value value(std::string("\"\\/\b\f\n\r\t\x01\x1f\x7f") + "é€");
    CHECK(json::write(value, json::Style::compact) ==
          "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f"
          "é€\"");
    CHECK(json::parse(json::write(value, json::Style::compact), kLimits, Errc::config) == value);
  }

  TEST_CASE("a text that is not UTF-8 is never written") {
    CHECK_THROWS_AS(json::write(json::Value("\xff"), json::Style::compact), base::Error);
  }

  TEST_CASE("what is not strict JSON is refused with its line") {
    struct Row {
      std::string_view text, problem;
    };
    const Row rows[] = {
        {"", "line 1: "},
        {" \n", "line 2: "},
        {"{\n\"a\": 1,\n\"a\": 2}", "line 3: the name `a` stands twice in one object"},
        {R"({"a":{"b":1,"c":1},"b":{"b":1,"b":2}})", "line 1: the name `b` stands twice"},
        {"{\"a\":1.0}", "line 1: a number with a fraction"},
        {"{\"a\":1e3}", "line 1: a number with a fraction"},
        {"[9007199254740993]", "line 1: an integer beyond 2^53"},
        {"[-9007199254740993]", "line 1: an integer beyond 2^53"},
        {"[18446744073709551615]", "line 1: an integer beyond 2^53"},
        {"[99999999999999999999999]", "line 1: an integer beyond 2^53"},
        {"[1]\n[2]", "line 2: "},
        {"[1] x", "line 1: "},
        {"[1,]", "line 1: "},
        {"{\"a\":1,}", "line 1: "},
        {"{a:1}", "line 1: "},
        {"['a']", "line 1: "},
        {"[01]", "line 1: "},
        {"[+1]", "line 1: "},
        {"[.5]", "line 1: "},
        {"[NaN]", "line 1: "},
        {"[Infinity]", "line 1: "},
        {"// c\n[1]", "line 1: "},
        {"[1] /* c */", "line 1: "},
        {"\xef\xbb\xbf[1]", "line 1: starts with a byte order mark"},
        {std::string_view("[1]\0x", 5), "line 1: holds a NUL byte"},
        {std::string_view("[1]\0", 4), "line 1: holds a NUL byte"},
        {"[\"\xff\"]", "line 1: "},
        {"[\"\xc0\xaf\"]", "line 1: "},
        {"[\"\xed\xa0\x80\"]", "line 1: "},
        {"[\"\\ud800\"]", "line 1: "},
        {"[\"\\x41\"]", "line 1: "},
        {"[\"a\nb\"]", "line "},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const std::string problem = json_problem(row.text);
      CHECK_MESSAGE(problem.starts_with(row.problem), problem);
    }
  }

  TEST_CASE("a message never repeats bytes of the text") {
    CHECK(json_problem("[\x1b]0;owned").find("owned") == std::string::npos);
    CHECK(json_problem("{\"\\u001b[31m\":1,\"\\u001b[31m\":2}").find('\x1b') == std::string::npos);
  }

  TEST_CASE("depth and size are limited before anything is built") {
    const std::string deep = std::string(16, '[') + std::string(16, ']');
    CHECK(json_problem(deep).empty());
    CHECK(json_problem("[" + deep + "]") == "line 1: nested more than 16 levels deep");
    const json::Limits wide{.max_bytes = 20000};
    CHECK(json_problem(std::string(10000, '['), wide) == "line 1: nested more than 16 levels deep");
    CHECK(json_problem("[\"" + std::string(4096, 'x') + "\"]") == "larger than 4096 bytes");
  }

  TEST_CASE("every truncation of a document is refused") {
    const std::string text = R"({"a": [1, "é\n", {"b": null}], "c": true})";
    for (std::size_t length = 0; length < text.size(); ++length) {
      CAPTURE(length);
      CHECK_FALSE(json_problem(text.substr(0, length)).empty());
    }
  }

  TEST_CASE("many members are read in reasonable time") {
    std::string text = "{";
    for (int i = 0; i < 60000; ++i) {
      text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    }
    const auto value = json::parse(text + "}", {.max_bytes = 1 << 20}, Errc::config);
    CHECK(value.get_if<json::Object>()->size() == 60000);
  }

  TEST_CASE("a real number stays one") { CHECK(round_trip("[1.0,2.5e-3]") == "[1.0,0.0025]"); }

  TEST_CASE("a reader names the place of what is wrong") {
    const auto value =
        json::parse(R"({"name":"x","size":5,"minus":-1,"yes":true,"null":null,"list":["a","b"],)"
                    R"("mixed":["a",1],"inner":{"deep":{"size":"5"}},"many":[{"n":1},2]})",
                    kLimits, Errc::untrusted);
    const json::ObjectReader reader(value, "", Errc::untrusted);
    CHECK(reader.text("name") == "x");
    CHECK(reader.number("size") == 5);
    CHECK(reader.boolean("yes", false));
    CHECK(reader.boolean("absent", true));
    CHECK(reader.texts("list") == std::vector<std::string>{"a", "b"});
    CHECK(reader.texts("absent").empty());
    CHECK_FALSE(reader.optional_text("null"));
    CHECK_FALSE(reader.optional_object("absent"));

    const auto problem = [](auto&& read) -> std::string {
      try {
        read();
      } catch (const base::Error& error) {
        return error.what();
      }
      return "";
    };
    CHECK(problem([&] { (void)reader.text("absent"); }) == "absent: is missing");
    CHECK(problem([&] { (void)reader.text("size"); }) == "size: must be a text");
    CHECK(problem([&] { (void)reader.number("minus"); }) ==
          "minus: must be an integer from 0 to 2^53");
    CHECK(problem([&] { (void)reader.boolean("name", false); }) == "name: must be true or false");
    CHECK(problem([&] { (void)reader.texts("mixed"); }) == "mixed: must be an array of texts");
    CHECK(problem([&] { (void)reader.objects("many"); }) == "many[1]: must be an object");
    CHECK(problem([&] { (void)reader.object("inner").object("deep").number("size"); }) ==
          "inner.deep.size: must be an integer from 0 to 2^53");
    CHECK(problem([&] { (void)reader.object("name"); }) == "name: must be an object");
    CHECK(problem([&] { const json::ObjectReader outer(json::Value(1), "", Errc::untrusted); }) ==
          "must be an object");
  }
}
