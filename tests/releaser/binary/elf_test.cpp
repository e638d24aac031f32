#include "base/file.hpp"
#include "base/text.hpp"
#include "releaser/binary/binary.hpp"
#include "tests/releaser/binary/damage.hpp"
#include "tests/releaser/binary/one_binary.hpp"
#include "tests/releaser/binary/small_binaries.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using base::Errc;
using releaser::BinaryFacts;
using releaser::BinaryKind;
using releaser::ByteSource;
using test::ElfRecipe;

TEST_SUITE("releaser/binary/elf") {
  TEST_CASE("a dynamic program says its loader, libraries and highest glibc") {
    const auto facts = test::read_one(test::make_elf(test::glibc_program()));
    CHECK(facts.kind == BinaryKind::executable);
    CHECK(facts.system == "linux");
    CHECK(facts.architecture == "x86_64");
    CHECK_FALSE(facts.is_static);
    CHECK(facts.interpreter == "/lib64/ld-linux-x86-64.so.2");
    CHECK(facts.libc == schema::Libc::glibc);
    CHECK(facts.needed == std::vector<std::string>{"libc.so.6"});
    CHECK(facts.floors.glibc == "2.34");
    CHECK(facts.is_stripped);
  }

  TEST_CASE("all classes, byte orders and machines are told apart") {
    struct Row {
      bool is_64_bit, is_big_endian;
      std::uint16_t machine;
      std::string_view architecture;
    };
    for (const Row& row : {
             Row{true, false, 62, "x86_64"},
             Row{false, false, 62, "x32"},
             Row{false, false, 3, "i686"},
             Row{true, false, 183, "arm64"},
             Row{true, true, 183, "arm64 with big-endian data"},
             Row{false, false, 40, "arm"},
             Row{true, false, 243, "riscv64"},
             Row{false, false, 243, "riscv32"},
             Row{true, false, 21, "ppc64le"},
             Row{true, true, 21, "ppc64"},
             Row{true, true, 22, "s390x"},
             Row{true, false, 258, "loongarch64"},
             Row{false, true, 8, "mips"},
             Row{true, false, 8, "mips64le"},
             Row{true, false, 9999, "machine 9999"},
         }) {
      CAPTURE(row.architecture);
      auto recipe = test::glibc_program();
      recipe.is_64_bit = row.is_64_bit;
      recipe.is_big_endian = row.is_big_endian;
      recipe.machine = row.machine;
      const auto facts = test::read_one(test::make_elf(recipe));
      CHECK(facts.architecture == row.architecture);
      CHECK(facts.floors.glibc == "2.34");
      CHECK(facts.needed == std::vector<std::string>{"libc.so.6"});
    }
  }

  TEST_CASE("a static program needs nothing, position-independent or not") {
    for (const bool is_dynamic : {false, true}) {
      ElfRecipe recipe;
      recipe.is_dynamic = is_dynamic;
      recipe.type = is_dynamic ? 3 : 2;
      const auto facts = test::read_one(test::make_elf(recipe));
      CHECK(facts.kind == BinaryKind::executable);
      CHECK(facts.is_static);
      CHECK(facts.libc == schema::Libc::none);
    }
  }

  TEST_CASE("libraries, object files and core dumps are no executables") {
    ElfRecipe library = test::glibc_program();
    library.is_pie = false;
    library.own_name = "libtool.so.1";
    CHECK(test::read_one(test::make_elf(library)).kind == BinaryKind::library);
    library.interpreter.clear();
    library.own_name.clear();
    CHECK(test::read_one(test::make_elf(library)).kind == BinaryKind::library);
    ElfRecipe object;
    object.type = 1;
    CHECK(test::read_one(test::make_elf(object)).kind == BinaryKind::object);
    object.type = 4;
    CHECK(test::read_one(test::make_elf(object)).kind_name == "a core dump");
  }

  TEST_CASE("the C library is known by loader, library or versions") {
    struct Row {
      std::string interpreter, needed;
      schema::Libc libc;
    };
    for (const Row& row : {
             Row{"/lib/ld-musl-x86_64.so.1", "libc.musl-x86_64.so.1", schema::Libc::musl},
             Row{"/lib/ld-musl-aarch64.so.1", "libc.so", schema::Libc::musl},
             Row{"/lib64/ld64.so.2", "libc.so.6", schema::Libc::glibc},
             Row{"", "libc.so.6", schema::Libc::glibc},
         }) {
      CAPTURE(row.interpreter);
      ElfRecipe recipe;
      recipe.interpreter = row.interpreter;
      recipe.needed = {row.needed};
      CHECK(test::read_one(test::make_elf(recipe)).libc == row.libc);
    }
  }

  TEST_CASE("the glibc floor compares numbers and knows what relative relocations need") {
    auto recipe = test::glibc_program();
    recipe.versions = {"GLIBC_2.9", "GLIBC_2.17", "GLIBC_2.3.4"};
    CHECK(test::read_one(test::make_elf(recipe)).floors.glibc == "2.17");
    recipe.versions = {"GLIBC_2.17", "GLIBC_ABI_DT_RELR"};
    CHECK(test::read_one(test::make_elf(recipe)).floors.glibc == "2.36");
    recipe.versions = {"GLIBC_PRIVATE", "GLIBCXX_3.4.30"};
    CHECK(test::read_one(test::make_elf(recipe)).floors.glibc.empty());
  }

  TEST_CASE("other systems are told by ABI, loader or note") {
    ElfRecipe recipe;
    recipe.os_abi = 9;
    CHECK(test::read_one(test::make_elf(recipe)).system == "freebsd");
    recipe.os_abi = 0;
    for (const auto& [note, system] : {std::pair{"FreeBSD", "freebsd"},
                                       {"NetBSD", "netbsd"},
                                       {"OpenBSD", "openbsd"},
                                       {"Android", "android"},
                                       {"GNU", "linux"},
                                       {"Go", "linux"}}) {
      recipe.note = note;
      CHECK(test::read_one(test::make_elf(recipe)).system == system);
    }
    recipe.note.clear();
    recipe.interpreter = "/system/bin/linker64";
    CHECK(test::read_one(test::make_elf(recipe)).system == "android");
  }

  TEST_CASE("run paths are split, and symbols mean not stripped") {
    auto recipe = test::glibc_program();
    recipe.run_path = "$ORIGIN/../lib:/home/me/build";
    recipe.has_symbols = true;
    const auto facts = test::read_one(test::make_elf(recipe));
    CHECK(base::join(facts.run_paths, " ") == "$ORIGIN/../lib /home/me/build");
    CHECK_FALSE(facts.is_stripped);
  }

  TEST_CASE("no truncation is accepted and no changed byte leads astray") {
    for (const bool is_64_bit : {true, false}) {
      for (const bool is_big_endian : {true, false}) {
        for (const bool has_sections : {true, false}) {
          auto recipe = test::glibc_program();
          recipe.is_64_bit = is_64_bit;
          recipe.is_big_endian = is_big_endian;
          recipe.has_sections = has_sections;
          recipe.note = "GNU";
          const auto bytes = test::make_elf(recipe);
          test::check_every_truncation(bytes);
          test::check_every_corruption(bytes);
        }
      }
    }
  }

  TEST_CASE("hostile numbers are refused with the place") {
    struct Row {
      std::size_t at;
      std::uint64_t value;
      std::size_t width;
      std::string_view message;
    };
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    constexpr std::size_t kLoad = 64, kInterpreter = 64 + 56, kDynamic = 64 + 2 * 56;
    const auto bytes = test::make_elf(test::glibc_program());
    for (const Row& row : {
             Row{4, 3, 1, "ELF class"},
             Row{5, 0, 1, "byte order"},
             Row{6, 2, 1, "ELF version"},
             Row{32, kAll, 8, "the program header table"},
             Row{32, 1 << 30, 8, "truncated"},
             Row{40, kAll, 8, "the section header table"},
             Row{40, 1 << 30, 8, "truncated"},
             Row{54, 1, 2, "size of a program header"},
             Row{58, 1, 2, "size of a section header"},
             Row{56, 0xfff0, 2, "65520 segments"},
             Row{60, 0xffff, 2, "the section header table"},
             Row{24, 0, 8, "entry point"},
             Row{kLoad + 8, kAll, 8, "segment 0"},
             Row{kLoad + 32, kAll, 8, "segment 0"},
             Row{kLoad + 32, 1 << 20, 8, "segment 0 ends at"},
             Row{kLoad + 40, 1, 8, "larger than its memory"},
             Row{kLoad + 16, 0x10001, 8, "aligned"},
             Row{kInterpreter + 32, kAll - 5, 8, "segment 1"},
             Row{kDynamic + 32, 8, 8, "no end"},
             Row{kDynamic, 3, 4, "more than one interpreter"},
         }) {
      CAPTURE(row.at);
      auto damaged = bytes;
      for (std::size_t i = 0; i < row.width; ++i) {
        damaged[row.at + i] = static_cast<char>(row.value >> (8 * i) & 0xff);
      }
      test::check_error(Errc::config, row.message, [&] { test::read_one(damaged); });
    }
  }

  TEST_CASE("a cut-off download says where it ends") {
    const auto bytes = test::make_elf(test::glibc_program());
    test::check_error(Errc::config,
                      base::cat("ELF file: truncated: the section header table ends at byte ",
                                bytes.size(), " but the file has ", bytes.size() - 10),
                      [&] { test::read_one(bytes.substr(0, bytes.size() - 10)); });
  }

  TEST_CASE("this machine's own programs are read from disk") {
    const auto file = base::open_regular_file("/bin/sh");
    const auto facts = releaser::read_binary(ByteSource(file)).front();
    CHECK(facts.kind == BinaryKind::executable);
    CHECK(facts.system == "linux");
    CHECK_FALSE(facts.floors.glibc.empty());
    const auto own = base::open_regular_file("/proc/self/exe");
    CHECK_FALSE(releaser::read_binary(ByteSource(own)).front().is_stripped);
  }
}
