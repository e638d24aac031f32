#include "base/archive.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace {

using base::ArchiveFormat;

constexpr std::uint64_t kGoodBytes = 4 + 100'000 + 6 + 4 + 4;
constexpr std::uint64_t kSmallBytes = 3000 + 4;
constexpr std::uint64_t kMebibyte = 1U << 20U;

// Thousands of archives are unpacked here, each file flushed: in memory, where there is such a
// place.
base::Path scratch() {
  const base::Path memory = "/dev/shm";
  return access(memory.c_str(), W_OK | X_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

// The archives that make_archives.py writes, made once for all cases.
const base::Path& corpus() {
  static const base::TemporaryDirectory directory(scratch(), "base-archives-");
  static const bool made = [] {
    const auto result =
        base::run_process({"python3", "-B", TEST_SOURCE_ROOT "/tests/base/make_archives.py",
                           directory.path().native()});
    REQUIRE_MESSAGE(result.exit_status == 0, result.errors);
    return true;
  }();
  REQUIRE(made);
  return directory.path();
}

ArchiveFormat format_of(const std::string& name) {
  if (name.ends_with(".tar.zst")) return ArchiveFormat::tar_zst;
  return name.ends_with(".zip") ? ArchiveFormat::zip : ArchiveFormat::tar_gz;
}

std::string tree_of(const base::Path& root) {
  std::string text;
  std::vector<std::string> lines;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    struct stat status {};
    REQUIRE(lstat(entry.path().c_str(), &status) == 0);
    std::string mode;
    for (unsigned shift = 12; shift > 0; shift -= 3) {
      mode += static_cast<char>('0' + (status.st_mode >> (shift - 3) & 7U));
    }
    lines.push_back(base::cat(S_ISDIR(status.st_mode)   ? "d"
                              : S_ISREG(status.st_mode) ? "f"
                                                        : "?",
                              mode, ' ', entry.path().lexically_relative(root).native(), '\n'));
  }
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) {
    text += line;
  }
  return text;
}

std::uint64_t bytes_in(const base::Path& root) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  }
  return bytes;
}

// A place to unpack into, with sentinels around it.
class Ground {
 public:
  Ground() : m_directory(scratch(), "base-test-") {
    base::make_directories(into());
    base::write_file_atomically(m_directory.path() / "sentinel", "untouched");
  }
  [[nodiscard]] base::Path into() const { return m_directory.path() / "a/b/into"; }

  // Nothing but what was there before is outside of `into`.
  void check_outside() const {
    CHECK(base::list_directory(m_directory.path()) == std::vector<std::string>{"a", "sentinel"});
    CHECK(base::list_directory(m_directory.path() / "a") == std::vector<std::string>{"b"});
    CHECK(base::list_directory(m_directory.path() / "a/b") == std::vector<std::string>{"into"});
    CHECK(base::read_file(m_directory.path() / "sentinel", 100) == "untouched");
    CHECK(access("/tmp/cco-escape", F_OK) != 0);
  }

 private:
  base::TemporaryDirectory m_directory;
};

// What became of it: "unpacked", or the message of the error.
std::string unpack(const Ground& ground, const base::Path& archive, ArchiveFormat format,
                   const base::ArchiveLimits& limits, const base::UnpackObserver& observer = {}) {
  const base::FileDescriptor file = base::open_regular_file(archive);
  try {
    base::unpack_archive(file, format, ground.into(), limits, observer);
    return "unpacked";
  } catch (const base::Error& error) {
    CHECK_MESSAGE(error.code() == base::Errc::untrusted, error.what());
    return error.what();
  }
}

std::string unpack_named(const Ground& ground, const std::string& name,
                         const base::ArchiveLimits& limits = {10 * kMebibyte, 100}) {
  return unpack(ground, corpus() / name, format_of(name), limits);
}

}  // namespace

TEST_SUITE("base/archive") {
  TEST_CASE("honest archives of every dialect unpack to the same tree") {
    for (const char* const name : {"good-ustar.tar.gz", "good-gnu.tar.gz", "good-pax.tar.gz",
                                   "good-ustar.tar.zst", "good-pax.tar.zst", "good.zip"}) {
      CAPTURE(name);
      const Ground ground;
      std::map<std::string, std::string> seen;
      const mode_t before = umask(077);
      const std::string outcome =
          unpack(ground, corpus() / name, format_of(name), {kGoodBytes, 6},
                 [&](const base::UnpackedFile& file) -> base::ByteSink {
                   seen[file.path];
                   return [&, path = file.path](std::string_view bytes) { seen[path] += bytes; };
                 });
      umask(before);
      CHECK(outcome == "unpacked");
      ground.check_outside();
      const std::string found = tree_of(ground.into());
      CHECK(found.starts_with("d0755 bin\nd0755 deep\nd0755 deep/deep\n"));
      CHECK(found.find("f0755 bin/tool\n") != std::string::npos);
      CHECK(found.find("f0644 README.md\n") != std::string::npos);
      CHECK(found.find("f0644 empty\n") != std::string::npos);
      CHECK(found.find("f0644 m\u00e4n/\u65e5.1\n") != std::string::npos);
      CHECK(seen.size() == 5);
      CHECK(seen["README.md"] == "hello\n");
      for (const auto& [path, bytes] : seen) {
        CHECK(base::read_file(ground.into() / path, kMebibyte) == bytes);
      }
    }
  }

  TEST_CASE("the result lists the files in the archive's order") {
    const Ground ground;
    const auto files = base::unpack_archive(base::open_regular_file(corpus() / "good.zip"),
                                            ArchiveFormat::zip, ground.into(), {kGoodBytes, 6}, {});
    REQUIRE(files.size() == 5);
    CHECK(files[0].path == "bin/tool");
    CHECK(files[0].size == 100'004);
    CHECK(files[0].executable);
    CHECK(files[1].path == "README.md");
    CHECK_FALSE(files[1].executable);
  }

  TEST_CASE("hostile names and kinds are refused, and nothing appears outside") {
    struct Row {
      std::string name, reason;
    };
    std::vector<Row> rows;
    // Both formats.
    for (const auto& [name, reason] : std::vector<std::pair<std::string, std::string>>{
             {"traversal", "has a part `..`"},
             {"traversal-deep", "has a part `..`"},
             {"absolute", "is absolute"},
             {"dot", "has a part `.`"},
             {"drive", "has a `:`"},
             {"stream", "has a `:`"},
             {"reserved", "has the name of a device"},
             {"reserved-extension", "has the name of a device"},
             {"trailing-dot", "ends in a dot or a blank"},
             {"trailing-blank", "ends in a dot or a blank"},
             {"newline", "has a control character"},
             {"escape-sequence", "has a control character"},
             {"bidi", "is not plain UTF-8"},
             {"decomposed", "two entries named \u00e4"},
             {"duplicate", "two entries named file"},
             {"case-twins", "two entries named fILE"},
             {"case-twins-folder", "two entries named dir"},
             {"umlaut-twins", "two entries named \u00e4"},
             {"file-as-folder", "two entries named a"},
             {"folder-as-file", "two entries named a"},
             {"long-part", "longer than 255 bytes"},
             {"long-path", "longer than 4096 bytes"}}) {
      rows.push_back({name + ".tar.gz", reason});
      rows.push_back({name + ".zip", reason});
    }
    for (Row row : std::vector<Row>{{"backslash.tar.gz", "has a `\\`"},
                                    {"not-utf8.tar.gz", "UTF-8"},
                                    {"symlink.tar.gz", "link: a link"},
                                    {"symlink-inside.tar.gz", "link: a link"},
                                    {"symlink-only.tar.gz", "link: a link"},
                                    {"symlink.zip", "link: a link"},
                                    {"hardlink.tar.gz", "hard: a link"},
                                    {"hardlink-outside.tar.gz", "hard: a link"},
                                    {"fifo.tar.gz", "neither a file nor a directory"},
                                    {"socket.zip", "neither a file nor a directory"},
                                    {"character-device.tar.gz", "neither a file nor a directory"},
                                    {"block-device.tar.gz", "neither a file nor a directory"},
                                    {"sparse.tar.gz", ""},
                                    {"encrypted.zip", "file: encrypted"},
                                    {"lying-small.zip", ""},
                                    {"lying-large.zip", ""},
                                    {"wrong-crc.zip", ""},
                                    {"tar-plain.tar.gz", "not compressed by gzip"},
                                    {"bzip2.tar.gz", "not compressed by gzip"},
                                    {"uncompressed.tar.gz", "not compressed by gzip"},
                                    {"rubbish-after-end.tar.gz", "bytes after its end"},
                                    {"zip-in-gzip.tar.gz", "damaged"},
                                    {"zip-as-tar.tar.gz", "not compressed by gzip"},
                                    {"zstd-as-gzip.tar.gz", "not compressed by gzip"},
                                    {"gzip-as-zstd.tar.zst", "not compressed by zstd"},
                                    {"rubbish-after-end.tar.zst", "bytes after its end"},
                                    {"empty.tar.zst", ""},
                                    {"tar-as-zip.zip", "damaged"},
                                    {"rar.zip", "damaged"},
                                    {"empty.tar.gz", ""},
                                    {"empty.zip", ""},
                                    {"backslash.zip", ""}}) {
      rows.push_back(std::move(row));
    }
    for (const Row& row : rows) {
      CAPTURE(row.name);
      const Ground ground;
      const std::string outcome = unpack_named(ground, row.name);
      CHECK(outcome.starts_with("archive: "));
      CHECK_MESSAGE(outcome.find(row.reason) != std::string::npos, outcome);
      ground.check_outside();
    }
  }

  TEST_CASE("a name with a zero byte in it stays inside") {
    const Ground ground;
    unpack_named(ground, "nul.tar.gz");
    ground.check_outside();
  }

  TEST_CASE("set-user-id, set-group-id and sticky bits are dropped") {
    for (const char* const name : {"setuid.tar.gz", "setuid.zip"}) {
      CAPTURE(name);
      const Ground ground;
      CHECK(unpack_named(ground, name) == "unpacked");
      CHECK(tree_of(ground.into()) == "f0644 note\nf0755 tool\n");
      struct stat status {};
      REQUIRE(stat((ground.into() / "tool").c_str(), &status) == 0);
      CHECK(status.st_uid == geteuid());
    }
  }

  TEST_CASE("limits are met exactly, and one byte or one entry more is refused") {
    for (const char* const name : {"good-ustar.tar.gz", "good-ustar.tar.zst", "good.zip"}) {
      CAPTURE(name);
      const Ground exact;
      CHECK(unpack_named(exact, name, {kGoodBytes, 6}) == "unpacked");
      const Ground bytes;
      CHECK(unpack_named(bytes, name, {kGoodBytes - 1, 6}).find("more than the 100017 bytes") !=
            std::string::npos);
      const Ground entries;
      CHECK(unpack_named(entries, name, {kGoodBytes, 5}).find("more than the 5 entries") !=
            std::string::npos);
    }
  }

  TEST_CASE("bombs stop with less than 1 MiB written beyond the limit") {
    constexpr std::uint64_t kLimit = 3 * kMebibyte;
    for (const char* const name : {"bomb.tar.gz", "bomb.zip", "lying-small.zip", "padding.tar.gz",
                                   "million.tar.gz", "million.zip", "global-headers.tar.gz",
                                   "bomb.tar.zst", "padding.tar.zst", "global-headers.tar.zst"}) {
      CAPTURE(name);
      const Ground ground;
      const std::string outcome = unpack_named(ground, name, {kLimit, 10});
      CHECK(outcome.starts_with("archive: "));
      CHECK(bytes_in(ground.into()) < kLimit + kMebibyte);
      CHECK(base::list_directory(ground.into()).size() <= 11);
      ground.check_outside();
    }
  }

  TEST_CASE("limits near the end of their type do not wrap") {
    const Ground ground;
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    CHECK(unpack_named(ground, "good-ustar.tar.gz", {kMost, kMost}) == "unpacked");
  }

  TEST_CASE("cut short anywhere, an archive is refused") {
    for (const char* const name : {"small.tar.gz", "small.tar.zst", "small.zip"}) {
      const std::string whole = base::read_file(corpus() / name, kMebibyte);
      for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(name);
        CAPTURE(size);
        const Ground ground;
        const base::TemporaryDirectory directory(scratch(), "base-test-");
        std::ofstream(directory.path() / "cut") << whole.substr(0, size);
        const std::string outcome =
            unpack(ground, directory.path() / "cut", format_of(name), {kSmallBytes, 2});
        CHECK(outcome.starts_with("archive: "));
        ground.check_outside();
      }
    }
  }

  TEST_CASE("a bit flipped anywhere does no harm") {
    for (const char* const name : {"small.tar.gz", "small.tar.zst", "small.zip"}) {
      const std::string whole = base::read_file(corpus() / name, kMebibyte);
      for (std::size_t at = 0; at < whole.size(); ++at) {
        CAPTURE(name);
        CAPTURE(at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
        const Ground ground;
        const base::TemporaryDirectory directory(scratch(), "base-test-");
        std::ofstream(directory.path() / "damaged") << damaged;
        unpack(ground, directory.path() / "damaged", format_of(name), {kSmallBytes, 2});
        ground.check_outside();
        CHECK(bytes_in(ground.into()) <= kSmallBytes);
      }
    }
  }

  TEST_CASE("a section of a file is an archive, and nothing around it is read") {
    const std::string whole = base::read_file(corpus() / "good-ustar.tar.zst", kMebibyte);
    const base::TemporaryDirectory directory(scratch(), "base-test-");
    std::ofstream(directory.path() / "around") << "before" << whole << "behind";
    const base::FileDescriptor file = base::open_regular_file(directory.path() / "around");
    const auto unpacked = [&](std::uint64_t offset, std::uint64_t size) {
      const Ground ground;
      return base::unpack_archive({file, offset, size}, ArchiveFormat::tar_zst, ground.into(),
                                  {kGoodBytes, 6}, {})
          .size();
    };
    CHECK(unpacked(6, whole.size()) == 5);
    CHECK_THROWS_AS(unpacked(6, whole.size() - 1), base::Error);
    CHECK_THROWS_AS(unpacked(5, whole.size()), base::Error);
    CHECK_THROWS_AS(unpacked(6 + whole.size(), 100), base::Error);
  }

  TEST_CASE("the descriptor's offset is neither used nor moved") {
    for (const char* const name : {"good-ustar.tar.gz", "good-ustar.tar.zst", "good.zip"}) {
      const Ground ground;
      const base::FileDescriptor file = base::open_regular_file(corpus() / name);
      REQUIRE(lseek(file.number(), 77, SEEK_SET) == 77);
      base::unpack_archive(file, format_of(name), ground.into(), {kGoodBytes, 6}, {});
      CHECK(lseek(file.number(), 0, SEEK_CUR) == 77);
    }
  }

  TEST_CASE("what is in the way is neither overwritten nor followed") {
    const Ground ground;
    base::write_file_atomically(ground.into() / "README.md", "mine");
    CHECK(unpack_named(ground, "good-ustar.tar.gz").find("name is taken") != std::string::npos);
    CHECK(base::read_file(ground.into() / "README.md", 100) == "mine");
    const Ground linked;
    REQUIRE(symlink("../..", (linked.into() / "deep").c_str()) == 0);
    CHECK(unpack_named(linked, "good-ustar.tar.gz").find("name is taken") != std::string::npos);
    linked.check_outside();
  }

  TEST_CASE("what the observer throws ends the unpacking") {
    const Ground ground;
    const base::FileDescriptor file = base::open_regular_file(corpus() / "good.zip");
    CHECK_THROWS_WITH_AS(
        base::unpack_archive(file, ArchiveFormat::zip, ground.into(), {kGoodBytes, 6},
                             [](const base::UnpackedFile&) -> base::ByteSink {
                               throw base::Error(base::Errc::cancelled, "stop");
                             }),
        "stop", base::Error);
  }
}
