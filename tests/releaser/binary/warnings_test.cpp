#include "releaser/binary/warnings.hpp"

#include "base/text.hpp"
#include "tests/releaser/binary/small_binaries.hpp"

#include <doctest/doctest.h>

using releaser::ReleaseBinary;

namespace {

// This machine as the test sees it; VERSIONED_PROGRAM prints its first argument and 1.2.3.
schema::Machine this_machine() {
  return {.os = schema::OperatingSystem::linux,
          .arch = schema::Architecture::x86_64,
          .libc = schema::Libc::glibc,
          .glibc = "99.0",
          .macos = {},
          .windows = {}};
}

class WarningsFolder {
 public:
  WarningsFolder() : m_directory(std::filesystem::temp_directory_path(), "warnings-") {}
  [[nodiscard]] const base::Path& path() const { return m_directory.path(); }

  ReleaseBinary add(std::string_view name, std::string_view platform_name,
                    const std::string& bytes) const {
    const auto path = m_directory.path() / name;
    base::write_file_atomically(path, bytes);
    return of(path, platform_name);
  }
  static ReleaseBinary of(const base::Path& path, std::string_view platform_name) {
    const auto platform = schema::Platform::find(platform_name).value();
    const std::vector<std::string> allowed{"libz.dylib",          "libx.dylib",   "libstdc++.so.6",
                                           "libclang_rt.asan.so", "libasan.so.8", "libubsan.so.1"};
    const auto inspection = releaser::inspect_binary(path, platform, allowed);
    REQUIRE_MESSAGE(inspection.problems.empty(), inspection.problems.front());
    return {.path = path,
            .platform = platform,
            .name = "tool",
            .slices = inspection.slices,
            .size = inspection.size,
            .previous_size = std::nullopt};
  }
  // The warnings without their paths.
  std::vector<std::string> warnings(const std::vector<ReleaseBinary>& binaries,
                                    const std::optional<schema::Machine>& machine = std::nullopt,
                                    const std::string& version = "1.2.3") const {
    auto lines = releaser::binary_warnings(
        binaries, {.version = version, .machine = machine, .temporary_directory = path()});
    for (auto& line : lines)
      line.erase(0, line.find(": ") + 2);
    return lines;
  }

 private:
  base::TemporaryDirectory m_directory;
};

bool is_one(const std::vector<std::string>& lines, std::string_view beginning) {
  CAPTURE(base::join(lines, " | "));
  CHECK(lines.size() == 1);
  return lines.size() == 1 && lines.front().starts_with(beginning);
}

}  // namespace

TEST_SUITE("releaser/binary/warnings") {
  TEST_CASE("a clean binary gives none") {
    const WarningsFolder folder;
    CHECK(folder
              .warnings({folder.add("a", "linux-x86_64", test::make_elf(test::glibc_program())),
                         folder.add("b", "darwin-arm64", test::make_macho({})),
                         folder.add("c", "windows-x86_64", test::make_pe({}))})
              .empty());
  }

  TEST_CASE("the same bytes under two platforms, whatever the file is called") {
    const WarningsFolder folder;
    const auto bytes = test::make_elf({});
    CHECK(is_one(folder.warnings({folder.add("a", "linux-x86_64", bytes),
                                  folder.add("b", "linux-x86_64-musl", bytes)}),
                 "has the same bytes as the binary for linux-x86_64;"));
    // Two names of one platform may well be the same program.
    CHECK(folder
              .warnings(
                  {folder.add("a", "linux-x86_64", bytes), folder.add("b", "linux-x86_64", bytes)})
              .empty());
  }

  TEST_CASE("run paths and libraries of one machine") {
    const WarningsFolder folder;
    struct Row {
      std::string_view run_path, beginning;
    };
    for (const Row& row :
         {Row{"$ORIGIN/../lib", ""}, Row{"/usr/lib/tool", ""},
          Row{"/home/me/build/lib", "looks for libraries in \"/home/me/build/lib\""},
          Row{"/nix/store/x/lib", "looks for libraries in \"/nix/store/x/lib\""},
          Row{"lib", "looks for libraries in \"lib\", below whatever directory"}}) {
      CAPTURE(row.run_path);
      auto recipe = test::glibc_program();
      recipe.run_path = row.run_path;
      const auto lines = folder.warnings({folder.add("a", "linux-x86_64", test::make_elf(recipe))});
      if (row.beginning.empty()) {
        CHECK(lines.empty());
      } else {
        CHECK(is_one(lines, row.beginning));
      }
    }
    CHECK(is_one(folder.warnings({folder.add(
                     "m", "darwin-arm64",
                     test::make_macho({.needed = {"/opt/homebrew/opt/zlib/lib/libz.dylib"}}))}),
                 "needs \"/opt/homebrew/opt/zlib/lib/libz.dylib\" of a package manager"));
    CHECK(is_one(folder.warnings({folder.add("m", "darwin-arm64",
                                             test::make_macho({.needed = {"@rpath/libx.dylib"}}))}),
                 "needs a library by @rpath but has no run path"));
  }

  TEST_CASE("build paths and secrets in the bytes, the secret itself never shown") {
    const WarningsFolder folder;
    std::string secret = "ghp_";
    for (int i = 0; i < 36; ++i)
      secret += static_cast<char>('A' + i * 7 % 26);
    const auto bytes = test::make_elf({}) + "/home/me/src/tool/main.c" + '\0' + secret + '\0';
    const auto lines = folder.warnings({folder.add("a", "linux-x86_64", bytes)});
    REQUIRE(lines.size() == 2);
    CHECK(
        lines[0].starts_with("holds build paths, such as \"/home/me/src/tool/main.c\" (1 in all)"));
    CHECK(lines[1].starts_with("holds what looks like a GitHub token at byte "));
    CHECK(lines[1].find(secret.substr(4, 8)) == std::string::npos);
  }

  TEST_CASE("symbols for debugging") {
    const WarningsFolder folder;
    CHECK(is_one(
        folder.warnings({folder.add("a", "linux-x86_64", test::make_elf({.has_symbols = true}))}),
        "is not stripped"));
  }

  TEST_CASE("a size that jumped by more than 40 %, up or down") {
    const WarningsFolder folder;
    auto binary = folder.add("a", "linux-x86_64", test::make_elf({}) + std::string(1'000'000, 'x'));
    for (const auto& row : {std::pair{binary.size, false},
                            {binary.size * 10 / 13, false},
                            {binary.size * 10 / 15, true},
                            {binary.size * 10 / 7, false},
                            {binary.size * 2, true},
                            {std::uint64_t{0}, false},
                            {~std::uint64_t{0}, true}}) {
      CAPTURE(row.first);
      binary.previous_size = row.first;
      CHECK(folder.warnings({binary}).size() == (row.second ? 1 : 0));
    }
  }

  TEST_CASE("a program of this machine is asked for its version, in an empty environment") {
    const WarningsFolder folder;
    const auto binary = WarningsFolder::of(VERSIONED_PROGRAM, "linux-x86_64");
    const auto warnings_of = [&](const std::string& version) {
      std::vector<std::string> about_version;
      for (const auto& line : folder.warnings({binary}, this_machine(), version)) {
        if (line.find("--version") != std::string::npos) about_version.push_back(line);
      }
      return about_version;
    };
    CHECK(warnings_of("1.2.3").empty());
    CHECK(is_one(warnings_of("1.2.4"), "says \"versioned 1.2.3, 2 variables\" to --version, and"));
    CHECK(base::list_directory(folder.path()).empty());
  }

  TEST_CASE("a program of another machine is not run") {
    const WarningsFolder folder;
    auto machine = this_machine();
    machine.arch = schema::Architecture::arm64;
    const auto binary = folder.add("a", "linux-x86_64", test::make_elf({}));
    CHECK(folder.warnings({binary}, machine).empty());
    // It is no program that could run, so running it would give a warning.
    CHECK(folder.warnings({binary}, this_machine()).size() == 1);
  }
}
