#include "releaser/import/import.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/config/file_patterns.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using base::cat;
using releaser::import::Import;

releaser::import::Surroundings around(const base::Path& folder) {
  releaser::ProjectFacts facts;
  facts.name = "folder";
  for (const std::string_view name : {"LICENSE", "README.md"}) {
    if (std::filesystem::exists(folder / name)) facts.archive_files.emplace_back(name);
  }
  return {.read =
              [folder](const std::string& path) {
                return base::read_file_if_exists(folder / path, releaser::import::kMaxImportBytes);
              },
          .expand =
              [folder](const std::string& pattern) {
                std::vector<std::string> names;
                try {
                  for (const auto& file :
                       releaser::find_files({.source = pattern, .destination = {}}, folder)) {
                    names.push_back(file.name);
                  }
                } catch (const base::Error&) {
                  names.clear();
                }
                return names;
              },
          .facts = facts};
}

// What `init` asks a person for.
void answer(Import& import) {
  releaser::ProductSettings& product = import.config.product;
  if (product.description.empty()) product.description = "Said by a person";
  if (product.homepage.empty()) product.homepage = "https://person.example";
  if (product.license.empty()) product.license = "LicenseRef-Person";
}

std::string lines_of(const Import& import) {
  std::string lines;
  for (const auto& note : import.notes)
    lines += cat(note.file, ":", note.line, ": ", note.key, ": ", note.text, "\n");
  return lines;
}

Import import_text(const std::string& text, const std::string& file = ".goreleaser.yaml") {
  return releaser::import::import_config(text, file, around("/nonexistent"));
}

std::string failure_of(const std::string& text, const std::string& file = ".goreleaser.yaml") {
  try {
    (void)import_text(text, file);
  } catch (const base::Error& error) {
    CHECK(error.code() == base::Errc::config);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("releaser/import") {
  TEST_CASE("each fixture gives its file, which is read again, and its list") {
    const base::Path fixtures = test::source_root() / "tests/fixtures/import";
    constexpr std::string_view kNames[] = {".goreleaser.yaml", ".goreleaser.yml",
                                           "dist-workspace.toml", "dist.toml", "Cargo.toml"};
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(fixtures)) {
      const std::string name = entry.path().filename().string();
      CAPTURE(name);
      const auto* const file = std::find_if(
          std::begin(kNames), std::end(kNames),
          [&](std::string_view each) { return std::filesystem::exists(entry.path() / each); });
      REQUIRE(file != std::end(kNames));
      const std::string text =
          base::read_file(entry.path() / *file, releaser::import::kMaxImportBytes);
      Import import =
          releaser::import::import_config(text, std::string(*file), around(entry.path()));
      answer(import);
      const std::string written = releaser::import::imported_text(import, "# [sign]");
      test::check_golden(cat("releaser/import/", name, ".toml"), written);
      test::check_golden(cat("releaser/import/", name, ".txt"), lines_of(import));
      const releaser::Config config = releaser::parse_config(written, "cco-release.toml");
      CHECK(config.product.name == import.config.product.name);
      CHECK(config.build.platforms == import.config.build.platforms);
      CHECK(config.build.command == import.config.build.command);
      CHECK(config.build.env == import.config.build.env);
      CHECK(config.hooks.before == import.config.hooks.before);
      CHECK(config.archive.name == import.config.archive.name);
      CHECK(config.archive.os_names == import.config.archive.os_names);
      ++count;
    }
    CHECK(count >= 14);
  }

  TEST_CASE("what is no configuration is refused with its line") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", ".goreleaser.yaml:1: has no keys at its top; is it a configuration of GoReleaser?"},
        {"- a\n- b\n",
         ".goreleaser.yaml:1: has no keys at its top; is it a configuration of GoReleaser?"},
        {"just a text",
         ".goreleaser.yaml:1: has no keys at its top; is it a configuration of GoReleaser?"},
        {"a: [1,\n2\nb: {", ".goreleaser.yaml:"},
        {"a: 1\na: 2\n", ".goreleaser.yaml:2: `a` stands twice"},
        {"? [a]\n: 1\n", ".goreleaser.yaml:1: a key must be a text"},
        {"a: &x [*x]\n", ".goreleaser.yaml:1: an alias stands inside its own anchor"},
        {"a: *nobody\n", ".goreleaser.yaml:1: no YAML: "},
        {"version: 3\n", ".goreleaser.yaml: version 3 of GoReleaser's configuration is not known"},
        {"\xff\xfe\x01", ".goreleaser.yaml: no text in UTF-8"},
        {std::string(300000, '#'), ".goreleaser.yaml: larger than 262144 bytes"}};
    for (const auto& row : table) {
      CAPTURE(row.second);
      CHECK(failure_of(row.first).substr(0, row.second.size()) == row.second);
    }
    CHECK(failure_of("[a\n", "dist.toml").find("dist.toml:1") == 0);
    CHECK(failure_of("[workspace]\n", "Cargo.toml").find("Cargo.toml: has neither") == 0);
    CHECK(failure_of("[other]\n", "dist-workspace.toml").find("has no [dist]") !=
          std::string::npos);
  }

  TEST_CASE("aliases of aliases end at a limit, and so do levels") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 9; ++level) {
      bomb += cat("a", level, ": &a", level, " [");
      for (int each = 0; each < 10; ++each)
        bomb += cat(each == 0 ? "" : ", ", "*a", level - 1);
      bomb += "]\n";
    }
    CHECK(failure_of(bomb).find("has more than 50000 values") != std::string::npos);
    CHECK(failure_of("a: " + std::string(5000, '[')).find("nested deeper than 64") !=
          std::string::npos);
  }

  TEST_CASE("a merge gives way to what a table says itself, wherever that stands") {
    for (const std::string order :
         {"    <<: *x\n    binary: own\n", "    binary: own\n    <<: *x\n"}) {
      const Import import = import_text(
          cat("project_name: p\nx: &x {binary: merged, goos: [linux], goarch: [amd64]}\nbuilds:\n  "
              "- id: p\n",
              order));
      CHECK(import.config.build.binary == "build/{platform}/own{exe}");
      CHECK(import.config.build.platforms == std::vector<std::string>{"linux-x86_64"});
    }
  }
}
