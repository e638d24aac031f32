#include "releaser/render/formula.hpp"

#include "base/text.hpp"
#include "tests/releaser/render/sample_release.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

using releaser::PackageFile;
using releaser::SkippedPackage;
using schema::Channel;

namespace {

auto formula_of(const releaser::Product& product, std::string_view version, Channel channel,
                const std::vector<std::string>& platforms = test::six_platforms()) {
  return releaser::render_formula(product, schema::Version::parse(version),
                                  test::sample_release(version, channel, platforms));
}

void check_formula(const releaser::PackageResult& result, std::string_view name) {
  REQUIRE(std::holds_alternative<PackageFile>(result));
  const auto& file = std::get<PackageFile>(result);
  CHECK(file.name == name);
  test::check_golden(base::cat("formula/", name), file.text);
}

}  // namespace

TEST_SUITE("releaser/render/formula") {
  TEST_CASE("a stable release gives the formula of the product") {
    const auto result = formula_of(test::sample_product(), "0.28.1", Channel::stable);
    check_formula(result, "esbuild.rb");
    CHECK(std::get<PackageFile>(result).warnings.empty());
    auto product = test::sample_product();
    product.description = "";
    const auto nameless = formula_of(product, "0.28.1", Channel::stable);
    REQUIRE(std::get<PackageFile>(nameless).warnings.size() == 1);
    CHECK(std::get<PackageFile>(nameless).warnings.front() ==
          "formula: [product] description is empty, so Homebrew shows \"Command-line program\"; "
          "mend that key");
  }

  TEST_CASE("a pre-release gives a formula of its channel, which conflicts with the product's") {
    check_formula(formula_of(test::sample_product(), "0.29.0-beta.1", Channel::beta),
                  "esbuild-beta.rb");
  }

  TEST_CASE("hostile texts, several programs, other platforms and a licence of two") {
    auto product = test::sample_product();
    product.name = "my-tool";
    product.description = "Prints \"#{`id`}\" and #$0\\ on the command line";
    product.homepage = "https://example.com/\"#{exit}";
    product.license = "(Apache-2.0 WITH LLVM-exception OR MIT) AND ISC";
    product.binaries = {"esbuild", "my-tool"};
    product.formula = {.depends = {"git", "openssl@3"},
                       .caveats = "Say \"my-tool\" to #{begin}\nand more",
                       .service = {"my-tool", "serve", "--all $HOME"},
                       .test = {"my-tool", "check"}};
    auto release = test::sample_release(
        "1.2.3", Channel::stable,
        {"darwin-universal", "linux-x86_64-musl", "linux-aarch64", "linux-aarch64-musl"});
    for (auto& [platform, entry] : release.platforms) {
      entry.probe = {"my-tool", "version", "it's $(id) #{bin}"};
    }
    check_formula(releaser::render_formula(product, schema::Version::parse("1.2.3"), release),
                  "my-tool.rb");
  }

  TEST_CASE("a line that is over is a formula of its own, and is not linked") {
    const auto product = test::sample_product();
    check_formula(releaser::render_formula(
                      product, schema::Version::parse("0.27.9"),
                      test::sample_release("0.27.9", Channel::stable, test::six_platforms()),
                      releaser::FormulaKind::versioned),
                  "esbuild@0.27.rb");
    CHECK(releaser::formula_line(schema::Version::parse("1.20.3")) == "1.20");
    CHECK(releaser::formula_line(schema::Version::parse("2026.11.1")) == "2026.11");
    CHECK(releaser::formula_line(schema::Version::parse("1.2.0-rc.1")) == "1.2");
  }

  TEST_CASE("without all four machines there is no formula, and the reason names them") {
    const auto result = formula_of(test::sample_product(), "1.0.0", Channel::stable,
                                   {"darwin-arm64", "linux-x86_64", "windows-x86_64"});
    REQUIRE(std::holds_alternative<SkippedPackage>(result));
    CHECK(std::get<SkippedPackage>(result).reason ==
          "the release has nothing for macOS on x86_64, Linux on arm64, and Homebrew refuses a "
          "whole tap for one formula without a url");
  }

  TEST_CASE("a name that makes no class has no formula") {
    auto product = test::sample_product();
    for (const auto* name : {"7zip", "a--b", "tool-"}) {
      CAPTURE(name);
      product.name = name;
      CHECK(std::holds_alternative<SkippedPackage>(formula_of(product, "1.0.0", Channel::stable)));
    }
  }

  TEST_CASE("class names are Homebrew's") {
    for (const auto& [name, expected] : {std::pair{"esbuild", "Esbuild"},
                                         {"esbuild-beta", "EsbuildBeta"},
                                         {"x-1-y", "X1Y"},
                                         {"cco@1.2", "CcoAT12"},
                                         {"g++", "Gxx"},
                                         {"a_b.c", "ABC"}}) {
      CHECK(releaser::formula_class_name(name) == expected);
    }
  }
}
