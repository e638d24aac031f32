#include "releaser/render/scoop.hpp"

#include "base/text.hpp"
#include "tests/releaser/render/sample_release.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

using releaser::PackageFile;
using releaser::SkippedPackage;
using schema::Channel;

namespace {

auto scoop_of(const releaser::Product& product, std::string_view version, Channel channel,
              const std::vector<std::string>& platforms) {
  return releaser::render_scoop(product, schema::Version::parse(version),
                                test::sample_release(version, channel, platforms));
}

void check_scoop(const releaser::PackageResult& result, std::string_view name) {
  REQUIRE(std::holds_alternative<PackageFile>(result));
  const auto& file = std::get<PackageFile>(result);
  CHECK(file.name == name);
  test::check_golden(base::cat("scoop/", name), file.text);
}

}  // namespace

TEST_SUITE("releaser/render/scoop") {
  TEST_CASE("a stable release gives the manifest of the product") {
    check_scoop(scoop_of(test::sample_product(), "0.28.1", Channel::stable, test::six_platforms()),
                "esbuild.json");
  }

  TEST_CASE("a pre-release, hostile texts, several programs and all architectures") {
    auto product = test::sample_product();
    product.description = "Says \"hi\" on C:\\ in\ntwo lines";
    product.license = "Apache-2.0 OR MIT";
    product.binaries = {"esbuild", "other"};
    check_scoop(scoop_of(product, "0.29.0-beta.1", Channel::beta,
                         {"windows-x86_64", "windows-i686", "windows-arm64", "linux-x86_64"}),
                "esbuild-beta.json");
  }

  TEST_CASE("without Windows there is no manifest") {
    const auto result =
        scoop_of(test::sample_product(), "1.0.0", Channel::stable, {"linux-x86_64"});
    REQUIRE(std::holds_alternative<SkippedPackage>(result));
    CHECK(std::get<SkippedPackage>(result).reason == "the release has nothing for Windows");
  }

  TEST_CASE("a licence that is no expression is written as it is") {
    auto product = test::sample_product();
    for (const auto& [license, expected] : {std::pair{"Proprietary", "\"Proprietary\""},
                                            {"", "\"Unknown\""},
                                            {"MIT AND (ISC OR 0BSD)", "\"MIT,ISC|0BSD\""},
                                            {"see the website!", "\"see the website!\""}}) {
      product.license = license;
      const auto result = scoop_of(product, "1.0.0", Channel::stable, {"windows-x86_64"});
      REQUIRE(std::holds_alternative<PackageFile>(result));
      CHECK(std::get<PackageFile>(result).text.find(base::cat("\"license\": ", expected, ",")) !=
            std::string::npos);
    }
  }
}
