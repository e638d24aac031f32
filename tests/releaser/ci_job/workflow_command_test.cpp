#include "releaser/ci_job/workflow_command.hpp"

#include <doctest/doctest.h>

using releaser::line_named;
using releaser::parts_of;
using releaser::workflow_command;

TEST_SUITE("releaser/ci_job/workflow_command") {
  TEST_CASE("nothing in a value or a message ends the command") {
    CHECK(workflow_command("endgroup", {}, "") == "::endgroup::");
    CHECK(workflow_command("group", {}, "sign") == "::group::sign");
    CHECK(workflow_command("error", {{"file", "a,b:c%d.toml"}, {"line", "3"}}, "x: y, 5 %\r\nz") ==
          "::error file=a%2Cb%3Ac%25d.toml,line=3::x: y, 5 %25%0D%0Az");
    CHECK(workflow_command("error", {{"file", ""}, {"title", "t\n::debug::"}}, "\n::add-mask::a") ==
          "::error title=t%0A%3A%3Adebug%3A%3A::%0A::add-mask::a");
    CHECK(workflow_command("error", {}, "%0A") == "::error::%250A");
  }

  TEST_CASE("the line of the configuration is the one behind its name") {
    struct Row {
      const char* message;
      const char* line;  // "": none
    };
    for (const Row& row : {
             Row{"cco-release.toml:12: unknown key", "12"},
             Row{"check: cco-release.toml:7: no", "7"},
             Row{"/srv/p/cco-release.toml:7: no", "7"},
             Row{"my-cco-release.toml:7: no, cco-release.toml:9: but this", "9"},
             Row{"cco-release.toml: no line", ""},
             Row{"cco-release.toml:x", ""},
             Row{"cco-release.toml:99999999999: too far", ""},
             Row{"another.toml:3", ""},
         }) {
      CAPTURE(row.message);
      CHECK(line_named(row.message, "cco-release.toml").value_or("") == row.line);
    }
    CHECK_FALSE(line_named(":12: x", "").has_value());
  }

  TEST_CASE("a list of problems is one part each, and any other text is one") {
    using Parts = std::vector<std::string>;
    CHECK(parts_of("preflight: 2 problems:\n  a; b\n  c") == Parts{"a; b", "c"});
    CHECK(parts_of("1 of 2 destinations failed; mend that:\n  stick: x") == Parts{"stick: x"});
    CHECK(parts_of("two commands finish it:\n  one\n  two") ==
          Parts{"two commands finish it:\n  one\n  two"});
    CHECK(parts_of("2 problems:\n  a\nb") == Parts{"2 problems:\n  a\nb"});
    CHECK(parts_of("2 problems:") == Parts{"2 problems:"});
    CHECK(parts_of("") == Parts{""});
  }
}
