#include "releaser/config/placeholders.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

TEST_SUITE("releaser/config/placeholders") {
  TEST_CASE("values are filled in, doubled braces are one, other braces stay") {
    const releaser::PlaceholderValues values{{"name", "tool"}, {"version", "1.2.3"}};
    CHECK(releaser::fill("{name}-v{version}", values) == "tool-v1.2.3");
    CHECK(releaser::fill("{{name}}", values) == "{name}");
    CHECK(releaser::fill("{ \"a\": 1 }", values) == "{ \"a\": 1 }");
    CHECK(releaser::fill("{", values) == "{");
    CHECK(releaser::fill("{name", values) == "{name");
    test::check_error(base::Errc::config, "{exe} has no value here",
                      [&] { releaser::fill("{exe}", values); });
  }

  TEST_CASE("a value that looks like a placeholder is left alone") {
    CHECK(releaser::fill("{name}", {{"name", "{version}"}}) == "{version}");
  }

  TEST_CASE("each platform has the names of other worlds") {
    struct Row {
      const char* platform;
      const char* filled;
    };
    for (const Row& row :
         {Row{"linux-aarch64", "linux aarch64 linux arm64  aarch64-unknown-linux-gnu"},
          Row{"darwin-arm64", "darwin arm64 darwin arm64  aarch64-apple-darwin"},
          Row{"windows-x86_64", "windows x86_64 windows amd64 .exe x86_64-pc-windows-msvc"}}) {
      releaser::PlaceholderValues values;
      releaser::add_platform_values(values, *schema::Platform::find(row.platform));
      CHECK(releaser::fill("{os} {arch} {goos} {goarch} {exe} {rust_target}", values) ==
            row.filled);
      CHECK(values.at("platform") == row.platform);
    }
  }

  TEST_CASE("a text may use what its place knows") {
    using releaser::placeholder_problem;
    using releaser::Scope;
    CHECK_FALSE(placeholder_problem("{name} {date}", Scope::release));
    CHECK_FALSE(placeholder_problem("{platform}", Scope::platform));
    CHECK_FALSE(placeholder_problem("{binary}", Scope::binary));
    CHECK(placeholder_problem("{platform}", Scope::release));
    CHECK(placeholder_problem("{binary}", Scope::platform));
    CHECK(*placeholder_problem("{verison}", Scope::release) ==
          "unknown placeholder {verison}; did you mean `version`?");
  }
}
