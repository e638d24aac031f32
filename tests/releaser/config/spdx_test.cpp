#include "releaser/config/spdx.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

namespace {

std::string shape_of(const releaser::LicenseExpression& expression) {
  using Kind = releaser::LicenseExpression::Kind;
  if (expression.kind == Kind::license) {
    return expression.exception.empty() ? expression.name
                                        : base::cat(expression.name, "+", expression.exception);
  }
  std::vector<std::string> parts;
  for (const auto& part : expression.parts)
    parts.push_back(shape_of(part));
  return base::cat(expression.kind == Kind::any_of ? "any(" : "all(", base::join(parts, " "), ")");
}

}  // namespace

TEST_SUITE("releaser/config/spdx") {
  TEST_CASE("licences bind as in the specification") {
    for (const auto& row : {
             std::pair{"MIT", "MIT"},
             {"Apache-2.0 OR MIT", "any(Apache-2.0 MIT)"},
             {"A OR B OR C", "any(A B C)"},
             {"A AND B OR C", "any(all(A B) C)"},
             {"A AND (B OR C)", "all(A any(B C))"},
             {"((A))", "A"},
             {"GPL-2.0-only WITH Classpath-exception-2.0 OR MIT",
              "any(GPL-2.0-only+Classpath-exception-2.0 MIT)"},
             {"GPL-2.0+", "GPL-2.0+"},
         }) {
      CAPTURE(row.first);
      const auto expression = releaser::parse_license(row.first);
      REQUIRE(expression.has_value());
      CHECK(shape_of(*expression) == row.second);
    }
  }

  TEST_CASE("anything else is no expression") {
    for (const auto* text :
         {"", "MIT OR", "OR MIT", "MIT Apache-2.0", "(MIT", "MIT)", "()", "A WITH", "WITH B",
          "LicenseRef-Own", "MIT/X11", "a\"b", "((((((((((A))))))))))"}) {
      CAPTURE(text);
      CHECK_FALSE(releaser::parse_license(text).has_value());
    }
  }
}
