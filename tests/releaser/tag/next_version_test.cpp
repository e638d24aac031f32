#include "releaser/tag/next_version.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace {

using releaser::Bump;
using schema::Channel;
using schema::Version;

}  // namespace

TEST_SUITE("releaser/tag/next_version") {
  TEST_CASE("the next version comes after all that are known") {
    struct Row {
      std::string_view scheme;
      std::vector<std::string> known;
      Channel channel;
      Bump bump;
      std::string next;
    };
    const std::vector<Row> rows{
        {"semver", {}, Channel::stable, Bump::patch, "0.1.0"},
        {"semver", {}, Channel::beta, Bump::patch, "0.1.0-beta.1"},
        {"semver", {"1.2.3"}, Channel::stable, Bump::patch, "1.2.4"},
        {"semver", {"1.2.3"}, Channel::stable, Bump::minor, "1.3.0"},
        {"semver", {"1.2.3"}, Channel::stable, Bump::major, "2.0.0"},
        {"semver", {"0.2.3"}, Channel::stable, Bump::major, "0.3.0"},
        {"semver", {"1.9.0", "1.10.0"}, Channel::stable, Bump::patch, "1.10.1"},
        {"semver", {"1.2.3", "1.3.0-beta.2"}, Channel::stable, Bump::patch, "1.3.0"},
        {"semver", {"1.2.3", "1.3.0-beta.2"}, Channel::stable, Bump::major, "2.0.0"},
        {"semver", {"1.3.0", "1.3.0-beta.2"}, Channel::stable, Bump::patch, "1.3.1"},
        {"semver", {"1.2.3"}, Channel::beta, Bump::minor, "1.3.0-beta.1"},
        {"semver", {"1.2.3", "1.3.0-beta.9"}, Channel::beta, Bump::patch, "1.3.0-beta.10"},
        {"semver", {"1.3.0-beta.10", "1.3.0-beta.9"}, Channel::beta, Bump::patch, "1.3.0-beta.11"},
        {"semver", {"1.3.0", "1.3.0-beta.9"}, Channel::beta, Bump::patch, "1.3.1-beta.1"},
        {"semver", {"1.2.3", "1.3.0-rc.1"}, Channel::beta, Bump::patch, "1.3.0-beta.1"},
        {"semver", {"1.2.3"}, Channel::nightly, Bump::patch, "1.2.4-nightly.20261105"},
        {"semver",
         {"1.2.3", "1.2.4-nightly.20261105"},
         Channel::nightly,
         Bump::patch,
         "1.2.4-nightly.20261105.2"},
        {"semver",
         {"1.2.3", "1.2.4-nightly.20261105", "1.2.4-nightly.20261105.2"},
         Channel::nightly,
         Bump::patch,
         "1.2.4-nightly.20261105.3"},
        {"calver", {}, Channel::stable, Bump::major, "2026.11.1"},
        {"calver", {"2026.10.7"}, Channel::stable, Bump::patch, "2026.11.1"},
        {"calver", {"2026.11.9"}, Channel::stable, Bump::patch, "2026.11.10"},
        {"calver", {"2026.12.1"}, Channel::stable, Bump::patch, "2026.12.2"},
        {"calver", {"2026.11.1"}, Channel::beta, Bump::patch, "2026.11.2-beta.1"},
        {"calver", {"2026.11.1", "2026.11.2-beta.1"}, Channel::stable, Bump::patch, "2026.11.2"},
        {"calver", {"2026.1.1"}, Channel::nightly, Bump::patch, "2026.11.1-nightly.20261105"},
    };
    const base::Time now = *base::parse_time("2026-11-05T10:00:00Z");
    for (const Row& row : rows) {
      std::vector<Version> known;
      for (const std::string& text : row.known)
        known.push_back(Version::parse(text));
      const Version next = releaser::next_version(row.scheme, known, row.channel, row.bump, now);
      CHECK(next.text() == row.next);
      CHECK(std::find(known.begin(), known.end(), next) == known.end());
    }
    CHECK(releaser::next_version("calver", {}, Channel::stable, Bump::patch,
                                 *base::parse_time("2027-01-31T10:00:00Z"))
              .text() == "2027.1.1");
  }

  TEST_CASE("a file names a version as a word of its own") {
    const Version version = Version::parse("1.2.0");
    for (const std::string_view text :
         {"version = \"1.2.0\"", "1.2.0", "v1.2.0", "const V = 'v1.2.0';", "is 1.2.0.", "(1.2.0)",
          "1.2.0\n", "11.2.0 and 1.2.0", "tool 1.2.0, new"}) {
      CAPTURE(text);
      CHECK(releaser::names_version(text, version));
    }
    for (const std::string_view text : {"", "1.2", "11.2.0", "1.2.01", "1.2.0.1", "1.2.0-rc.1",
                                        "0.1.2.0", "x1.2.0", "1.2.0+build", "1.2.0b"}) {
      CAPTURE(text);
      CHECK(!releaser::names_version(text, version));
    }
  }
}
