#include "releaser/render/template.hpp"

#include "releaser/render/embedded.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using base::Errc;
using releaser::fill_template;

TEST_SUITE("releaser/render/template") {
  TEST_CASE("each mark becomes its value, once") {
    CHECK(fill_template("a @NAME@ and @NAME@, @B_2@", {{"NAME", "@B_2@"}, {"B_2", "x"}}) ==
          "a @B_2@ and @B_2@, x");
  }

  TEST_CASE("what only looks like a mark stays") {
    for (const auto* text :
         {"", "@", "@@", "mail@example.com", "@lower@", "@NAME", "@1@", "@A B@", "\"$@\" \"$@\""}) {
      CHECK(fill_template(text, {}) == text);
    }
  }

  TEST_CASE("a mark without value and a value without mark are mistakes of ours") {
    test::check_error(Errc::internal, "@NAME@ has no value",
                      [] { (void)fill_template("x @NAME@", {}); });
    test::check_error(Errc::internal, "no mark @OTHER@", [] {
      (void)fill_template("x", {{"OTHER", "1"}});
    });
  }

  TEST_CASE("templates are built in, byte by byte, under their file names") {
    const auto formula = releaser::embedded_template("formula.rb.in");
    CHECK(formula.starts_with("class @CLASS@ < Formula\n"));
    CHECK(formula.ends_with("end\n"));
    test::check_error(Errc::internal, "no template x.in",
                      [] { (void)releaser::embedded_template("x.in"); });
  }
}
