#include "base/archive.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

TEST_SUITE("base/archive_path") {
  TEST_CASE("ordinary names are safe") {
    for (const char* const path :
         {"cco", "man/cco.1", "a/b/c/d", ".hidden", "..a", "a..b", "with blank", "console.txt",
          "com", "com10", "lpt", "nullable", "\u00e4\u00f6\u00fc/\u65e5\u672c", "a+b=c,@~"}) {
      CAPTURE(path);
      CHECK(base::unsafe_path_reason(path) == std::nullopt);
    }
    CHECK_FALSE(base::unsafe_path_reason(std::string(255, 'x')));
  }

  TEST_CASE("names that could leave the folder, or are something else elsewhere, are not") {
    struct Row {
      std::string path, reason;
    };
    const Row rows[] = {
        {"", "is empty"},
        {"/etc/passwd", "is absolute"},
        {"../x", "has a part `..`"},
        {"a/../../x", "has a part `..`"},
        {"a/..", "has a part `..`"},
        {"./a", "has a part `.`"},
        {"a//b", "has an empty part"},
        {"a/", "has an empty part"},
        {"a\\b", "has a `\\`"},
        {"C:x", "has a `:`"},
        {"file:stream", "has a `:`"},
        {std::string("a\0b", 3), "has a control character"},
        {"a\nb", "has a control character"},
        {"a\x7f", "has a control character"},
        {"\xFF", "is not plain UTF-8 text in composed form"},
        {"a\u202Eb", "is not plain UTF-8 text in composed form"},
        {"a\u009bb", "is not plain UTF-8 text in composed form"},
        {"a\u0308", "is not plain UTF-8 text in composed form"},
        {"NUL", "has the name of a device on Windows"},
        {"dir/con.txt", "has the name of a device on Windows"},
        {"Com1", "has the name of a device on Windows"},
        {"lpt9.log.gz", "has the name of a device on Windows"},
        {"COM\u00b2", "has the name of a device on Windows"},
        {"aux /x", "has a part that ends in a dot or a blank"},
        {"a.", "has a part that ends in a dot or a blank"},
        {"a./b", "has a part that ends in a dot or a blank"},
        {"a ", "has a part that ends in a dot or a blank"},
        {"con .txt", "has the name of a device on Windows"},
        {std::string(256, 'x'), "has a part longer than 255 bytes"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.path);
      CHECK(base::unsafe_path_reason(row.path) == row.reason);
    }
    std::string long_path;
    while (long_path.size() <= 4096) {
      long_path += "part/";
    }
    CHECK(base::unsafe_path_reason(long_path + 'x') == "is longer than 4096 bytes");
  }

  TEST_CASE("names that a file system may take for one have one key") {
    struct Row {
      std::string_view one, other;
    };
    const Row same[] = {{"README", "readme"}, {"Dir/File.TXT", "dIR/fILE.txt"},
                        {"\u00c4", "\u00e4"}, {"\u0160", "\u0161"},
                        {"\u0141", "\u0142"}, {"\u017d", "\u017e"},
                        {"\u03a3", "\u03c3"}, {"\u03c3", "\u03c2"},
                        {"\u0416", "\u0436"}, {"\u0401", "\u0451"},
                        {"\u017f", "S"},      {"\u0130", "i"},
                        {"\u0178", "\u00ff"}};
    for (const Row& row : same) {
      CAPTURE(row.one);
      CHECK(base::case_folded(row.one) == base::case_folded(row.other));
    }
    const Row different[] = {
        {"a", "b"}, {"a/b", "a-b"}, {"\u00e4", "a"}, {"\u00d7", "\u00f7"}, {"\u65e5", "\u672c"}};
    for (const Row& row : different) {
      CAPTURE(row.one);
      CHECK(base::case_folded(row.one) != base::case_folded(row.other));
    }
  }
}
