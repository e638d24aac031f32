#include "manifest-schema/version.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <compare>
#include <string>
#include <vector>

using base::Errc;
using schema::Version;
using test::check_error;

TEST_SUITE("manifest-schema/version") {
  TEST_CASE("versions have one written form") {
    struct Row {
      std::string text;
      std::string canonical;
    };
    for (const Row& row :
         {Row{"1.2.3", "1.2.3"}, Row{"v1.2.3", "1.2.3"}, Row{"0.0.0", "0.0.0"},
          Row{"2026.08.1", "2026.8.1"}, Row{"v2026.08.1-beta.2", "2026.8.1-beta.2"},
          Row{"0.4.0-nightly.20260115", "0.4.0-nightly.20260115"},
          Row{"1.0.0-x-y.0.z", "1.0.0-x-y.0.z"}, Row{"1.0.0--", "1.0.0--"},
          Row{"18446744073709551616.0.1", "18446744073709551616.0.1"}}) {
      CAPTURE(row.text);
      CHECK(Version::parse(row.text).text() == row.canonical);
    }
  }

  TEST_CASE("what is no version is refused and says why") {
    struct Row {
      std::string text;
      std::string message;
    };
    for (const Row& row : {
             Row{"", "three numbers"},
             Row{"1", "three numbers"},
             Row{"1.2", "three numbers"},
             Row{"1.2.3.4", "three numbers"},
             Row{"1.2.", "three numbers"},
             Row{"1..3", "three numbers"},
             Row{"a.b.c", "three numbers"},
             Row{"V1.2.3", "three numbers"},
             Row{"vv1.2.3", "three numbers"},
             Row{" 1.2.3", "three numbers"},
             Row{"1.2.3 ", "three numbers"},
             Row{"-1.2.3", "three numbers"},
             Row{"1.2.x", "three numbers"},
             Row{"1.2.3\n", "three numbers"},
             Row{"1.2.3+build", "build metadata"},
             Row{"1.2.3-beta+build", "build metadata"},
             Row{"01.2.3", "leading zero"},
             Row{"1.02.3", "leading zero"},
             Row{"1.2.03", "leading zero"},
             Row{"2026.00.1", "leading zero"},
             Row{"2026.8.01", "leading zero"},
             Row{"2026.008.1", "leading zero"},
             Row{"1.2.3-01", "leading zero"},
             Row{"1.2.3-", "words of letters"},
             Row{"1.2.3-a..b", "words of letters"},
             Row{"1.2.3-a.", "words of letters"},
             Row{"1.2.3-a_b", "words of letters"},
             Row{"1.2.3-../../x", "words of letters"},
             Row{"1.2.3-é", "words of letters"},
             Row{"1.2.3-" + std::string(200, 'a'), "longer than 128 bytes"},
         }) {
      CAPTURE(row.text);
      CHECK_FALSE(Version::try_parse(row.text).has_value());
      check_error(Errc::config, row.message, [&] { Version::parse(row.text); });
    }
  }

  TEST_CASE("every version is greater than all before it") {
    const std::vector<const char*> ascending{"0.0.0",
                                             "0.0.1",
                                             "0.4.0-alpha",
                                             "0.4.0-alpha.1",
                                             "0.4.0-alpha.beta",
                                             "0.4.0-beta",
                                             "0.4.0-beta.1",
                                             "0.4.0-beta.2",
                                             "0.4.0-beta.11",
                                             "0.4.0-nightly.20260115",
                                             "0.4.0-rc.1",
                                             "0.4.0",
                                             "0.10.0-1",
                                             "0.10.0-2",
                                             "0.10.0-10",
                                             "0.10.0-99999999999999999999999",
                                             "0.10.0-A",
                                             "0.10.0-a",
                                             "0.10.0",
                                             "2025.11.1",
                                             "2025.11.2",
                                             "2025.11.99",
                                             "2025.12.1",
                                             "2025.12.99",
                                             "2026.1.1",
                                             "2026.8.1-beta.9",
                                             "2026.8.1-beta.10",
                                             "2026.8.1-nightly.20260831",
                                             "2026.8.1-rc.1",
                                             "2026.8.1",
                                             "18446744073709551615.0.0",
                                             "18446744073709551616.0.0"};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
      for (std::size_t j = 0; j < ascending.size(); ++j) {
        CAPTURE(ascending[i]);
        CAPTURE(ascending[j]);
        const auto order = Version::parse(ascending[i]) <=> Version::parse(ascending[j]);
        CHECK(std::is_lt(order) == (i < j));
        CHECK(std::is_eq(order) == (i == j));
        CHECK((Version::parse(ascending[i]) == Version::parse(ascending[j])) == (i == j));
      }
    }
  }

  TEST_CASE("a pre-release knows its name and its core") {
    const Version beta = Version::parse("1.2.3-beta.1");
    CHECK(beta.is_prerelease());
    CHECK(beta.prerelease_name() == "beta");
    CHECK(beta.core() == Version::parse("1.2.3"));
    CHECK_FALSE(beta.core().is_prerelease());
    CHECK(beta.core().prerelease_name().empty());
  }

  TEST_CASE("a prefix matches whole components") {
    struct Row {
      std::string version;
      std::string prefix;
      bool matches;
    };
    for (const Row& row : {
             Row{"2026.1.3", "2026.1", true},
             Row{"2026.10.1", "2026.1", false},
             Row{"2026.1.3", "2026", true},
             Row{"2026.1.3", "v2026.01", true},
             Row{"2026.1.3", "20", false},
             Row{"2026.1.3", "", false},
             Row{"2026.1.3", "2026.1.3", true},
             Row{"2026.1.30", "2026.1.3", false},
             Row{"2026.1.3-beta.1", "2026.1", true},
             Row{"2026.1.3-beta.1", "2026.1.3", false},
             Row{"2026.1.3-beta.1", "2026.1.3-beta", true},
             Row{"2026.1.3-beta.10", "2026.1.3-beta.1", false},
             Row{"2026.1.3", "2026.1.3-beta", false},
             Row{"2026.1.3", "2026.1-beta", false},
             Row{"2026.1.3", "2026.1.", false},
             Row{"2026.1.3", "2026.1.3.0", false},
             Row{"2026.1.3", "2026.*", false},
         }) {
      CAPTURE(row.version);
      CAPTURE(row.prefix);
      CHECK(Version::parse(row.version).matches_prefix(row.prefix) == row.matches);
    }
  }
}
