#include "base/tar_index.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using base::Errc;

namespace {

constexpr std::size_t kBlock = 512;

std::string octal(std::uint64_t number, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t at = digits; at-- > 0; number /= 8)
    text[at] = static_cast<char>('0' + number % 8);
  return text;
}

// As POSIX.1-1988 has it, by our own reading; `change` comes before the checksum.
std::string header(const std::string& name, std::uint64_t size,
                   const std::function<void(std::string&)>& change = {}) {
  std::string block(kBlock, '\0');
  block.replace(0, name.size(), name);
  block.replace(100, 7, octal(0644, 7));
  block.replace(124, 11, octal(size, 11));
  block[156] = '0';
  block.replace(257, 8, std::string("ustar\00000", 8));
  if (change) change(block);
  block.replace(148, 8, "        ");
  std::uint64_t sum = 0;
  for (const char byte : block)
    sum += static_cast<unsigned char>(byte);
  block.replace(148, 7, octal(sum, 6) + '\0');
  return block;
}
std::string file(const std::string& name, const std::string& contents,
                 const std::function<void(std::string&)>& change = {}) {
  return header(name, contents.size(), change) + contents +
         std::string((kBlock - contents.size() % kBlock) % kBlock, '\0');
}
const std::string kEnd(2 * kBlock, '\0');

struct Read {
  base::TemporaryDirectory folder{std::filesystem::temp_directory_path(), "tar-test."};
  base::FileDescriptor tar;
  base::TarIndex index;
  explicit Read(const std::string& bytes, std::size_t max_files = 3) {
    base::write_new_file(folder.path() / "t", bytes);
    tar = base::open_regular_file(folder.path() / "t");
    index = base::read_tar_index(tar, max_files);
  }
  [[nodiscard]] std::string contents(std::string_view name) const {
    const base::TarStretch& stretch = index.find(name)->second;
    std::string text(stretch.size, '\0');
    text.resize(base::read_at(tar, text.data(), text.size(), stretch.offset));
    return text;
  }
};

}  // namespace

TEST_SUITE("base/tar_index") {
  TEST_CASE("files are found where they lie") {
    const std::string block(kBlock, 'b');
    const Read read(file("a", "") + file("folder/b", "text") +
                    file("c", block, [](std::string& header) { header.replace(345, 3, "pre"); }) +
                    kEnd);
    REQUIRE(read.index.size() == 3);
    CHECK(read.contents("a").empty());
    CHECK(read.contents("folder/b") == "text");
    CHECK(read.contents("pre/c") == block);
    CHECK(Read(kEnd).index.empty());
  }

  TEST_CASE("whatever else a tar can be is refused") {
    using Change = std::function<void(std::string&)>;
    const auto put = [](std::size_t at, std::string text) -> Change {
      return [at, text = std::move(text)](std::string& block) {
        block.replace(at, text.size(), text);
      };
    };
    struct Row {
      const char* what;
      std::string bytes;
      const char* problem;
    };
    const std::string good = file("a", "text");
    std::string wrong_sum = good + kEnd;
    wrong_sum[3] = 'x';
    const std::vector<Row> rows{
        {"a link", file("a", "", put(156, "2")) + kEnd, "a is no regular file"},
        {"a link's target", file("a", "", put(157, "b")) + kEnd, "a is no regular file"},
        {"a folder", file("a", "", put(156, "5")) + kEnd, "a is no regular file"},
        {"a pax header", file("a", "", put(156, "x")) + kEnd, "a is no regular file"},
        {"an old header", file("a", "", put(257, std::string(8, '\0'))) + kEnd, "ustar"},
        {"GNU's header", file("a", "", put(257, "ustar  ")) + kEnd, "ustar"},
        {"a wrong sum", wrong_sum, "a header is damaged"},
        {"a size in base 256", file("a", "", put(124, "\x80")) + kEnd, "a has no size"},
        {"a size without an end", file("a", "", put(124, "000000000000")) + kEnd, "a has no size"},
        {"a negative size", file("a", "", put(124, "-0000000004")) + kEnd, "a has no size"},
        {"a name with ..", file("a/../../b", "text") + kEnd, "a name in it"},
        {"an absolute name", file("/a", "text") + kEnd, "a name in it"},
        {"no name", file("", "text") + kEnd, "a name in it"},
        {"a name twice", good + good + kEnd, "two files in it are named a"},
        {"but for case", good + file("A", "text") + kEnd, "two files in it are named A"},
        {"too many", good + file("b", "") + file("c", "") + file("d", "") + kEnd, "more than 3"},
        {"half an end", good + std::string(kBlock, '\0') + file("b", "text"), "its end is damaged"},
        {"bytes behind it", good + kEnd + "x", "bytes after its end"},
        {"zeros behind it", good + kEnd + kEnd, "bytes after its end"},
        {"a size beyond the end", header("a", 077777777777) + kEnd, "cut short"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      test::check_error(Errc::untrusted, row.problem, [&] { const Read read(row.bytes); });
    }
  }

  TEST_CASE("cut anywhere, it is refused") {
    const std::string whole = file("a", "text") + file("b", std::string(600, 'b')) + kEnd;
    for (std::size_t size = 0; size < whole.size(); size += size % kBlock < 8 ? 1 : 101) {
      CAPTURE(size);
      test::check_error(Errc::untrusted, "", [&] { const Read read(whole.substr(0, size)); });
    }
  }
}
