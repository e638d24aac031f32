#include "releaser/config/file_patterns.hpp"

#include "base/file.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace {

struct Match {
  const char* pattern;
  const char* path;
  bool matches;
};

}  // namespace

TEST_SUITE("releaser/config/file_patterns") {
  TEST_CASE("patterns match as people expect") {
    for (const Match& each : {Match{"LICENSE*", "LICENSE", true},
                              {"LICENSE*", "LICENSE-MIT", true},
                              {"LICENSE*", "a/LICENSE", false},
                              {"man/*.1", "man/tool.1", true},
                              {"man/*.1", "man/de/tool.1", false},
                              {"man/**/*.1", "man/de/tool.1", true},
                              {"man/**/*.1", "man/tool.1", true},
                              {"**", "a/b/c", true},
                              {"**", "a/.git/c", false},
                              {"*", ".hidden", false},
                              {".*", ".hidden", true},
                              {"a?c", "abc", true},
                              {"a?c", "ac", false},
                              {"[a-c]x", "bx", true},
                              {"[!a-c]x", "bx", false},
                              {"[]]x", "]x", true},
                              {"[x", "[x", true},
                              {"*a*b*c", "xxaxxbxxc", true},
                              {"*a*b*c", "xxaxxbxx", false},
                              {"", "", true}}) {
      CAPTURE(each.pattern);
      CAPTURE(each.path);
      CHECK(releaser::matches_pattern(each.pattern, each.path) == each.matches);
    }
  }

  TEST_CASE("files are found, named for the archive, and refused with advice") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "patterns-");
    base::make_directories(folder.path() / "man");
    for (const char* const name : {"LICENSE", "LICENSE-MIT", "man/a.1", "man/b.1", "a b"}) {
      base::write_file_atomically(folder.path() / name, "x");
    }
    const auto find = [&](const char* source, const char* destination = "") {
      std::vector<std::string> names;
      for (const auto& file : releaser::find_files({source, destination, 1}, folder.path())) {
        names.push_back(file.name);
      }
      return names;
    };
    using Names = std::vector<std::string>;
    CHECK(find("LICENSE*") == Names{"LICENSE", "LICENSE-MIT"});
    CHECK(find("man/*.1") == Names{"man/a.1", "man/b.1"});
    CHECK(find("man/*.1", "share/") == Names{"share/a.1", "share/b.1"});
    CHECK(find("LICENSE", "COPYING") == Names{"COPYING"});
    CHECK(find((folder.path() / "LICENSE").c_str()) == Names{"LICENSE"});
    const auto refuse = [&](const char* source, const char* destination, const char* message) {
      test::check_error(base::Errc::config, message, [&] { find(source, destination); });
    };
    refuse("*.md", "", "`*.md` matches no file; mend the pattern");
    refuse("README.md", "", "`README.md` does not exist; make it");
    refuse("man", "", "`man` is a folder; write `man/*`");
    refuse("a b", "", "cannot stand in an archive");
    refuse("LICENSE", "../x", "cannot stand in an archive");
    refuse("LICENSE", "/x", "cannot stand in an archive");
  }
}
