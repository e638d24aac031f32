#include "base/toml.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

#include <string>

namespace toml = base::toml;

namespace {

std::string toml_problem(std::string_view text) {
  try {
    toml::parse(text, "x.toml");
  } catch (const base::Error& error) {
    CHECK(error.code() == base::Errc::config);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("base/toml") {
  TEST_CASE("members stand in the order of the file with their positions") {
    const auto table = toml::parse(
        "schema = 1\n[zebra]\nname = \"z\"\n  b = true\na.x = 1\na.y = [1.5, \"q\"]\n"
        "[[apple]]\n[[apple]]\nk = 'v'\n",
        "x.toml");
    REQUIRE(table.size() == 3);
    CHECK(table[0].name == "schema");
    CHECK(*table[0].value.get_if<std::int64_t>() == 1);
    CHECK(table[1].name == "zebra");
    CHECK(table[1].position.line == 2);
    const auto& zebra = *table[1].value.get_if<toml::Table>();
    REQUIRE(zebra.size() == 3);
    CHECK(zebra[0].name == "name");
    CHECK(zebra[1].name == "b");
    CHECK(zebra[1].position.line == 4);
    CHECK(zebra[1].position.column == 3);
    CHECK(*zebra[1].value.get_if<bool>());
    const auto& dotted = *zebra[2].value.get_if<toml::Table>();
    CHECK(*toml::find(dotted, "x")->get_if<std::int64_t>() == 1);
    const auto& mixed = *toml::find(dotted, "y")->get_if<toml::Array>();
    CHECK(*mixed[0].get_if<double>() == 1.5);
    CHECK(*mixed[1].get_if<std::string>() == "q");
    CHECK(mixed[1].position().line == 6);
    const auto& apples = *table[2].value.get_if<toml::Array>();
    REQUIRE(apples.size() == 2);
    CHECK(*toml::find(*apples[1].get_if<toml::Table>(), "k")->get_if<std::string>() == "v");
    CHECK(toml::find(table, "absent") == nullptr);
  }

  TEST_CASE("dates are texts") {
    const auto table = toml::parse(
        "a = 2026-11-20\nb = 2026-11-20T10:00:00Z\nc = 07:32:00\nd = 2026-11-20 10:00:00\n",
        "x.toml");
    const char* expected[] = {"2026-11-20", "2026-11-20T10:00:00Z", "07:32:00",
                              "2026-11-20T10:00:00"};
    for (std::size_t i = 0; i < 4; ++i) {
      REQUIRE(table[i].value.get_if<std::string>() != nullptr);
      CHECK(*table[i].value.get_if<std::string>() == expected[i]);
    }
  }

  TEST_CASE("kinds have names for messages") {
    const auto table = toml::parse("a=''\nb=1\nc=1.0\nd=true\ne=[]\nf={}\n", "x.toml");
    const char* expected[] = {"a text",        "an integer", "a number",
                              "true or false", "a list",     "a table"};
    for (std::size_t i = 0; i < 6; ++i) {
      CHECK(table[i].value.kind_name() == expected[i]);
    }
  }

  TEST_CASE("an error names file, line and column") {
    struct Row {
      std::string_view text, start;
    };
    const Row rows[] = {
        {"a = 1\nb = \n", "x.toml:2:"},
        {"a = 1\na = 2\n", "x.toml:2:"},
        {"[t]\n[t]\n", "x.toml:2:"},
        {"a = \"unterminated\n", "x.toml:1:"},
        {"a = 99999999999999999999\n", "x.toml:1:"},
        {"a = 'x' y\n", "x.toml:1:"},
        {"a = \"\xff\"\n", "x.toml:1:"},
        {"a = 2026-13-01\n", "x.toml:1:"},
        {"a\n", "x.toml:1:"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const std::string problem = toml_problem(row.text);
      CHECK_MESSAGE(problem.starts_with(row.start), problem);
    }
  }

  TEST_CASE("a table's name that is none is an error and no crash") {
    for (const std::string_view text : {"[.a]", "[=]", "[[.a]]", "[ #]", "[\n]", "a = 1\n[,]"}) {
      CAPTURE(text);
      CHECK_FALSE(toml_problem(text).empty());
    }
    CHECK(toml_problem("a = 1\n  [.b]\n") ==
          "x.toml:2: a table's name begins with a letter, a digit, - or _");
  }

  TEST_CASE("what is not ASCII stands in quotes and comments only") {
    for (const std::string_view text :
         {"\xef\xbb\xbf\n", "# é", "a = 'é'", "a = \"é\"", "a = \"\\\"é\"", "a = '\\' # 'é",
          "a = \"\"\"é\n\"é\"\"\"\"\"", "a = '''é'\né''''", "\"é\" = 1", "['é']", "a = \"\" # é"}) {
      CAPTURE(text);
      CHECK(toml_problem(text) == "");
    }
    for (const std::string_view text : {"\n\né = 1", "a = 1\nb = 'x'\né", "\n\na = 1 é", "\n\n[é]",
                                        "\n\na = ''é", "\na = \"\"\"\n\"\"\"é", "\na = '\né"}) {
      CAPTURE(text);
      CHECK_FALSE(toml_problem(text).empty());
    }
  }

  TEST_CASE("deep nesting is an error and no crash") {
    CHECK_FALSE(toml_problem("a = " + std::string(100000, '[')).empty());
    CHECK_FALSE(toml_problem("a = " + std::string(20000, '[') + std::string(20000, ']')).empty());
  }

  TEST_CASE("a name of many parts is an error that names its line, and no crash") {
    std::string parts = "a";
    for (int i = 0; i < 100000; ++i) {
      parts += ".a";
    }
    for (const std::string& text : {"[" + parts + "]\n", "[[" + parts + "]]\n", parts + " = 1\n",
                                    "b = { " + parts + " = 1 }\n"}) {
      CHECK(toml_problem("s = '''\n'''\n" + text).starts_with("x.toml:3: a name has at most"));
    }
  }

  TEST_CASE("dots that part no name are not counted") {
    const std::string dots(100, '.');
    for (const std::string& text :
         {"a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\"\"\n\"" + dots + "\"\"\"",
          "a = '''" + dots + "\n'''", "# " + dots, "a = \"\\\"" + dots + "\"",
          std::string("a = [1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1,1.1]"),
          "[a.b.c.d.e.f.g.h]\n\"" + dots + "\" = 1"}) {
      CHECK(toml_problem(text) == "");
    }
  }

  TEST_CASE("no truncation of a document does worse than an error") {
    const std::string text = "schema = 1\n[a.\"b c\"]\nd = [{ x = 2026-11-20 }, \"é\\n\"]\n";
    for (std::size_t length = 0; length <= text.size(); ++length) {
      (void)toml_problem(text.substr(0, length));
    }
    CHECK(toml_problem(text).empty());
  }
}
