#include "releaser/render/formula_description.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE("releaser/render/formula_description") {
  TEST_CASE("a description becomes what Homebrew accepts") {
    struct Row {
      std::string_view description, expected;
      std::size_t changes;
    };
    for (const Row& row : {
             Row{"Fast bundler for the web", "Fast bundler for the web", 0},
             Row{"A bundler.", "Bundler", 3},
             Row{"the tool", "Tool", 2},
             Row{"Anagram finder", "Anagram finder", 0},
             Row{"esbuild is a bundler", "Bundler", 3},
             Row{"Esbuild: bundler", "Bundler", 2},
             Row{"esbuild", "Command-line program", 2},
             Row{"", "Command-line program", 1},
             Row{"Tool for the command line", "Tool for the command-line", 1},
             Row{"  Two\nlines,\ttabs ", "Two lines, tabs", 0},
             Row{"Rocket \xf0\x9f\x9a\x80 launcher", "Rocket launcher", 1},
             Row{"macOS cleaner", "macOS cleaner", 0},
             Row{"Files, dates, etc.", "Files, dates, etc.", 0},
             Row{"\xc3\x89"
                 "diteur de texte",
                 "\xc3\x89"
                 "diteur de texte",
                 0},
         }) {
      CAPTURE(row.description);
      const auto result = releaser::formula_description(row.description, "esbuild");
      CHECK(result.text == row.expected);
      CHECK(result.changes.size() == row.changes);
    }
  }

  TEST_CASE("more than 80 characters are cut between words, counted as characters") {
    const std::string umlauts = "Xx " + [] {
      std::string text;
      for (int i = 0; i < 77; ++i)
        text += "\xc3\xa4";
      return text;
    }();
    CHECK(releaser::formula_description(umlauts, "tool").changes.empty());
    const auto result = releaser::formula_description(
        "Reads a great many words that somebody wrote down and says them all again with no end",
        "tool");
    CHECK(result.text ==
          "Reads a great many words that somebody wrote down and says them all again with");
    CHECK(result.changes.size() == 1);
  }
}
