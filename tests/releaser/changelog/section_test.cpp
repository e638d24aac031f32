#include "releaser/changelog/section.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::section_of;
using schema::Version;

constexpr std::string_view kKeepAChangelog = R"(# Changelog

All notable changes.

## [Unreleased]

### Added
- Something that comes.

## [1.2.0] - 2026-11-20

### Added

- A feature.   
- Another one, see [1.1.0].

```sh
# 1.1.0 is no heading here
```

### Fixed
- A bug.

## [1.1.0] - 2026-10-01
- First.

## [1.0.0]

[Unreleased]: https://example.com/compare/v1.2.0...HEAD
[1.2.0]: https://example.com/compare/v1.1.0...v1.2.0
)";

std::string found(std::string_view changelog, std::string_view version) {
  return section_of(changelog, Version::parse(version), "tool").value_or("none");
}

}  // namespace

TEST_SUITE("releaser/changelog/section") {
  TEST_CASE("a section of Keep a Changelog has its headings and ends at the next version") {
    CHECK(found(kKeepAChangelog, "1.2.0") ==
          "### Added\n\n- A feature.\n- Another one, see [1.1.0].\n\n```sh\n# 1.1.0 is no heading "
          "here\n```\n\n### Fixed\n- A bug.");
    CHECK(found(kKeepAChangelog, "1.1.0") == "- First.");
    CHECK(found(kKeepAChangelog, "1.0.0") == "");
    CHECK(found(kKeepAChangelog, "0.9.0") == "none");
    CHECK(releaser::unreleased_section(kKeepAChangelog) == "### Added\n- Something that comes.");
    const auto versions = releaser::versions_in(kKeepAChangelog, "tool");
    REQUIRE(versions.size() == 3);
    CHECK(versions.front() == Version::parse("1.2.0"));
  }

  TEST_CASE("headings are found in the forms that people write") {
    for (const std::string_view heading :
         {"## 1.2.0", "## v1.2.0", "# 1.2.0", "### 1.2.0", "## [v1.2.0]", "## [1.2.0](https://x)",
          "## 1.2.0 (2026-11-20)", "## 1.2.0 / 2026-11-20", "## Version 1.2.0", "## Release v1.2.0",
          "## tool 1.2.0", "## tool-v1.2.0", "## tool@1.2.0", "## Tool version 1.2.0", "## `1.2.0`",
          "## **1.2.0**", "##\t1.2.0:", "1.2.0\n-----", "v1.2.0 (2026-11-20)\n===="}) {
      CAPTURE(heading);
      for (const std::string_view line_end : {"\n", "\r\n"}) {
        const std::string changelog = base::replace_all(
            base::cat("# Changelog\n\n", heading, "\n\n- New.\n\n## 1.1.0\n\n- Old.\n"), "\n",
            line_end);
        CHECK(found(changelog, "1.2.0") == "- New.");
        CHECK(found(changelog, "1.1.0") == "- Old.");
      }
    }
  }

  TEST_CASE("other headings are none") {
    for (const std::string_view heading :
         {"##1.2.0", "1.2.0", "- 1.2.0", "## 1.2.0.1", "## 11.2.0", "## 1.2.0-rc.1",
          "## since 1.2.0", "    1.2.0\n", "####### 1.2.0", "## other 1.2.0"}) {
      CAPTURE(heading);
      CHECK(found(base::cat("# Changelog\n\n", heading, "\n\n- New.\n"), "1.2.0") == "none");
    }
  }

  TEST_CASE("tools of Conventional Commits mix levels of versions") {
    constexpr std::string_view kText =
        "<a name=\"2.0.0\"></a>\n# [2.0.0](https://x) (2026-11-20)\n\n\n### Features\n\n* **cli:** "
        "hello\n\n\n<a name=\"1.0.1\"></a>\n## [1.0.1](https://x) (2026-11-01)\n\n### Bug "
        "Fixes\n\n* that\n";
    CHECK(found(kText, "2.0.0") == "### Features\n\n* **cli:** hello");
    CHECK(found(kText, "1.0.1") == "### Bug Fixes\n\n* that");
  }

  TEST_CASE("versions are compared as such") {
    CHECK(found("## 2026.08.1\n- x\n", "2026.8.1") == "- x");
    CHECK(found("## 1.2.0-rc.1\n- x\n", "1.2.0-rc.1") == "- x");
  }

  TEST_CASE("a text that is too long ends between lines and says so") {
    CHECK(releaser::shorten("a\nb", 100) == "a\nb");
    std::string text;
    for (int line = 0; line < 100; ++line)
      text += "a line of this text\n";
    const std::string cut = releaser::shorten(text, 200);
    CHECK(cut.size() <= 200);
    CHECK(cut.ends_with("a line of this text\n… and 92 more lines"));
  }
}
