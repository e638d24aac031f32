#include "base/deflate.hpp"

#include "base/buffer.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace {

// Gives what stock `gzip -dc` makes of the bytes.
std::string gunzip(std::string_view bytes) {
  const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(), "base-test-");
  base::write_file_atomically(directory.path() / "x.gz", bytes);
  base::ProcessOptions options;
  options.max_output = 10U << 20U;
  const auto result =
      base::run_process({"gzip", "-dc", (directory.path() / "x.gz").native()}, options);
  CHECK(result.exit_status == 0);
  return result.output;
}

std::string noise(std::size_t size) {
  std::mt19937 random(1);  // NOLINT: the same bytes each time
  std::string bytes;
  while (bytes.size() < size) {
    bytes += static_cast<char>(static_cast<unsigned char>(random() & 0xFFU));
  }
  return bytes;
}

}  // namespace

TEST_SUITE("base/deflate") {
  TEST_CASE("the gzip header has no name, no time, and no operating system") {
    for (int level = 1; level <= 12; ++level) {
      const auto compressed = base::gzip("some bytes", level);
      // ID, deflate, no flags, time 0, extra flags (4: fastest, 2: best), OS 255
      const std::string header = base::to_hex(compressed.view().substr(0, 10));
      CHECK(header.substr(0, 16) == "1f8b080000000000");
      CHECK(header.substr(18) == "ff");
      CHECK(base::gzip("some bytes", level).view() == compressed.view());
    }
  }

  TEST_CASE("stock gzip reads it, at every level, empty and incompressible included") {
    const std::string text(200'000, 'a');
    const std::string random = noise(100'000);
    for (int level = 1; level <= 12; ++level) {
      CAPTURE(level);
      CHECK(gunzip(base::gzip("", level).view()).empty());
      CHECK(gunzip(base::gzip(text, level).view()) == text);
      CHECK(gunzip(base::gzip(random, level).view()) == random);
    }
  }

  TEST_CASE("another level is a usage error") {
    CHECK_THROWS_AS(base::gzip("", 0), base::Error);
    CHECK_THROWS_AS(base::deflate("", 13), base::Error);
  }

  TEST_CASE("the check value of CRC-32") { CHECK(base::crc32("123456789") == 0xCBF43926U); }

  TEST_CASE("the compressor has a name and a version") {
    CHECK(base::compressor_version().starts_with("libdeflate 1."));
  }

  TEST_CASE("a buffer is zeros, and moves") {
    base::Buffer buffer(10'000);
    CHECK(buffer.view().find_first_not_of('\0') == std::string_view::npos);
    buffer.data()[9'999] = 'x';
    base::Buffer other = std::move(buffer);
    CHECK(other.view().back() == 'x');
    CHECK(base::Buffer().view().empty());
    CHECK(base::Buffer(0).view().empty());
  }
}
