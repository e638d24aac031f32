#include "tests/releaser/binary/damage.hpp"

#include "base/error.hpp"
#include "releaser/binary/binary.hpp"

#include <doctest/doctest.h>

namespace test {
namespace {

enum class Outcome { accepted, refused };

Outcome read(std::string_view bytes) {
  // A heap block of exactly this size, so that the address sanitizer sees a read behind it.
  const std::string copy(bytes);
  try {
    (void)releaser::read_binary(releaser::ByteSource(copy));
    return Outcome::accepted;
  } catch (const base::Error& error) {
    CHECK_MESSAGE(error.code() == base::Errc::config, error.what());
    return Outcome::refused;
  }
}

}  // namespace

void check_every_truncation(const std::string& bytes) {
  REQUIRE(read(bytes) == Outcome::accepted);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(read(std::string_view(bytes).substr(0, size)) == Outcome::refused);
  }
}

void check_every_corruption(const std::string& bytes) {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned change : {0x01U, 0x7fU, 0x80U, 0xffU}) {
      CAPTURE(at);
      auto damaged = bytes;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ change);
      if (read(damaged) == Outcome::refused) ++refused;
    }
  }
  CHECK(refused > 100);  // headers are checked at all
}

}  // namespace test
