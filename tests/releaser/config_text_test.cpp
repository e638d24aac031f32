#include "releaser/init/config_text.hpp"

#include "base/text.hpp"
#include "releaser/config/config.hpp"
#include "releaser/config/config_keys.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <string>

using releaser::BuildTool;
using releaser::NewConfig;

namespace {

NewConfig sample(BuildTool tool) {
  return {.facts = {.name = "rocket",
                    .description = "flies \"high\" \\ far",
                    .homepage = "https://rocket.example",
                    .license = "MIT",
                    .maintainer = "A <a@example.com>",
                    .build_tool = tool,
                    .archive_files = {"README*", "LICENSE*"},
                    .sources = {}},
          .url = "https://releases.example.com/rocket",
          .key_path = "~/.config/cco-release/keys/rocket",
          .public_key = "RWS91psifhB1TTjILeY+fwEn/DHHLDJxmV5YkorcjeUQLfuLGGqd6elQ",
          .github = {}};
}

NewConfig sample_on_github() {
  NewConfig config = sample(BuildTool::go);
  config.facts.has_changelog = true;
  config.github = "maker/rocket";
  config.url = "https://maker.github.io/rocket";
  return config;
}

// Every commented line that looks like a key or a section, made one.
std::string uncommented(const std::string& text) {
  std::string all;
  for (const std::string_view line : base::split_lines(text)) {
    const bool is_key = line.starts_with("# ") && line.find(" = ") != std::string_view::npos &&
                        line.find("; {") == std::string_view::npos;
    const bool is_section = line.starts_with("# [");
    const bool is_other_way = line.starts_with("# binaries");
    all += std::string((is_key || is_section) && !is_other_way ? line.substr(2) : line) + "\n";
  }
  return all;
}

}  // namespace

TEST_SUITE("releaser/init/config_text") {
  TEST_CASE("the configuration is what parse_config reads, for every kind of project") {
    for (const BuildTool tool : {BuildTool::none, BuildTool::cargo, BuildTool::go}) {
      const releaser::Config config =
          releaser::parse_config(releaser::config_text(sample(tool)), "cco-release.toml");
      CHECK(config.product.name == "rocket");
      CHECK(config.product.description == "flies \"high\" \\ far");
      CHECK(config.product.maintainer == "A <a@example.com>");
      CHECK(config.platforms.size() == 6);
      CHECK(config.build.command.empty() == (tool == BuildTool::none));
      REQUIRE(config.sign.has_value());
      CHECK(config.sign->key == "~/.config/cco-release/keys/rocket.key");
      CHECK(config.destinations.size() == 1);
      CHECK(config.archive.files.size() == 2);
    }
    NewConfig unsigned_config = sample(BuildTool::none);
    unsigned_config.public_key.clear();
    unsigned_config.facts.maintainer.clear();
    unsigned_config.facts.archive_files.clear();
    const releaser::Config config =
        releaser::parse_config(releaser::config_text(unsigned_config), "cco-release.toml");
    CHECK_FALSE(config.sign.has_value());
  }

  TEST_CASE("every key of cco-release.toml is explained") {
    const std::string text = releaser::config_text(sample(BuildTool::go));
    releaser::visit_sections([&](const auto& section) {
      CAPTURE(section.name);
      CHECK(text.find("[" + std::string(section.name)) != std::string::npos);
      for (const auto& key : section.keys) {
        CAPTURE(key.name);
        CHECK(text.find(std::string(key.name)) != std::string::npos);
      }
    });
    for (const auto& placeholder : releaser::kPlaceholders) {
      CHECK(text.find("{" + std::string(placeholder.name) + "}") != std::string::npos);
    }
  }

  TEST_CASE("what is a comment in it is right as well") {
    const std::string all = uncommented(releaser::config_text(sample(BuildTool::go)));
    const releaser::Config parsed = releaser::parse_config(all, "cco-release.toml");
    CHECK(parsed.agent.has_value());
    CHECK(parsed.overrides.size() == 1);
    CHECK(parsed.hooks.before.size() == 1);
    CHECK(parsed.build.allow_libraries.size() == 1);
    CHECK(parsed.release.minimum_upgrade_from == "1.0.0");
    CHECK(parsed.archive.os_names.size() == 1);
    CHECK(parsed.archive.arch_names.size() == 1);
  }

  TEST_CASE("a project on GitHub has releases and a branch there, and its changelog is asked") {
    const std::string text = releaser::config_text(sample_on_github());
    const releaser::Config config = releaser::parse_config(text, "cco-release.toml");
    REQUIRE(config.destinations.size() == 2);
    CHECK(config.destinations[0].type == "git");
    CHECK(config.destinations[0].remote == "maker/rocket");
    CHECK(config.destinations[0].branch == "gh-pages");
    CHECK(config.destinations[1].repository == "maker/rocket");
    CHECK(config.changelog.has_value());
    const releaser::Config parsed = releaser::parse_config(uncommented(text), "cco-release.toml");
    CHECK(parsed.destinations[1].draft);
    CHECK(parsed.homebrew->tap == "maker/homebrew-tap");
    CHECK(parsed.scoop->bucket == "maker/scoop-bucket");
    test::check_golden("releaser/cco-release-github.toml", text);
  }

  TEST_CASE("the text itself") {
    test::check_golden("releaser/cco-release.toml", releaser::config_text(sample(BuildTool::go)));
  }

  TEST_CASE("texts are escaped for TOML") {
    CHECK(releaser::toml_text("a\"b\\c\n\x7f\xc3\xa9") == "\"a\\\"b\\\\c\\u000a\\u007f\xc3\xa9\"");
  }
}
