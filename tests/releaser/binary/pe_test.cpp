#include "releaser/binary/binary.hpp"
#include "tests/releaser/binary/damage.hpp"
#include "tests/releaser/binary/one_binary.hpp"
#include "tests/releaser/binary/small_binaries.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using base::Errc;
using releaser::BinaryKind;
using releaser::ByteSource;
using test::PeRecipe;

TEST_SUITE("releaser/binary/pe") {
  TEST_CASE("a program says its architecture, floor and libraries, also delayed ones") {
    for (const bool is_64_bit : {true, false}) {
      const auto facts =
          test::read_one(test::make_pe({.is_64_bit = is_64_bit,
                                        .needed = {"KERNEL32.dll", "vcruntime140.dll"},
                                        .delayed = {"tool.dll"}}));
      CHECK(facts.kind == BinaryKind::executable);
      CHECK(facts.system == "windows");
      CHECK(facts.architecture == "x86_64");
      CHECK(facts.floors.windows == "6.1");
      CHECK(facts.needed ==
            std::vector<std::string>{"KERNEL32.dll", "vcruntime140.dll", "tool.dll"});
      CHECK(facts.is_stripped);
      CHECK_FALSE(facts.is_signed);
    }
  }

  TEST_CASE("the higher of both versions is the floor, compared as numbers") {
    CHECK(
        test::read_one(test::make_pe({.os_major = 6, .subsystem_major = 10, .subsystem_minor = 0}))
            .floors.windows == "10.0");
    CHECK(test::read_one(test::make_pe({.os_major = 10, .os_minor = 0, .subsystem_major = 6}))
              .floors.windows == "10.0");
  }

  TEST_CASE("processors and kinds of files are told apart") {
    for (const auto& [machine, name] : {std::pair{0x8664, "x86_64"},
                                        {0xaa64, "arm64"},
                                        {0x14c, "i686"},
                                        {0xa641, "arm64ec"},
                                        {0x1c4, "arm"},
                                        {0x9999, "machine 39321"}}) {
      CHECK(test::read_one(test::make_pe({.machine = static_cast<std::uint16_t>(machine)}))
                .architecture == name);
    }
    CHECK(test::read_one(test::make_pe({.characteristics = 0x2022})).kind == BinaryKind::library);
    CHECK(test::read_one(test::make_pe({.subsystem = 10})).kind_name == "an EFI program");
    CHECK(test::read_one(test::make_pe({.subsystem = 1})).kind_name == "a Windows driver");
    CHECK(test::read_one(test::make_pe({.subsystem = 2})).kind == BinaryKind::executable);
    CHECK(test::read_one(test::make_pe({.characteristics = 0})).kind == BinaryKind::object);
  }

  TEST_CASE("a signature and symbols are noticed") {
    const auto facts = test::read_one(test::make_pe({.is_signed = true, .has_symbols = true}));
    CHECK(facts.is_signed);
    CHECK_FALSE(facts.is_stripped);
  }

  TEST_CASE("a program of DOS is none for Windows") {
    test::check_error(Errc::config, "no PE header",
                      [] { test::read_one("MZ" + std::string(62, '\0') + std::string(64, 'x')); });
  }

  TEST_CASE("no truncation is accepted and no changed byte leads astray") {
    for (const PeRecipe& recipe :
         {PeRecipe{.delayed = {"tool.dll"}, .is_signed = true, .has_symbols = true},
          PeRecipe{.is_64_bit = false, .machine = 0x14c}}) {
      const auto bytes = test::make_pe(recipe);
      test::check_every_truncation(bytes);
      test::check_every_corruption(bytes);
    }
  }

  TEST_CASE("hostile numbers are refused with the place") {
    struct Row {
      std::size_t at;
      std::uint64_t value;
      std::size_t width;
      std::string_view message;
    };
    constexpr std::size_t kCoff = 0x44, kOptional = 0x58, kDirectories = kOptional + 112;
    constexpr std::size_t kSection = kDirectories + 128;
    const auto bytes = test::make_pe({.is_signed = true});
    for (const Row& row : {
             Row{0x3c, 0xfffffff0, 4, "the PE header"},
             Row{kCoff + 2, 0xffff, 2, "section table"},
             Row{kCoff + 2, 0, 2, "no section"},
             Row{kCoff + 16, 0, 2, "optional header"},
             Row{kCoff + 16, 0xffff, 2, "optional header"},
             Row{kOptional, 0x107, 2, "optional header"},
             Row{kOptional + 16, 0, 4, "entry point"},
             Row{kOptional + 16, 0xffffff00, 4, "entry point"},
             Row{kOptional + 60, 0xffffffff, 4, "the headers"},
             Row{kOptional + 108, 0xffffffff, 4, "optional header"},
             Row{kDirectories + 8, 0xfffffff0, 4, "imports lie in no section"},
             Row{kDirectories + 36, 0xfffffff0, 4, "certificate table"},
             Row{kSection + 16, 0xffffffff, 4, "section .text"},
             Row{kSection + 20, 0xffffffff, 4, "section .text"},
         }) {
      CAPTURE(row.at);
      auto damaged = bytes;
      for (std::size_t i = 0; i < row.width; ++i) {
        damaged[row.at + i] = static_cast<char>(row.value >> (8 * i) & 0xff);
      }
      test::check_error(Errc::config, row.message, [&] { test::read_one(damaged); });
    }
  }
}
