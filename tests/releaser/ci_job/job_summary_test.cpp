#include "releaser/ci_job/job_summary.hpp"

#include <doctest/doctest.h>

using namespace releaser;

TEST_SUITE("releaser/ci_job/job_summary") {
  TEST_CASE("text from elsewhere is no markup") {
    CHECK(markdown_text("a | b\n<img src=x> `c` [d](e) *f*") ==
          "a &#124; b &#60;img src=x&#62; &#96;c&#96; &#91;d&#93;(e) &#42;f&#42;");
    CHECK(markdown_text("plain, with: signs; and 5 %") == "plain, with: signs; and 5 %");
    CHECK(markdown_text("\x1b[31mred\x01") == "&#91;31mred");
  }

  TEST_CASE("only a plain URL of the web is a link") {
    CHECK(markdown_url("https://example.com/a-b_c?x=1") == "<https://example.com/a-b_c?x=1>");
    CHECK(markdown_url("https://example.com/|x") == "https://example.com/&#124;x");
    CHECK(markdown_url("javascript:alert(1)") == "javascript:alert(1)");
    CHECK(markdown_url("https://x> <b>") == "https://x&#62; &#60;b&#62;");
  }

  TEST_CASE("a summary is a heading, words and a table") {
    CHECK(summary_text({.command = "publish",
                        .subject = "hello 1.0.0 (stable)",
                        .words = {"A dry run: nothing was changed."},
                        .rows = {{"github", "public", 3, "https://github.com/a/b"},
                                 {"stick", "failed (status 4)", 0, "media|x"}}}) ==
          "### cco-release publish: hello 1.0.0 (stable)\n\n"
          "A dry run: nothing was changed.\n\n"
          "| destination | state | files | where |\n|---|---|---:|---|\n"
          "| github | public | 3 | <https://github.com/a/b> |\n"
          "| stick | failed (status 4) | 0 | media&#124;x |\n\n");
    CHECK(summary_text({.command = "check", .subject = "", .words = {}, .rows = {}}) ==
          "### cco-release check\n\n");
  }

  TEST_CASE("a failure has its status and a line for each problem") {
    CHECK(summary_of_failure({base::Errc::config, "2 problems:\n  a; do b\n  c"}) ==
          "**It ended with status 3.**\n\n- a; do b\n- c\n\n");
  }
}
