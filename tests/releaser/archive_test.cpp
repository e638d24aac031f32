#include "base/archive.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/archive/archive.hpp"
#include "releaser/archive/tar.hpp"
#include "releaser/archive/zip.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace {

using base::ArchiveFormat;
using releaser::ArchiveEntry;
using releaser::PackedArchive;
using releaser::PackOptions;

const base::Time kDate = *base::parse_time("2026-11-20T10:00:01Z");
constexpr std::size_t kMost = 64U << 20U;

class TempDir {
 public:
  TempDir() : m_directory(std::filesystem::temp_directory_path(), "archive-test-") {}
  [[nodiscard]] base::Path operator/(std::string_view name) const {
    return m_directory.path() / name;
  }
  [[nodiscard]] const base::Path& path() const { return m_directory.path(); }

 private:
  base::TemporaryDirectory m_directory;
};

PackOptions options_of(ArchiveFormat format) {
  PackOptions options;
  options.format = format;
  options.date = kDate;
  return options;
}

std::string suffix_of(ArchiveFormat format) {
  return format == ArchiveFormat::zip ? ".zip" : ".tar.gz";
}

// A program from disk, texts from memory, an empty file, a name too long for ustar.
std::vector<ArchiveEntry> some_entries(const TempDir& directory) {
  base::write_file_atomically(directory / "program", std::string(70'000, 'p') + "end", 0600);
  return {{"tool", directory / "program", true},
          {"README.md", std::string("hello\n"), false},
          {"man/tool.1", std::string(".TH\n"), false},
          {"empty", std::string(), false},
          {"m\u00e4n", std::string("umlaut"), false},
          {std::string(120, 'l') + "/" + std::string(110, 'n'), std::string("long"), false}};
}

std::string program(const std::vector<std::string>& argv) {
  base::ProcessOptions options;
  options.environment = std::vector<std::string>{"PATH=/usr/bin:/bin", "TZ=UTC", "LC_ALL=C.UTF-8"};
  const auto result = base::run_process(argv, options);
  CHECK_MESSAGE(result.exit_status == 0, result.errors);
  return result.output;
}

}  // namespace

TEST_SUITE("releaser/archive") {
  TEST_CASE("a ustar header has these bytes") {
    const std::string header = releaser::tar::header("tool", 5, true, kDate);
    std::string expected(512, '\0');
    const auto put = [&](std::size_t at, std::string_view text) {
      expected.replace(at, text.size(), text);
    };
    put(0, "tool");
    put(100, "0000755");
    put(108, "0000000");
    put(116, "0000000");
    put(124, "00000000005");
    put(136, "15300015041");
    put(148, std::string_view("010127\0 ", 8));
    put(156, "0");
    put(257, std::string_view("ustar\00000", 8));
    put(329, "0000000");
    put(337, "0000000");
    CHECK(base::to_hex(header) == base::to_hex(expected));
  }

  TEST_CASE("long names are split by ustar, and only what does not fit takes a pax header") {
    const std::string folder(100, 'f');
    CHECK(releaser::tar::header(std::string(100, 'n'), 0, false, kDate).size() == 512);
    CHECK(releaser::tar::header(folder + "/" + std::string(100, 'n'), 0, false, kDate).size() ==
          512);
    const std::string pax = releaser::tar::header(std::string(101, 'n'), 0, false, kDate);
    REQUIRE(pax.size() == 3 * 512);
    CHECK(pax[156] == 'x');
    CHECK(pax.substr(512, 111) == "111 path=" + std::string(101, 'n') + "\n");
    CHECK(pax.substr(1024, 100) == std::string(100, 'n'));
    // Where the length's own digits change the length: 98 and 99 bytes of the rest.
    const std::string edge = releaser::tar::header(std::string(156, 'n'), 0, false, kDate);
    CHECK(edge.substr(512, 4) == "166 ");
  }

  TEST_CASE("what a tar cannot hold is refused") {
    test::check_error(base::Errc::config, "8 GiB",
                      [] { releaser::tar::header("big", std::uint64_t{1} << 33U, false, kDate); });
    test::check_error(base::Errc::config, "dates from 1970", [] {
      releaser::tar::header("old", 0, false, base::Time(std::chrono::seconds(-1)));
    });
  }

  TEST_CASE("zip headers have these bytes") {
    releaser::zip::Entry entry;
    entry.name = "tool";
    entry.executable = true;
    entry.method = releaser::zip::Method::deflated;
    entry.crc32 = 0x01020304;
    entry.packed_size = 0x11;
    entry.size = 0x22;
    entry.offset = 0x33;
    // 2026-11-20 is (46 << 9 | 11 << 5 | 20), 10:00:01 is (10 << 11 | 0 << 5 | 0)
    const std::string common =
        "14000008080000507"
        "45d"
        "04030201"
        "11000000"
        "22000000"
        "0400"
        "0000";
    CHECK(base::to_hex(releaser::zip::local_header(entry, kDate)) ==
          "504b0304" + common + base::to_hex("tool"));
    CHECK(base::to_hex(releaser::zip::directory({entry}, 0x44, kDate)) ==
          "504b0102"
          "1403" +
              common +
              "0000"
              "0000"
              "0000"
              "0000ed81"
              "33000000" +
              base::to_hex("tool") +
              "504b0506"
              "0000"
              "0000"
              "0100"
              "0100"
              "32000000"
              "44000000"
              "0000");
  }

  TEST_CASE("zip times stay within what the format knows") {
    struct Row {
      const char *time, *dos;
    };
    const Row rows[] = {{"1970-01-01T00:00:00Z", "00002100"},
                        {"1980-01-01T00:00:00Z", "00002100"},
                        {"2107-12-31T23:59:59Z", "7dbf9fff"},
                        {"9999-12-31T23:59:59Z", "7dbf9fff"}};
    for (const Row& row : rows) {
      const std::string header =
          releaser::zip::local_header(releaser::zip::Entry(), *base::parse_time(row.time));
      CHECK(base::to_hex(header.substr(10, 4)) == row.dos);
    }
  }

  TEST_CASE("what was packed is unpacked by our own reader, and the figures are true") {
    for (const auto format : {ArchiveFormat::tar_gz, ArchiveFormat::zip}) {
      const TempDir directory;
      const base::Path target = directory / ("x" + suffix_of(format));
      const PackedArchive packed =
          releaser::pack_archive(target, some_entries(directory), options_of(format));
      const std::string bytes = base::read_file(target, kMost);
      CHECK(packed.size == bytes.size());
      CHECK(packed.sha256 == trust::sha256_of(bytes));
      CHECK(packed.blake2b == trust::blake2b_of(bytes));

      base::make_directories(directory / "out");
      const auto files =
          base::unpack_archive(base::open_regular_file(target), format, directory / "out",
                               {packed.unpacked_size, packed.files.size()}, {});
      REQUIRE(files.size() == packed.files.size());
      REQUIRE(files.size() == 7);
      std::uint64_t unpacked_size = 0;
      for (std::size_t i = 0; i < files.size(); ++i) {
        CAPTURE(files[i].path);
        CHECK(files[i].path == packed.files[i].name);
        CHECK(files[i].size == packed.files[i].size);
        CHECK(files[i].executable == packed.files[i].executable);
        const std::string contents = base::read_file(directory / "out" / files[i].path, kMost);
        CHECK(packed.files[i].sha256 == trust::sha256_of(contents));
        unpacked_size += contents.size();
      }
      CHECK(packed.unpacked_size == unpacked_size);
      CHECK(std::is_sorted(packed.files.begin(), packed.files.end(),
                           [](const auto& a, const auto& b) { return a.name < b.name; }));
    }
  }

  TEST_CASE("stock tools read it and find the modes, times, owners and checksums") {
    const TempDir directory;
    releaser::pack_archive(directory / "x.tar.gz", some_entries(directory),
                           options_of(ArchiveFormat::tar_gz));
    releaser::pack_archive(directory / "x.zip", some_entries(directory),
                           options_of(ArchiveFormat::zip));
    const std::string tar = program(
        {"tar", "-tvzf", (directory / "x.tar.gz").native(), "--full-time", "--numeric-owner"});
    CHECK(tar.find("-rwxr-xr-x 0/0           70003 2026-11-20 10:00:01 tool\n") !=
          std::string::npos);
    CHECK(tar.find("-rw-r--r-- 0/0               6 2026-11-20 10:00:01 README.md\n") !=
          std::string::npos);
    program({"unzip", "-t", (directory / "x.zip").native()});
    const std::string zip = program({"zipinfo", "-T", (directory / "x.zip").native()});
    CHECK(zip.find("-rwxr-xr-x  2.0 unx    70003 b- defN 20261120.100000 tool\n") !=
          std::string::npos);
    CHECK(zip.find("-rw-r--r--  2.0 unx        0 b- stor 20261120.100000 empty\n") !=
          std::string::npos);
    for (const char* const format : {"tar", "zip"}) {
      const base::Path out = directory / base::cat("out-", format);
      base::make_directories(out);
      if (format == std::string_view("tar")) {
        program({"tar", "-xzf", (directory / "x.tar.gz").native(), "-C", out.native()});
      } else {
        program({"unzip", "-q", (directory / "x.zip").native(), "-d", out.native()});
      }
      base::ProcessOptions in_out;
      in_out.directory = out;
      CHECK(base::run_process({"sha256sum", "--strict", "-c", "checksums.sha256"}, in_out)
                .exit_status == 0);
      CHECK(access((out / "tool").c_str(), X_OK) == 0);
      CHECK(base::read_file(out / "m\u00e4n", 100) == "umlaut");
    }
    program({"python3", "-c",
             "import sys, tarfile, zipfile\n"
             "t = tarfile.open(sys.argv[1]); z = zipfile.ZipFile(sys.argv[2])\n"
             "assert z.testzip() is None\n"
             "assert t.getnames() == z.namelist() == sorted(z.namelist()), t.getnames()\n"
             "for m in t.getmembers():\n"
             "    assert (m.uid, m.gid, m.uname, m.gname, m.mtime) == (0, 0, '', '', 1795168801)\n"
             "    assert t.extractfile(m).read() == z.read(m.name)\n"
             "    assert z.getinfo(m.name).extra == b'' and z.getinfo(m.name).flag_bits == 0x800\n",
             (directory / "x.tar.gz").native(), (directory / "x.zip").native()});
  }

  TEST_CASE("the checksums file lists every other file, sorted") {
    const TempDir directory;
    releaser::pack_archive(directory / "x.tar.gz",
                           {{"b", std::string("2"), false}, {"a", std::string("1"), false}},
                           options_of(ArchiveFormat::tar_gz));
    CHECK(program({"tar", "-xzOf", (directory / "x.tar.gz").native(), "checksums.sha256"}) ==
          base::cat(trust::sha256_of("1").hex(), "  a\n", trust::sha256_of("2").hex(), "  b\n"));
    PackOptions without = options_of(ArchiveFormat::zip);
    without.checksums_name.clear();
    CHECK(releaser::pack_archive(directory / "y.zip", {{"a", std::string(), false}}, without)
              .files.size() == 1);
  }

  TEST_CASE("the same bytes come from any order, directory, umask, time zone and thread") {
    for (const auto format : {ArchiveFormat::tar_gz, ArchiveFormat::zip}) {
      const TempDir first;
      const PackedArchive expected = releaser::pack_archive(
          first / ("x" + suffix_of(format)), some_entries(first), options_of(format));
      const TempDir second;
      std::vector<ArchiveEntry> entries = some_entries(second);
      REQUIRE(chmod((second / "program").c_str(), 0755) == 0);
      const mode_t before = umask(077);
      setenv("TZ", "Asia/Kolkata", 1);
      tzset();
      for (int rotation = 0; rotation < 6; ++rotation) {
        std::rotate(entries.begin(), entries.begin() + 1, entries.end());
        const base::Path target = second / ("other" + suffix_of(format));
        std::string found;
        std::thread([&] {
          found = releaser::pack_archive(target, entries, options_of(format)).sha256.hex();
        }).join();
        CHECK(found == expected.sha256.hex());
        struct stat status {};
        REQUIRE(stat(target.c_str(), &status) == 0);
        CHECK((status.st_mode & 07777U) == 0644);
      }
      unsetenv("TZ");
      tzset();
      umask(before);
    }
  }

  TEST_CASE("a higher level makes it smaller, and neither format depends on chance") {
    const TempDir directory;
    const std::vector<ArchiveEntry> entries{{"self", base::Path("/proc/self/exe"), true}};
    for (const auto format : {ArchiveFormat::tar_gz, ArchiveFormat::zip}) {
      PackOptions options = options_of(format);
      options.level = 1;
      const auto fast = releaser::pack_archive(directory / "x", entries, options);
      options.level = 12;
      const auto small = releaser::pack_archive(directory / "x", entries, options);
      CHECK(small.size < fast.size);
      CHECK(releaser::pack_archive(directory / "x", entries, options).sha256 == small.sha256);
    }
  }

  TEST_CASE("wrong entries are refused before anything is written") {
    const TempDir directory;
    base::write_file_atomically(directory / "file", "x");
    REQUIRE(mkfifo((directory / "fifo").c_str(), 0600) == 0);
    REQUIRE(symlink("none", (directory / "dangling").c_str()) == 0);
    const std::string text = "x";
    struct Row {
      std::vector<ArchiveEntry> entries;
      base::Errc code;
      const char* problem;
    };
    const Row rows[] = {
        {{{"../x", text, false}}, base::Errc::config, "has a part `..`"},
        {{{"nul.txt", text, false}}, base::Errc::config, "device on Windows"},
        {{{"a", text, false}, {"A", text, false}}, base::Errc::config, "two archive entries"},
        {{{"a", text, false}, {"a/b", text, false}}, base::Errc::config, "a file and a folder"},
        {{{"a", text, false}, {"a-", text, false}, {"A/b", text, false}},
         base::Errc::config,
         "a file and a folder"},
        {{{"Checksums.sha256", text, false}}, base::Errc::config, "two archive entries"},
        {{{"a", directory / "fifo", false}}, base::Errc::config, "a named pipe"},
        {{{"a", directory.path(), false}}, base::Errc::config, "a directory"},
        {{{"a", directory / "none", false}}, base::Errc::not_found, "no such file"},
        {{{"a", directory / "dangling", false}}, base::Errc::not_found, "a link to a file"},
    };
    for (const Row& row : rows) {
      for (const auto format : {ArchiveFormat::tar_gz, ArchiveFormat::zip}) {
        test::check_error(row.code, row.problem, [&] {
          releaser::pack_archive(directory / "x", row.entries, options_of(format));
        });
      }
    }
    CHECK(base::list_directory(directory.path()) ==
          std::vector<std::string>{"dangling", "fifo", "file"});
  }

  TEST_CASE("a file that the kernel cannot size is refused as changing") {
    const TempDir directory;
    // Says 4096 and has fewer.
    const base::Path odd = "/sys/kernel/mm/transparent_hugepage/enabled";
    if (access(odd.c_str(), R_OK) == 0) {
      test::check_error(base::Errc::config, "it changed while it was read", [&] {
        releaser::pack_archive(directory / "x", {{"a", odd, false}},
                               options_of(ArchiveFormat::tar_gz));
      });
      CHECK(base::list_directory(directory.path()).empty());
    }
  }

  TEST_CASE("a full or missing place to write is cannot_write or not_found, and leaves nothing") {
    const TempDir directory;
    test::check_error(base::Errc::not_found, "x.zip", [&] {
      releaser::pack_archive(directory / "none/x.zip", {}, options_of(ArchiveFormat::zip));
    });
  }
}
