#include "delta/delta.hpp"

#include "base/error.hpp"
#include "base/zstd.hpp"
#include "delta/making/make_delta.hpp"
#include "delta/step.hpp"
#include "tests/delta/bytes.hpp"
#include "tests/delta/calls.hpp"
#include "tests/delta/formats.hpp"
#include "tests/support/expect_error.hpp"
#include "trust/digest.hpp"

#include <doctest/doctest.h>

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include <zstd.h>

namespace {

using delta::Format;

// What an attempt comes to: nothing where it was refused, else the bytes that it made.
std::optional<std::string> attempt(Format format, std::string_view old, std::string_view delta,
                                   std::size_t size) {
  std::string result(size, '?');
  try {
    delta::apply(format, old, delta::parts_of(format, delta).patch, result);
    return result;
  } catch (const base::Error& error) {
    CHECK(error.code() == base::Errc::untrusted);
    return std::nullopt;
  }
}

std::string frame(std::string_view bytes) { return std::string(base::zstd(bytes, 3).view()); }

// For no processor.
std::string patch_of(std::string_view steps, std::string_view differences,
                     std::string_view further) {
  return frame(std::string(1, '\0').append(steps)) + frame(differences) + frame(further);
}

// A zstd frame whose header asks for a window of 2^27 bytes.
std::string frame_with_large_window(std::string_view bytes) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  ZSTD_compressStream2(context, &output, &input, ZSTD_e_continue);
  CHECK(ZSTD_compressStream2(context, &output, &input, ZSTD_e_end) == 0);
  ZSTD_freeCCtx(context);
  return out.substr(0, output.pos);
}

using namespace std::string_literals;  // NOLINT: bytes with zeros in them

}  // namespace

TEST_SUITE("delta") {
  TEST_CASE("formats have names, and a newer one has none here") {
    for (const Format format : test::kDeltaFormats)
      CHECK(delta::find_format(delta::format_id(format)) == format);
    CHECK_FALSE(delta::find_format("zstd-patch-2"));
    CHECK_FALSE(delta::find_format(""));
  }

  TEST_CASE("a delta that is cut short anywhere is refused") {
    const std::string old = test::code(4000, 1, 0) + test::kX86Calls.program(40, "");
    const std::string target =
        test::changed_code(4000, 1, 0) + test::kX86Calls.program(40, "inserted");
    for (const Format format : test::kDeltaFormats) {
      const std::string patch = delta::making::make_patch(format, old, target);
      const std::string delta = patch + "\x5C\x2A\x4D\x18\x05\0\0\0other"s;
      REQUIRE(attempt(format, old, delta, target.size()) == target);
      for (std::size_t size = 0; size < delta.size(); ++size) {
        if (size == patch.size()) continue;  // the same without other files
        CAPTURE(size);
        CHECK_FALSE(attempt(format, old, delta.substr(0, size), target.size()));
      }
      CHECK_FALSE(attempt(format, old, delta + "x", target.size()));
    }
  }

  TEST_CASE("a bit that flipped is refused, or changes nothing that was asked for") {
    const std::string old = test::code(2000, 1, 0) + test::kAarch64Calls.program(40, "");
    const std::string target =
        test::changed_code(2000, 1, 0) + test::kAarch64Calls.program(40, "inserted");
    for (const Format format : test::kDeltaFormats) {
      const std::string delta = delta::making::make_patch(format, old, target);
      std::size_t refused = 0;
      for (std::size_t bit = 0; bit < delta.size() * 8; ++bit) {
        std::string flipped = delta;
        flipped[bit / 8] =
            static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^ (1U << bit % 8));
        const auto result = attempt(format, old, flipped, target.size());
        // Each frame has a checksum of its contents; some bits of a frame's header say nothing.
        if (result) CHECK(*result == target);
        refused += result ? 0U : 1U;
      }
      CHECK(refused > delta.size() * 7);
    }
  }

  TEST_CASE("another old binary is refused, or its result has another digest") {
    const std::string old = test::code(20'000, 1, 0);
    const std::string target = test::changed_code(20'000, 1, 0);
    for (const Format format : test::kDeltaFormats) {
      const std::string delta = delta::making::make_patch(format, old, target);
      for (const std::string& wrong :
           {std::string(), old.substr(10'000), old.substr(0, 10'000), test::noise(20'000, 3)}) {
        const auto result = attempt(format, wrong, delta, target.size());
        CHECK((!result || trust::sha256_of(*result) != trust::sha256_of(target)));
      }
    }
  }

  TEST_CASE("a patch for a binary of another size is refused") {
    const std::string old = test::code(2000, 1, 0);
    const std::string target = test::changed_code(2000, 1, 0);
    for (const Format format : test::kDeltaFormats) {
      const std::string delta = delta::making::make_patch(format, old, target);
      for (const std::size_t size : {std::size_t{0}, std::size_t{1}, target.size() - 1,
                                     target.size() + 1, target.size() * 2}) {
        CHECK_FALSE(attempt(format, old, delta, size));
      }
    }
  }

  TEST_CASE("numbers of bsdiff-zstd that lead out of a file are refused") {
    struct Row {
      std::string steps, differences, further, problem;
    };
    const std::string huge(9, '\xFF');
    const std::vector<Row> rows{
        {"\0\x0B\0"s, "\x0B\0"s, "", "it leaves the old binary"},
        {"\x02\x0A\0"s, "\x0A\0"s, "", "it leaves the old binary"},
        {"\x16\0\x0A"s, "", "1234567890", "it leaves the old binary"},
        {"\x01\0\x0A"s, "", "1234567890", "it leaves the old binary"},
        {huge + "\x01\0\x0A"s, "", "1234567890", "it leaves the old binary"},
        {"\0"s + huge + "\x01\0"s, "\x0A\0"s, "", "it leaves the old binary"},
        {"\0\x05\x08"s, "\x05\0"s, "12345678", "it is longer than the binary"},
        {"\0\x05"s + huge + "\x01"s, "\x05\0"s, "12345", "it is longer than the binary"},
        {"\0\0\0"s, "", "", "an empty step"},
        {huge + "\xFF\x01\x05\x05"s, "\x05\0"s, "12345", "a number is too long"},
        {huge + "\x7E\x05\x05"s, "\x05\0"s, "12345", "a number is too long"},
        {"\0\x0A\0"s, "\0\0"s, "", "an empty run"},
        {"\0\x0A\0"s, "\x04\0"s, "", "it is cut short"},
        {"\0\x0A\0"s,
         "\x04\x06"
         "12345"s,
         "", "it is cut short"},
        {"\0\x0A\0"s, "\x0B\0"s, "", "it goes on after the end"},
        {"\0\x0A\0"s, "\x0A\x01x"s, "", "it goes on after the end"},
        {"\0\x05\x05"s, "\x05\0"s, "1234", "it is cut short"},
        {"\0\x05\x05"s, "\x05\0"s, "123456", "it goes on after the end"},
        {"\0\x05\x05x"s, "\x05\0"s, "12345", "it goes on after the end"},
        {"\0\x05"s, "\x05\0"s, "12345", "it is cut short"},
        {"", "", "", "it is cut short"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.problem);
      std::string target(10, '?');
      test::check_error(base::Errc::untrusted, "the delta is damaged (" + row.problem + ")", [&] {
        delta::apply(Format::bsdiff_zstd, "0123456789",
                     patch_of(row.steps, row.differences, row.further), target);
      });
    }
    CHECK(attempt(Format::bsdiff_zstd, "0123456789",
                  patch_of("\0\x05\x04\x07\x01\0"s, "\x04\x01\x02\x01\0"s, "abcd"),
                  10) == "01236abcd1");
  }

  TEST_CASE("a frame to skip is none of the three") {
    std::string target(10, '?');
    test::check_error(base::Errc::untrusted, "the delta is damaged (a frame is missing)", [&] {
      delta::apply(Format::bsdiff_zstd, "0123456789",
                   frame("\0\0\x0A\0"s) + frame("\x0A\0"s) + "\x5D\x2A\x4D\x18\0\0\0\0"s, target);
    });
  }

  TEST_CASE("a patch for a processor that nobody knows is refused") {
    std::string target(10, '?');
    for (const std::string& steps : {"\x03\0\x0A\0"s, "\x80\x02\0\x0A\0"s}) {
      test::check_error(base::Errc::untrusted,
                        "the delta is damaged (it is for an unknown processor)", [&] {
                          delta::apply(Format::bsdiff_zstd, "0123456789",
                                       frame(steps) + frame("\x0A\0"s) + frame(""), target);
                        });
    }
  }

  TEST_CASE("steps have a highest number, and beyond it a patch is refused") {
    for (const std::size_t steps : {delta::kMaxSteps, delta::kMaxSteps + 1}) {
      std::string numbers;
      for (std::size_t step = 0; step < steps; ++step)
        numbers += "\0\0\x01"s;
      const std::string further(steps, 'x');
      const auto result = attempt(Format::bsdiff_zstd, "0", patch_of(numbers, "", further), steps);
      CHECK((result == further) == (steps == delta::kMaxSteps));
    }
  }

  TEST_CASE("a frame that asks for more memory than there may be is refused") {
    std::string target(10, '?');
    const std::string steps = "\0\x0A\0"s;
    const std::string wide = frame_with_large_window("\0"s + steps) + frame("\x0A\0"s) + frame("");
    CHECK_THROWS_AS(delta::apply(Format::bsdiff_zstd, "0123456789", wide, target), base::Error);
    CHECK(attempt(Format::bsdiff_zstd, "0123456789", patch_of(steps, "\x0A\0"s, ""), 10) ==
          "0123456789");
  }

  TEST_CASE("what follows the patch has one form") {
    const std::string patch =
        delta::making::make_patch(Format::zstd_patch, test::code(500, 1, 0), test::code(500, 2, 0));
    const std::string magic = "\x5C\x2A\x4D\x18"s;
    for (const std::string& tail :
         {"x"s, magic, magic + "\0\0\0\0"s, magic + "\x01\0\0\0"s, magic + "\x01\0\0\0xy"s,
          magic + "\xFF\xFF\xFF\xFFx"s, "\x5D\x2A\x4D\x18\x01\0\0\0x"s, frame("more"), patch}) {
      CHECK_THROWS_AS(delta::parts_of(Format::zstd_patch, patch + tail), base::Error);
    }
    CHECK(delta::parts_of(Format::zstd_patch, patch + magic + "\x01\0\0\0x"s).others == "x");
  }

  TEST_CASE("a further patch has one form, and stands before other files") {
    const std::string old = test::code(500, 1, 0);
    const std::string target = test::code(500, 2, 0);
    const std::string patch = delta::making::make_patch(Format::zstd_patch, old, target);
    const std::string digest(32, '7');
    const auto framed = [](std::initializer_list<std::string_view> parts) {
      std::string contents;
      for (const std::string_view part : parts)
        contents += part;
      std::string frame = "\x5D\x2A\x4D\x18"s;
      frame += static_cast<char>(contents.size() & 0xFFU);
      frame += static_cast<char>(contents.size() >> 8U);
      frame += "\0\0"s;
      return frame.append(contents);
    };
    const std::string good = framed({digest, "\x01\x03two", patch});
    CHECK(delta::making::further_frame("two", digest, old, target).size() <= good.size());
    const std::string delta = patch + good + good;
    const auto parts = delta::parts_of(Format::zstd_patch, delta);
    CHECK(parts.patch == patch);
    REQUIRE(parts.further.size() == 2);
    CHECK(parts.further[1].path == "two");
    CHECK(parts.further[1].from_sha256 == digest);
    CHECK(parts.further[1].format == Format::zstd_patch);
    CHECK(parts.further[1].patch == patch);
    const std::string_view short_patch = std::string_view(patch).substr(0, patch.size() - 1);
    for (const std::string& tail :
         {framed({}), framed({digest}), framed({digest, "\x01"}), framed({digest, "\x01\x03"}),
          framed({digest, "\0\x03two"s, patch}), framed({digest, "\x03\x03two", patch}),
          framed({digest, "\x01\0"s, patch}), framed({digest, "\x01\xFFtwo", patch}),
          framed({digest, "\x01\x03two"}), framed({digest, "\x01\x03two", patch, "x"}),
          framed({digest, "\x02\x03two", patch}), framed({digest, "\x01\x03two", short_patch}),
          good.substr(0, good.size() - 1), "\x5C\x2A\x4D\x18\x01\0\0\0x"s + good}) {
      CHECK_THROWS_AS(delta::parts_of(Format::zstd_patch, patch + tail), base::Error);
    }
  }
}
