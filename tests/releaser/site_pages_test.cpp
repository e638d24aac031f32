#include "releaser/render/site_pages.hpp"

#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

releaser::Product product_with_agent() {
  return {
      .name = "esbuild",
      .description = "A \"fast\" bundler; it's $(free) `now`",
      .homepage = "https://esbuild.github.io",
      .license = "MIT",
      .maintainer = "Name <mail@example.com>",
      .binaries = {"esbuild"},
      .agent = "esbuild-updater",
      .base_url = base::Url::parse("https://releases.example.com/esbuild"),
      .public_keys = {
          {schema::Channel::stable,
           {trust::PublicKey::parse("RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")}}}};
}

}  // namespace

TEST_SUITE("releaser/render/site_pages") {
  TEST_CASE("the pages of a product with an updater are the golden ones") {
    for (const auto& page : releaser::render_site_pages(product_with_agent())) {
      CAPTURE(page.path);
      CHECK(page.executable == page.path.starts_with("scripts/"));
      CHECK(page.text.find('@' + std::string("NAME")) == std::string::npos);
      test::check_golden("site/" + page.path, page.text);
    }
  }

  TEST_CASE("without an updater, updating is the installer's work") {
    auto product = product_with_agent();
    product.agent.reset();
    for (const auto& page : releaser::render_site_pages(product)) {
      CAPTURE(page.path);
      CHECK(page.text.find("esbuild-updater") == std::string::npos);
      if (page.path == "docs/UPDATING.md") {
        test::check_golden("site/agentless/docs/UPDATING.md", page.text);
      }
    }
  }

  TEST_CASE("archives that are elsewhere are not looked for on the site") {
    const std::string elsewhere = "https://github.com/evanw/esbuild/releases/download/v<version>/";
    for (const auto& page : releaser::render_site_pages(product_with_agent(), elsewhere)) {
      CAPTURE(page.path);
      CHECK(page.text.find("releases/v") == std::string::npos);
      const bool names_them = page.path == "README.md" || page.path == "docs/INSTALLATION.md" ||
                              page.path == "docs/TROUBLESHOOTING.md";
      if (names_them) CHECK(page.text.find(elsewhere) != std::string::npos);
    }
  }
}
