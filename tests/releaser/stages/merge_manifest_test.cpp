#include "releaser/stages/merge_manifest.hpp"

#include "base/text.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

namespace {

using base::cat;
using schema::Channel;
using schema::Version;

schema::Release release_of(const std::string& version, base::Time published = test::now()) {
  return test::make_release({.version = version, .published = published});
}

schema::Manifest merge(const std::optional<schema::Manifest>& before, const std::string& version,
                       const schema::Release& release) {
  return releaser::merge_manifest(before, "tool", Channel::stable, Version::parse(version),
                                  release);
}

}  // namespace

TEST_SUITE("releaser/stages/merge_manifest") {
  TEST_CASE("the first release makes generation 1") {
    const auto manifest = merge(std::nullopt, "1.0.0", release_of("1.0.0"));
    CHECK(manifest.generation == 1);
    CHECK(manifest.generated == test::now());
    CHECK(manifest.latest.at(Channel::stable) == Version::parse("1.0.0"));
    CHECK(manifest.product == "tool");
  }

  TEST_CASE("the same release again changes nothing") {
    const auto before = merge(std::nullopt, "1.0.0", release_of("1.0.0"));
    CHECK(merge(before, "1.0.0", release_of("1.0.0")) == before);
  }

  TEST_CASE("a change of what is said is one generation more") {
    const auto before = merge(std::nullopt, "1.0.0", release_of("1.0.0"));
    auto release = release_of("1.0.0");
    release.critical = true;
    const auto after = merge(before, "1.0.0", release);
    CHECK(after.generation == 2);
    CHECK(after.generated == before.generated);
  }

  TEST_CASE("a backport does not become the latest, and time never goes back") {
    const auto before = merge(std::nullopt, "2.0.0", release_of("2.0.0"));
    const auto after =
        merge(before, "1.9.1", release_of("1.9.1", test::now() - std::chrono::hours(5)));
    CHECK(after.latest.at(Channel::stable) == Version::parse("2.0.0"));
    CHECK(after.generated == before.generated);
    CHECK(after.versions.size() == 2);
  }

  TEST_CASE("the newest twenty stay, with stepping stones and what is yanked") {
    std::optional<schema::Manifest> manifest;
    for (int minor = 1; minor <= 30; ++minor) {
      const std::string version = cat("1.", minor, ".0");
      auto release = release_of(version);
      if (minor == 2) release.yanked = schema::Notice{.reason = "broken", .since = {}};
      if (minor == 30) release.minimum_upgrade_from = Version::parse("1.5.0");
      manifest = merge(manifest, version, release);
      if (minor == 10) {
        // Kept because everything after it is fewer than twenty; 1.5.0 is still there at 1.25.0.
        CHECK(manifest->versions.size() == 10);
      }
      if (minor == 24) {
        auto stone = release_of("1.24.0");
        stone.minimum_upgrade_from = Version::parse("1.5.0");
        manifest = merge(manifest, "1.24.0", stone);
      }
    }
    CHECK(manifest->generation == 31);
    CHECK(manifest->versions.size() == 22);
    CHECK(manifest->versions.contains(Version::parse("1.11.0")));
    CHECK_FALSE(manifest->versions.contains(Version::parse("1.10.0")));
    CHECK(manifest->versions.contains(Version::parse("1.5.0")));
    CHECK(manifest->versions.contains(Version::parse("1.2.0")));
  }

  TEST_CASE("floors, halts and notices of others stay") {
    auto before = merge(std::nullopt, "1.0.0", release_of("1.0.0"));
    before.security_floor = Version::parse("0.9.0");
    before.halt = schema::Notice{.reason = "wait", .since = {}};
    before.deprecation_notices.emplace(Version::parse("0.5.0"), "old");
    const auto after = merge(before, "1.1.0", release_of("1.1.0"));
    CHECK(after.security_floor == before.security_floor);
    CHECK(after.halt == before.halt);
    CHECK(after.deprecation_notices == before.deprecation_notices);
  }

  TEST_CASE("the combined manifest says what all channels say") {
    const auto beta_release = [](const std::string& version) {
      auto release = release_of(version);
      release.channel = Channel::beta;
      return release;
    };
    std::map<Channel, schema::Manifest> channels;
    channels[Channel::stable] = merge(std::nullopt, "1.0.0", release_of("1.0.0"));
    channels[Channel::beta] =
        releaser::merge_manifest(std::nullopt, "tool", Channel::beta,
                                 Version::parse("1.1.0-beta.1"), beta_release("1.1.0-beta.1"));
    auto& stable = channels[Channel::stable];
    auto& beta = channels[Channel::beta];
    beta.generated += std::chrono::hours(1);
    beta.deprecation_notices[Version::parse("1.1.0-beta.1")] = "soon";
    stable.security_floor = Version::parse("1.0.0");
    stable.halt = schema::Notice{"a bad one", {}};
    const auto combined = releaser::combine_manifests(channels, "tool");
    CHECK(combined.product == "tool");
    CHECK(!combined.channel);
    CHECK(combined.generation == 0);
    CHECK(combined.generated == beta.generated);
    CHECK(combined.latest.at(Channel::stable) == Version::parse("1.0.0"));
    CHECK(combined.latest.at(Channel::beta) == Version::parse("1.1.0-beta.1"));
    CHECK(combined.versions.size() == 2);
    CHECK(combined.deprecation_notices == beta.deprecation_notices);
    CHECK(combined.security_floor == Version::parse("1.0.0"));
    CHECK(!combined.halt);

    SUBCASE("of a release that was promoted, what the more stable channel says counts") {
      beta = releaser::merge_manifest(beta, "tool", Channel::beta, Version::parse("1.0.0"),
                                      beta_release("1.0.0"));
      CHECK(releaser::combine_manifests(channels, "tool")
                .versions.at(Version::parse("1.0.0"))
                .channel == Channel::stable);
    }
    SUBCASE("two that differ in their generations alone say the same") {
      auto other = combined;
      other.generation = 7;
      CHECK(releaser::say_the_same(combined, other));
      other.latest.erase(Channel::beta);
      CHECK(!releaser::say_the_same(combined, other));
    }
  }
}
