#include "releaser/render/formula_description.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE("releaser/render/formula_description") {
  TEST_CASE("a description becomes what Homebrew accepts") {
    struct Row {
      std::string_view description, expected;
      bool needs_a_person;
    };
    for (const Row& row : {
             Row{"Fast bundler for the web", "Fast bundler for the web", false},
             Row{"A bundler.", "Bundler", false},
             Row{"the tool", "Tool", false},
             Row{"Anagram finder", "Anagram finder", false},
             Row{"esbuild is a bundler", "Bundler", false},
             Row{"Esbuild: bundler", "Bundler", false},
             Row{"esbuild", "Command-line program", true},
             Row{"", "Command-line program", true},
             Row{"Tool for the command line", "Tool for the command-line", false},
             Row{"  Two\nlines,\ttabs ", "Two lines, tabs", false},
             Row{"Rocket \xf0\x9f\x9a\x80 launcher", "Rocket launcher", false},
             Row{"macOS cleaner", "macOS cleaner", false},
             Row{"Files, dates, etc.", "Files, dates, etc.", false},
             Row{"\xc3\x89"
                 "diteur de texte",
                 "\xc3\x89"
                 "diteur de texte",
                 false},
         }) {
      CAPTURE(row.description);
      const auto result = releaser::formula_description(row.description, "esbuild");
      CHECK(result.text == row.expected);
      CHECK(result.needs_a_person.has_value() == row.needs_a_person);
    }
  }

  TEST_CASE("more than 80 characters are cut between words, counted as characters") {
    const std::string umlauts = "Xx " + [] {
      std::string text;
      for (int i = 0; i < 77; ++i)
        text += "\xc3\xa4";
      return text;
    }();
    CHECK_FALSE(releaser::formula_description(umlauts, "tool").needs_a_person);
    const auto result = releaser::formula_description(
        "Reads a great many words that somebody wrote down and says them all again with no end",
        "tool");
    CHECK(result.text ==
          "Reads a great many words that somebody wrote down and says them all again with");
    CHECK(result.needs_a_person == "has more than 80 characters");
  }
}
