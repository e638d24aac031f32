#include "agent/service/units.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace {

using agent::UnitScope;

agent::UnitFacts of_a_user() {
  return {.product = "tool",
          .program = "tool-updater",
          .root = "/home/ann/.local/share/tool-updater",
          .bin_directory = "/home/ann/.local/bin",
          .config_file = "/home/ann/.config/tool-updater/config.toml",
          .config_variable = "TOOL_UPDATER_CONFIG_PATH"};
}

agent::UnitFacts of_a_machine() {
  return {.product = "tool",
          .program = "tool-updater",
          .root = "/usr/local/share/tool-updater",
          .bin_directory = "/usr/local/bin",
          .config_file = "/etc/tool-updater/config.toml",
          .config_variable = "TOOL_UPDATER_CONFIG_PATH"};
}

std::string line_of(const agent::Unit& unit, std::string_view key) {
  for (const std::string_view line : base::split_lines(unit.text)) {
    if (line.starts_with(key)) {
      return std::string(line);
    }
  }
  return "";
}

}  // namespace

TEST_SUITE("agent/service/units") {
  TEST_CASE("the units of a user and of a machine are in golden files") {
    const std::pair<std::string, std::vector<agent::Unit>> cases[] = {
        {"user", make_units(of_a_user(), UnitScope::user)},
        {"system", make_units(of_a_machine(), UnitScope::system)}};
    for (const auto& [folder, units] : cases) {
      for (const agent::Unit& unit : units) {
        test::check_golden(base::cat("agent/units/", folder, "/", unit.name.name), unit.text);
      }
    }
  }

  TEST_CASE("a unit is named after the program that was stamped, and so is all in it") {
    agent::UnitFacts facts = of_a_machine();
    facts.product = facts.program = "cco";
    facts.root = "/usr/local/share/cco";
    for (const agent::Unit& unit : make_units(facts, UnitScope::system)) {
      CAPTURE(unit.name.name);
      CHECK(unit.name.name.starts_with("cco"));
      CHECK(unit.text.find("tool-updater.service") == std::string::npos);
    }
  }

  TEST_CASE("what systemd would read as something else is written for itself") {
    using agent::Variables;
    const struct {
      std::string_view word, in_a_path, in_an_argument;
    } cases[] = {{"/plain/path-1.0_x", "/plain/path-1.0_x", "/plain/path-1.0_x"},
                 {"/with space", "\"/with space\"", "\"/with space\""},
                 {"/100%", "/100%%", "/100%%"},
                 {"/a$b", "/a$b", "/a$$b"},
                 {"/back\\slash", R"("/back\\slash")", R"("/back\\slash")"},
                 {"/quo\"te", R"("/quo\"te")", R"("/quo\"te")"},
                 {"/it's", R"("/it's")", R"("/it's")"},
                 {"/a;b#c", "\"/a;b#c\"", "\"/a;b#c\""},
                 {"", "\"\"", "\"\""}};
    for (const auto& each : cases) {
      CAPTURE(each.word);
      CHECK(agent::quoted_for_unit(each.word, Variables::left) == each.in_a_path);
      CHECK(agent::quoted_for_unit(each.word, Variables::replaced) == each.in_an_argument);
    }
  }

  TEST_CASE("a program whose path systemd refuses is started as an argument") {
    agent::UnitFacts facts = of_a_user();
    facts.root = "/home/a\\n\"n $x 100%";
    CHECK(line_of(make_units(facts, UnitScope::user).front(), "ExecStart=") ==
          R"(ExecStart=/bin/sh -c 'exec "$$0" "$$@"' )"
          R"("/home/a\\n\"n $$x 100%%/versions/current/tool-updater" run)");
  }

  TEST_CASE("a path that no unit can hold is an error that says what to do") {
    struct Row {
      std::string path;
      UnitScope scope;
    };
    const Row rows[] = {{"/a\nExecStart=/bin/sh", UnitScope::user},
                        {"/a\x7f", UnitScope::user},
                        {"/a\xff", UnitScope::user},
                        {"/a\"b", UnitScope::system},
                        {"/a\\b", UnitScope::system}};
    for (const Row& row : rows) {
      CAPTURE(row.path);
      for (base::Path agent::UnitFacts::*const member :
           {&agent::UnitFacts::root, &agent::UnitFacts::config_file}) {
        agent::UnitFacts facts = of_a_machine();
        facts.*member = row.path;
        CHECK_THROWS_AS(make_units(facts, row.scope), base::Error);
      }
    }
  }

  TEST_CASE("a unit knows whose it is, and a changed first line makes it somebody else's") {
    using agent::UnitOwner;
    const agent::UnitFacts facts = of_a_user();
    const std::string text = make_units(facts, UnitScope::user).front().text;
    CHECK(agent::owner_of_unit(text, facts.program, facts.root) == UnitOwner::this_installation);
    CHECK(agent::owner_of_unit(text, facts.program, "/elsewhere") == UnitOwner::other_installation);
    CHECK(agent::owner_of_unit(text, "other-updater", facts.root) == UnitOwner::somebody_else);
    CHECK(agent::owner_of_unit("[Unit]\n" + text, facts.program, facts.root) ==
          UnitOwner::somebody_else);
    const std::size_t marks = text.find('\n', text.find('\n') + 1);
    for (std::size_t length = 0; length < marks; ++length) {
      CAPTURE(length);
      CHECK(agent::owner_of_unit(std::string_view(text).substr(0, length), facts.program,
                                 facts.root) != UnitOwner::this_installation);
    }
  }
}
