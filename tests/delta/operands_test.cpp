#include "delta/operands.hpp"

#include "tests/delta/bytes.hpp"
#include "tests/delta/calls.hpp"
#include "trust/digest.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace std::string_literals;  // NOLINT: bytes with zeros in them

namespace {

using delta::Processor;
using delta::Step;

constexpr std::size_t kHalf = 0x8000;

// A binary of two halves, zeros but for `code` at `at` in the first; 0x1230 bytes are inserted
// between the halves. Gives what is expected for the code.
std::string after_insertion(Processor processor, std::string_view code, std::size_t at = 0x7000) {
  std::string old(2 * kHalf, '\0');
  old.replace(at, code.size(), code);
  const std::vector<Step> steps{{.same = kHalf, .more = 0x1230},
                                {.old_position = kHalf, .same = kHalf}};
  std::string target(kHalf, '?');
  delta::Expected(processor, old, steps).fill(0, 0, target);
  std::string found = target.substr(at, code.size());
  target.replace(at, code.size(), code);
  CHECK(target == old.substr(0, kHalf));
  return found;
}

// Operands of both processors, and what looks like them.
std::string any_code() {
  return test::noise(12'000, 1) + test::kX86Calls.program(150, "") +
         test::kAarch64Calls.program(150, "") + std::string(2000, '\xE8');
}

// Which overlap, and put words at odd places.
std::vector<Step> any_steps() {
  return {{.old_position = 10'000, .same = 12'000, .more = 2},
          {.old_position = 1, .same = 9'999, .more = 5},
          {.old_position = 12'000, .same = 4'801},
          {.old_position = 3, .same = 21'000}};
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
        {"a call in the operand of a call", "\xE8\xE8\x20\0\0\0"s, "\xE8\x18\x33\0\0\0"s},
        {"a call in one that leads out", "\xE8\0\xE8\0\x20\0\0"s, "\xE8\0\xE8\x30\x32\0\0"s},
        {"call to the last byte", "\xE8\xFA\x8F\0\0"s, "\xE8\x2A\xA2\0\0"s},
        {"call to the end", "\xE8\xFB\x8F\0\0"s, "\xE8\xFB\x8F\0\0"s},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(after_insertion(Processor::x86_64, row.code) == row.expected);
      CHECK(after_insertion(Processor::none, row.code) == row.code);
    }
  }

  TEST_CASE("each opcode of x86-64 has an operand, or none") {
    const std::string with_modrm =
        "\x10\x11\x15\x28\x29\x38\x39\x3B\x63\x6E\x6F\x7E\x7F\x80\x83\x89\x8B\x8D\xB6\xC6\xC7\xD6"
        "\xFF";
    const auto is_moved = [](unsigned opcode, unsigned second) {
      const std::string code = std::string{static_cast<char>(static_cast<unsigned char>(opcode)),
                                           static_cast<char>(static_cast<unsigned char>(second))} +
                               "\0\x20\0\0"s;
      return after_insertion(Processor::x86_64, code) != code;
    };
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
      CAPTURE(opcode);
      const char byte = static_cast<char>(static_cast<unsigned char>(opcode));
      const bool takes_an_address = with_modrm.find(byte) != std::string::npos;
      for (const unsigned from_here : {0x05U, 0x0DU, 0x25U, 0x3DU})
        CHECK(
            (opcode == 0xE8 || opcode == 0xE9 || is_moved(opcode, from_here) == takes_an_address));
      for (const unsigned other : {0x00U, 0x04U, 0x06U, 0x45U, 0xC5U})
        CHECK_FALSE((opcode != 0xE8 && opcode != 0xE9 && is_moved(opcode, other)));
    }
    for (unsigned second = 0; second < 256; ++second) {
      CAPTURE(second);
      const bool is_jump = second >= 0x80 && second <= 0x8F;
      const bool is_call_behind = second == 0xE8 || second == 0xE9;
      CHECK(is_moved(0x0F, second) == (is_jump || is_call_behind));
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
        {"bl to the last word", {0x940023FF}, {0x9400288B}},
        {"bl to the end", {0x94002400}, {0x94002400}},
        {"bl to the first byte", {0x97FFE400}, {0x97FFE400}},
        {"bl to before it", {0x97FFE3FF}, {0x97FFE3FF}},
        {"b.eq", {0x54000800}, {0x54000800}},
        // To 0x9010, which becomes 0xA240.
        {"adrp x3; add x3, x3", {0xD0000003, 0x91004063}, {0xF0000003, 0x91090063}},
        {"adrp x3; ldr x0, [x3]", {0xD0000003, 0xF9400860}, {0xF0000003, 0xF9412060}},
        {"adrp x3; strb w0, [x3]", {0xD0000003, 0x39004060}, {0xF0000003, 0x39090060}},
        {"adrp x3; ldr q0, [x3]", {0xD0000003, 0x3DC00460}, {0xF0000003, 0x3DC09060}},
        {"adrp x3; ldrh w0, [x3]", {0xD0000003, 0x79402060}, {0xF0000003, 0x79448060}},
        {"adrp x3; ldr w0, [x3]", {0xD0000003, 0xB9401060}, {0xF0000003, 0xB9424060}},
        {"adrp x3; add of 32 bits", {0xD0000003, 0x11004063}, {0xD0000003, 0x11004063}},
        {"adrp x3; add, shifted", {0xD0000003, 0x91404063}, {0xD0000003, 0x91404063}},
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
      CHECK(after_insertion(Processor::aarch64, bytes_of(row.code)) == bytes_of(row.expected));
    }
    const std::string pair = bytes_of({0xD0000003, 0x91004063});
    CHECK(after_insertion(Processor::aarch64, pair, kHalf - 8) ==
          bytes_of({0xF0000003, 0x91090063}));
    CHECK(after_insertion(Processor::aarch64, pair.substr(0, 4), kHalf - 4) == pair.substr(0, 4));
    const std::string unaligned = "xx" + bytes_of({0x94000800}) + "xx";
    CHECK(after_insertion(Processor::aarch64, unaligned) == unaligned);
  }

  TEST_CASE("the search goes on behind an operand") {
    // The first one becomes E8 32 00 00, which looks like a call across the insertion.
    CHECK(after_insertion(Processor::x86_64, "\xE8\xB8\x20\0\0\0"s, kHalf - 0x20) ==
          "\xE8\xE8\x32\0\0\0"s);
  }

  TEST_CASE("an operand may lead to the first byte") {
    const std::string old = std::string(16, '\0') + "\xE8\xEB\xFF\xFF\xFF";
    const std::vector<Step> steps{{.same = 16, .more = 4}, {.old_position = 16, .same = 5}};
    std::string target(5, '?');
    delta::Expected(Processor::x86_64, old, steps).fill(16, 20, target);
    CHECK(target == "\xE8\xE7\xFF\xFF\xFF");
  }

  TEST_CASE("an operand that is not whole in what a step copies stays") {
    const std::string old = "\xE8\x10\0\0\0\x8B\x05\x10\0\0\0"s + std::string(64, '\0');
    const std::vector<Step> steps{{.same = 11, .more = 5}, {.old_position = 11, .same = 64}};
    const delta::Expected expected(Processor::x86_64, old, steps);
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

  TEST_CASE("nothing but what a step copies is written") {
    const std::string old = any_code();
    for (const Processor processor : {Processor::x86_64, Processor::aarch64}) {
      const delta::Expected expected(processor, old, any_steps());
      for (std::size_t size = 0; size < 64; ++size) {
        CAPTURE(size);
        std::string target(1000, '?');
        expected.fill(old.size() - size, 7, {target.data() + 500, size});
        CHECK(target.substr(0, 500) == std::string(500, '?'));
        CHECK(target.substr(500 + size) == std::string(500 - size, '?'));
      }
    }
  }

  TEST_CASE("an installed agent and a newer releaser expect the same") {
    const std::string old = any_code();
    const auto digest_of_all = [&](Processor processor) {
      const delta::Expected expected(processor, old, any_steps());
      std::string all;
      std::uint64_t done = 0;
      for (const Step& step : any_steps()) {
        std::string target(step.same, '?');
        expected.fill(step.old_position, done, target);
        all += target;
        done += step.same + step.more;
      }
      return trust::sha256_of(all).hex();
    };
    CHECK(digest_of_all(Processor::none) ==
          "1794f032c2850f3a772c4481c7943f6374e774d3bfedc1c2081ee1100489e834");
    CHECK(digest_of_all(Processor::x86_64) ==
          "0e12af4cf82bcb9b9b1aef6743da066d8fe90361023a32a3ccac810f5240d01e");
    CHECK(digest_of_all(Processor::aarch64) ==
          "cb133fb01a4eb82a898b48cf912a63342da3c6df91b4d63a9ca3730436ab355a");
  }
}
