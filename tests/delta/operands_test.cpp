#include "delta/operands.hpp"

#include "tests/delta/bytes.hpp"
#include "tests/delta/calls.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace std::string_literals;  // NOLINT: bytes with zeros in them

namespace {

using delta::Code;
using delta::Step;

// A binary of two halves of 0x8000 bytes, zeros but for `code` at 0x7000; 0x1230 bytes are inserted
// between the halves. Gives what is expected for the code.
std::string after_insertion(Code processor, std::string_view code) {
  constexpr std::size_t kHalf = 0x8000;
  constexpr std::size_t kAt = 0x7000;
  std::string old(2 * kHalf, '\0');
  old.replace(kAt, code.size(), code);
  const std::vector<Step> steps{{.same = kHalf, .more = 0x1230},
                                {.old_position = kHalf, .same = kHalf}};
  std::string target(kHalf, '?');
  delta::Expected(processor, old, steps).fill(0, 0, target);
  std::string found = target.substr(kAt, code.size());
  target.replace(kAt, code.size(), code);
  CHECK(target == old.substr(0, kHalf));
  return found;
}

}  // namespace

TEST_SUITE("delta/operands") {
  TEST_CASE("operands of x86-64 follow what they lead to") {
    struct Row {
      std::string what, code, expected;
    };
    const std::vector<Row> rows{
        {"call over the insertion", "\xE8\0\x20\0\0"s, "\xE8\x30\x32\0\0"s},
        {"call to this side of it", "\xE8\xFA\x0F\0\0"s, "\xE8\xFA\x0F\0\0"s},
        {"call to the first byte behind it", "\xE8\xFB\x0F\0\0"s, "\xE8\x2B\x22\0\0"s},
        {"call back", "\xE8\0\xF0\xFF\xFF"s, "\xE8\0\xF0\xFF\xFF"s},
        {"call out of the binary", "\xE8\0\0\1\0"s, "\xE8\0\0\1\0"s},
        {"call to before the binary", "\xE8\0\0\xFF\xFF"s, "\xE8\0\0\xFF\xFF"s},
        {"jmp", "\xE9\0\x20\0\0"s, "\xE9\x30\x32\0\0"s},
        {"jne", "\x0F\x85\0\x20\0\0"s, "\x0F\x85\x30\x32\0\0"s},
        {"0F without a jump", "\x0F\xA2\0\x20\0\0"s, "\x0F\xA2\0\x20\0\0"s},
        {"lea rdi", "\x48\x8D\x3D\0\x20\0\0"s, "\x48\x8D\x3D\x30\x32\0\0"s},
        {"mov eax", "\x8B\x05\0\x20\0\0"s, "\x8B\x05\x30\x32\0\0"s},
        {"mov eax, [rbp]", "\x8B\x85\0\x20\0\0"s, "\x8B\x85\0\x20\0\0"s},
        {"an opcode without addresses", "\x90\x05\0\x20\0\0"s, "\x90\x05\0\x20\0\0"s},
        {"two calls", "\xE8\0\x20\0\0\xE8\0\x20\0\0"s, "\xE8\x30\x32\0\0\xE8\x30\x32\0\0"s},
        {"a call in the operand of a call", "\xE8\0\xE8\0\0\0\x20"s, "\xE8\0\xE8\0\0\0\x20"s},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(after_insertion(Code::x86_64, row.code) == row.expected);
      CHECK(after_insertion(Code::none, row.code) == row.code);
    }
  }

  TEST_CASE("operands of aarch64 follow what they lead to") {
    struct Row {
      std::string what;
      std::vector<std::uint32_t> code, expected;
    };
    const std::vector<Row> rows{
        {"bl over the insertion", {0x94000800}, {0x94000C8C}},
        {"b", {0x14000800}, {0x14000C8C}},
        {"bl to this side of it", {0x940003FF}, {0x940003FF}},
        {"bl back", {0x97FFF000}, {0x97FFF000}},
        {"bl out of the binary", {0x94010000}, {0x94010000}},
        {"b.eq", {0x54000800}, {0x54000800}},
        // To 0x9010, which becomes 0xA240.
        {"adrp x3; add x3, x3", {0xD0000003, 0x91004063}, {0xF0000003, 0x91090063}},
        {"adrp x3; ldr x0, [x3]", {0xD0000003, 0xF9400860}, {0xF0000003, 0xF9412060}},
        {"adrp x3; strb w0, [x3]", {0xD0000003, 0x39004060}, {0xF0000003, 0x39090060}},
        {"adrp x3; ldr q0, [x3]", {0xD0000003, 0x3DC00460}, {0xF0000003, 0x3DC09060}},
        {"adrp x3; add of another register", {0xD0000003, 0x91004084}, {0xD0000003, 0x91004084}},
        {"adrp x3; nop", {0xD0000003, 0xD503201F}, {0xD0000003, 0xD503201F}},
        {"adrp out of the binary", {0xD0000103, 0x91004063}, {0xD0000103, 0x91004063}},
        {"adrp to before the binary", {0x90FFFFC3, 0x91004063}, {0x90FFFFC3, 0x91004063}},
        {"adr", {0x50000003, 0x91004063}, {0x50000003, 0x91004063}},
    };
    const auto bytes_of = [](const std::vector<std::uint32_t>& words) {
      std::string bytes;
      for (const std::uint32_t word : words)
        test::put_word(bytes, word);
      return bytes;
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(after_insertion(Code::aarch64, bytes_of(row.code)) == bytes_of(row.expected));
    }
    const std::string unaligned = "xx" + bytes_of({0x94000800}) + "xx";
    CHECK(after_insertion(Code::aarch64, unaligned) == unaligned);
  }

  TEST_CASE("an operand that is not whole in what a step copies stays") {
    const std::string old = "\xE8\x10\0\0\0\x8B\x05\x10\0\0\0"s + std::string(64, '\0');
    const std::vector<Step> steps{{.same = 11, .more = 5}, {.old_position = 11, .same = 64}};
    const delta::Expected expected(Code::x86_64, old, steps);
    for (std::size_t size = 0; size <= 11; ++size) {
      CAPTURE(size);
      std::string target(size, '?');
      expected.fill(0, 0, target);
      std::string wanted = old.substr(0, size);
      if (size >= 5) wanted[1] = '\x15';
      if (size >= 11) wanted[7] = '\x15';
      CHECK(target == wanted);
    }
  }

  TEST_CASE("any bytes are expected within bounds") {
    const std::string old = test::noise(12'000, 1) + test::kX86Calls.program(150, "") +
                            test::kAarch64Calls.program(150, "") + std::string(2000, '\xE8');
    const std::vector<Step> steps{{.old_position = 10'000, .same = 12'000},
                                  {.old_position = 1, .same = 9'999},
                                  {.old_position = 3, .same = 21'000}};
    for (const Code code : {Code::x86_64, Code::aarch64}) {
      const delta::Expected expected(code, old, steps);
      for (std::size_t size = 0; size < 64; ++size) {
        std::string target(size, '?');
        expected.fill(old.size() - size, 7, target);
        CHECK(target.size() == size);
      }
      std::string target(old.size(), '?');
      expected.fill(0, std::uint64_t{1} << 30U, target);
      CHECK((target != old));
    }
  }
}
