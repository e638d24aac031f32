#include "base/file.hpp"
#include "base/text.hpp"
#include "releaser/binary/binary.hpp"
#include "tests/releaser/binary/one_binary.hpp"
#include "tests/releaser/binary/small_binaries.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using releaser::Inspection;

namespace {

class InspectedFolder {
 public:
  InspectedFolder() : m_directory(std::filesystem::temp_directory_path(), "inspect-") {}
  [[nodiscard]] base::Path path(std::string_view name) const { return m_directory.path() / name; }
  Inspection inspect(const std::string& bytes, std::string_view platform_name,
                     const std::vector<std::string>& allowed = {}) const {
    base::write_file_atomically(path("tool"), bytes);
    return releaser::inspect_binary(path("tool"), test::platform(platform_name), allowed);
  }
  // The one problem, without the path.
  std::string problem(const std::string& bytes, std::string_view platform_name,
                      const std::vector<std::string>& allowed = {}) const {
    const auto inspection = inspect(bytes, platform_name, allowed);
    REQUIRE(inspection.problems.size() == 1);
    const auto prefix = path("tool").string() + ": ";
    REQUIRE(inspection.problems.front().starts_with(prefix));
    return inspection.problems.front().substr(prefix.size());
  }

 private:
  base::TemporaryDirectory m_directory;
};

}  // namespace

TEST_SUITE("releaser/binary/inspect") {
  TEST_CASE("a right binary has no problem, and its floors are known") {
    const InspectedFolder folder;
    const auto glibc = folder.inspect(test::make_elf(test::glibc_program()), "linux-x86_64");
    CHECK(glibc.problems.empty());
    CHECK(glibc.requirements == schema::Requirements{.glibc = "2.34", .macos = "", .windows = ""});
    CHECK(glibc.size == base::file_size(base::open_regular_file(folder.path("tool"))));
    CHECK(folder.inspect(test::make_macho({}), "darwin-arm64").requirements.macos == "11.0");
    CHECK(folder.inspect(test::make_pe({}), "windows-x86_64").requirements.windows == "6.1");
  }

  TEST_CASE("a static program serves both C libraries") {
    const InspectedFolder folder;
    for (const auto* name : {"linux-x86_64", "linux-x86_64-musl"}) {
      CHECK(folder.inspect(test::make_elf({}), name).problems.empty());
    }
  }

  TEST_CASE("a binary for another machine says for which it is") {
    const InspectedFolder folder;
    CHECK(folder.problem(test::make_elf(test::glibc_program()), "linux-aarch64") ==
          "is for linux x86_64, not for linux-aarch64; give that platform its own binary");
    CHECK(folder.problem(test::make_macho({}), "linux-aarch64")
              .starts_with("is for darwin arm64, not for linux-aarch64"));
    CHECK(folder.problem(test::make_pe({}), "windows-arm64").starts_with("is for windows x86_64"));
    CHECK(folder.problem(test::make_macho({.platform = 2}), "darwin-arm64")
              .starts_with("is for iOS arm64, not for darwin-arm64"));
    test::ElfRecipe arm{.is_64_bit = false, .machine = 40};
    for (const auto* name : {"linux-armv7", "linux-armv6-musl"}) {
      CHECK(folder.inspect(test::make_elf(arm), name).problems.empty());
    }
  }

  TEST_CASE("the wrong C library is a problem, either way round") {
    const InspectedFolder folder;
    CHECK(folder.problem(test::make_elf(test::glibc_program()), "linux-x86_64-musl", {"libc.so.6"})
              .starts_with("is linked to glibc, not for linux-x86_64-musl; link it statically"));
    CHECK(folder
              .problem(test::make_elf({.interpreter = "/lib/ld-musl-x86_64.so.1",
                                       .needed = {"libc.musl-x86_64.so.1"}}),
                       "linux-x86_64", {"libc.musl-x86_64.so.1"})
              .starts_with("is linked to musl, not for linux-x86_64;"));
    CHECK(folder
              .inspect(test::make_elf({.interpreter = "/lib/ld-musl-x86_64.so.1",
                                       .needed = {"libc.musl-x86_64.so.1"}}),
                       "linux-x86_64-musl")
              .problems.empty());
  }

  TEST_CASE("a library that not every machine has is a problem unless it is allowed") {
    const InspectedFolder folder;
    auto recipe = test::glibc_program();
    recipe.needed = {"libc.so.6", "libssl.so.3", "libm.so.6", "libz.so.1", "libgcc_s.so.1"};
    const auto bytes = test::make_elf(recipe);
    CHECK(folder.problem(bytes, "linux-x86_64") ==
          "needs libssl.so.3, libz.so.1, which not every linux-x86_64 machine has; link it "
          "statically, or say in [build]: allow_libraries = [\"libssl.so.3\", \"libz.so.1\"]");
    CHECK(
        folder.problem(bytes, "linux-x86_64", {"libz.so.1"}).starts_with("needs libssl.so.3, wh"));
    CHECK(folder.inspect(bytes, "linux-x86_64", {"libz.so.1", "libssl.so.3"}).problems.empty());

    const auto pe = test::make_pe(
        {.needed = {"kernel32.DLL", "VCRUNTIME140.dll", "api-ms-win-crt-runtime-l1-1-0.dll"}});
    CHECK(folder.problem(pe, "windows-x86_64").starts_with("needs VCRUNTIME140.dll, which"));
    CHECK(folder.inspect(pe, "windows-x86_64", {"vcruntime140.dll"}).problems.empty());

    const auto macho = test::make_macho(
        {.needed = {"/usr/lib/libSystem.B.dylib", "/opt/homebrew/opt/openssl/lib/libssl.3.dylib",
                    "/System/Library/Frameworks/Security"}});
    CHECK(
        folder.problem(macho, "darwin-arm64").starts_with("needs /opt/homebrew/opt/openssl/lib/"));
    CHECK(folder.inspect(macho, "darwin-arm64", {"libssl.3.dylib"}).problems.empty());
  }

  TEST_CASE("a loader that only the builder's machine has is a problem") {
    const InspectedFolder folder;
    auto recipe = test::glibc_program();
    recipe.interpreter = "/nix/store/abc-glibc-2.38/lib/ld-linux-x86-64.so.2";
    CHECK(folder.problem(test::make_elf(recipe), "linux-x86_64")
              .starts_with("asks for the loader /nix/store/abc"));
  }

  TEST_CASE("a universal file serves each of its slices, and all of them together") {
    const InspectedFolder folder;
    const auto both = test::make_universal(
        {{test::kCpuX8664, test::make_macho({.cpu = test::kCpuX8664, .minimum = 0x000a0d00})},
         {test::kCpuArm64, test::make_macho({})}});
    CHECK(folder.inspect(both, "darwin-arm64").requirements.macos == "11.0");
    CHECK(folder.inspect(both, "darwin-x86_64").requirements.macos == "10.13");
    const auto universal = folder.inspect(both, "darwin-universal");
    CHECK(universal.problems.empty());
    CHECK(universal.slices.size() == 2);
    CHECK(universal.requirements.macos == "10.13");  // no arm64 Mac has less than 11
    CHECK(folder.problem(test::make_macho({}), "darwin-universal")
              .starts_with("is for darwin arm64, not for darwin-universal"));
  }

  TEST_CASE("an unsigned program for arm64 Macs is a warning") {
    const InspectedFolder folder;
    const auto inspection = folder.inspect(test::make_macho({.is_signed = false}), "darwin-arm64");
    CHECK(inspection.problems.empty());
    REQUIRE(inspection.warnings.size() == 1);
    CHECK(inspection.warnings.front().find("has no code signature") != std::string::npos);
    CHECK(folder
              .inspect(test::make_macho({.cpu = test::kCpuX8664, .is_signed = false}),
                       "darwin-x86_64")
              .warnings.empty());
  }

  TEST_CASE("what is no executable is called by its name") {
    const InspectedFolder folder;
    CHECK(folder.problem("<!DOCTYPE html><html>", "linux-x86_64") ==
          "is an HTML page, not an executable; build or fetch the binary for linux-x86_64 again");
    CHECK(folder.problem("", "linux-x86_64").starts_with("is empty (0 bytes), not an executable"));
    auto library = test::glibc_program();
    library.is_pie = false;
    library.own_name = "libx.so";
    CHECK(folder.problem(test::make_elf(library), "linux-x86_64") ==
          "is a shared library, not an executable; give the program itself");
    const auto whole = test::make_pe({});
    CHECK(folder.problem(whole.substr(0, whole.size() - 1), "windows-x86_64")
              .starts_with("PE file: truncated: section .text ends at byte 1536 but the file has "
                           "1535; build or fetch"));
  }

  TEST_CASE("a missing file, a directory, a FIFO and a dangling link are problems, not hangs") {
    const InspectedFolder folder;
    std::filesystem::create_directory(folder.path("directory"));
    std::filesystem::create_symlink("nowhere", folder.path("link"));
    REQUIRE(mkfifo(folder.path("fifo").c_str(), 0600) == 0);
    for (const auto* name : {"missing", "directory", "link", "fifo"}) {
      CAPTURE(name);
      const auto inspection =
          releaser::inspect_binary(folder.path(name), test::platform("linux-x86_64"), {});
      REQUIRE(inspection.problems.size() == 1);
      CHECK(inspection.problems.front().find(folder.path(name).string()) != std::string::npos);
      CHECK(inspection.slices.empty());
    }
  }
}
