#include "releaser/binary/binary.hpp"
#include "tests/releaser/binary/damage.hpp"
#include "tests/releaser/binary/one_binary.hpp"
#include "tests/releaser/binary/small_binaries.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using base::Errc;
using releaser::BinaryKind;
using releaser::ByteSource;
using test::MachoRecipe;

namespace {

auto read_macho(const std::string& bytes) { return releaser::read_binary(ByteSource(bytes)); }
auto read_one(const MachoRecipe& recipe) { return test::read_one(test::make_macho(recipe)); }

}  // namespace

TEST_SUITE("releaser/binary/macho") {
  TEST_CASE("a program says its architecture, floor, libraries and run paths") {
    const auto facts = read_one({.needed = {"/usr/lib/libSystem.B.dylib", "@rpath/libz.dylib"},
                                 .run_paths = {"@executable_path/../lib"}});
    CHECK(facts.kind == BinaryKind::executable);
    CHECK(facts.system == "darwin");
    CHECK(facts.architecture == "arm64");
    CHECK(facts.floors.macos == "11.0");
    CHECK(facts.needed ==
          std::vector<std::string>{"/usr/lib/libSystem.B.dylib", "@rpath/libz.dylib"});
    CHECK(facts.run_paths == std::vector<std::string>{"@executable_path/../lib"});
    CHECK(facts.is_signed);
    CHECK(facts.is_stripped);
    CHECK_FALSE(facts.is_static);
  }

  TEST_CASE("processors and byte orders are told apart") {
    struct Row {
      std::uint32_t cpu, subtype;
      bool is_64_bit, is_big_endian;
      std::string_view architecture;
    };
    for (const Row& row :
         {Row{test::kCpuX8664, 3, true, false, "x86_64"},
          Row{test::kCpuX8664, 8, true, false, "x86_64h"},
          Row{test::kCpuArm64, 2, true, false, "arm64e"}, Row{7, 3, false, false, "i686"},
          Row{18, 0, false, true, "ppc"}, Row{0x01000012, 0, true, true, "ppc64"},
          Row{77, 0, true, false, "machine 77"}}) {
      CAPTURE(row.architecture);
      CHECK(read_one({.is_64_bit = row.is_64_bit,
                      .is_big_endian = row.is_big_endian,
                      .cpu = row.cpu,
                      .cpu_subtype = row.subtype})
                .architecture == row.architecture);
    }
  }

  TEST_CASE("the floor comes from either command, with its third number only where it counts") {
    CHECK(read_one({.minimum = 0x000c0301}).floors.macos == "12.3.1");
    CHECK(read_one({.platform = 0, .old_minimum = 0x000a0d00}).floors.macos == "10.13");
    CHECK(read_one({.platform = 2}).system == "iOS");
    CHECK(read_one({.platform = 6}).system == "Mac Catalyst");
  }

  TEST_CASE("symbols and other kinds of files are noticed") {
    CHECK_FALSE(read_one({.local_symbols = 12}).is_stripped);
    CHECK(read_one({.local_symbols = 1}).is_stripped);
    CHECK(read_one({.file_type = 6}).kind == BinaryKind::library);
    CHECK(read_one({.file_type = 8}).kind_name == "a bundle (a plug-in)");
    CHECK(read_one({.file_type = 1}).kind == BinaryKind::object);
    CHECK(read_one({.file_type = 10}).kind_name == "debug symbols (dSYM)");
  }

  TEST_CASE("a universal file gives one entry a slice") {
    for (const bool is_64_bit : {false, true}) {
      const auto slices = read_macho(
          test::make_universal({{test::kCpuX8664, test::make_macho({.cpu = test::kCpuX8664})},
                                {test::kCpuArm64, test::make_macho({})}},
                               is_64_bit));
      REQUIRE(slices.size() == 2);
      CHECK(slices[0].architecture == "x86_64");
      CHECK(slices[1].architecture == "arm64");
    }
  }

  TEST_CASE("slices that lie are refused") {
    const auto arm = test::make_macho({});
    test::check_error(Errc::config, "the slice for x86_64 holds arm64", [&] {
      read_macho(test::make_universal({{test::kCpuX8664, arm}}));
    });
    test::check_error(Errc::config, "two slices for arm64", [&] {
      read_macho(test::make_universal({{test::kCpuArm64, arm}, {test::kCpuArm64, arm}}));
    });
    test::check_error(Errc::config, "without a slice",
                      [&] { read_macho(test::make_universal({})); });
    test::check_error(Errc::config, "no Mach-O file", [&] {
      read_macho(test::make_universal({{test::kCpuArm64, std::string(64, 'x')}}));
    });
  }

  TEST_CASE("no truncation is accepted and no changed byte leads astray") {
    const MachoRecipe recipe{.needed = {"/usr/lib/libSystem.B.dylib", "/usr/lib/libz.1.dylib"},
                             .run_paths = {"@loader_path"}};
    auto narrow = recipe;
    narrow.is_64_bit = false;
    narrow.is_big_endian = true;
    narrow.cpu = 18;
    for (const auto& bytes :
         {test::make_macho(recipe), test::make_macho(narrow),
          test::make_universal({{test::kCpuArm64, test::make_macho(recipe)}}),
          test::make_universal({{test::kCpuArm64, test::make_macho(recipe)}}, true)}) {
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
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    constexpr std::size_t kText = 32, kLink = 32 + 72, kLibrary = 32 + 2 * 72;
    const auto bytes = test::make_macho({});
    for (const Row& row : {
             Row{16, 0xffffffff, 4, "load commands"},
             Row{16, 100, 4, "load command"},
             Row{20, 0xfffffff0, 4, "the load commands"},
             Row{kText + 4, 0, 4, "load command 0"},
             Row{kText + 4, 7, 4, "load command 0"},
             Row{kText + 4, 0x10000, 4, "load command 0"},
             Row{kText + 40, kAll, 8, "segment __TEXT"},
             Row{kText + 48, kAll, 8, "segment __TEXT"},
             Row{kText + 64, 0xffffffff, 4, "load command 0"},
             Row{kLink + 48, 0x10000, 8, "segment __LINKEDIT ends at"},
             Row{kLibrary + 8, 0, 4, "load command 2"},
             Row{kLibrary + 8, 0x7fffffff, 4, "load command 2"},
         }) {
      CAPTURE(row.at);
      auto damaged = bytes;
      for (std::size_t i = 0; i < row.width; ++i) {
        damaged[row.at + i] = static_cast<char>(row.value >> (8 * i) & 0xff);
      }
      test::check_error(Errc::config, row.message, [&] { read_macho(damaged); });
    }
  }
}
