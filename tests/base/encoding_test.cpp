#include "base/encoding.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

TEST_SUITE("base/encoding") {
  TEST_CASE("hexadecimal is written in lower case and read in both") {
    CHECK(base::to_hex(std::string_view("\x00\x7f\xff", 3)) == "007fff");
    CHECK(base::from_hex("00 7fff") == std::nullopt);
    CHECK(base::from_hex("007FfF") == std::string("\x00\x7f\xff", 3));
    CHECK(base::from_hex("").value().empty());
    for (const char* const text : {"0", "0g", "0x", " 0", "00\n"}) {
      CHECK_FALSE(base::from_hex(text));
    }
  }

  TEST_CASE("base64 gives the vectors of RFC 4648") {
    struct Row {
      std::string_view bytes, text;
    };
    const Row rows[] = {{"", ""},
                        {"f", "Zg=="},
                        {"fo", "Zm8="},
                        {"foo", "Zm9v"},
                        {"foob", "Zm9vYg=="},
                        {"fooba", "Zm9vYmE="},
                        {"foobar", "Zm9vYmFy"},
                        {"\xfb\xff", "+/8="}};
    for (const Row& row : rows) {
      CHECK(base::to_base64(row.bytes) == row.text);
      CHECK(base::from_base64(row.text) == std::string(row.bytes));
    }
  }

  TEST_CASE("base64 is read in its canonical form only") {
    for (const char* const text : {"Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v\n",
                                   " Zm9v", "Zm-_", "Zg==Zg==", "Z===", "Zm9vZg=a"}) {
      CAPTURE(text);
      CHECK_FALSE(base::from_base64(text));
    }
  }

  TEST_CASE("every byte survives both") {
    std::string bytes;
    for (int value = 0; value < 256; ++value) {
      bytes += static_cast<char>(static_cast<unsigned char>(value));
      CHECK(base::from_hex(base::to_hex(bytes)) == bytes);
      CHECK(base::from_base64(base::to_base64(bytes)) == bytes);
    }
  }
}
