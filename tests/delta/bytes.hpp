#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

// Made-up binaries, the same in each run.
namespace test {

inline std::string noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(static_cast<unsigned char>(random() & 0xFFU));
  return bytes;
}

// Like code: instructions, with addresses of four bytes in between.
inline std::string code(std::size_t size, unsigned seed, std::uint32_t first_address) {
  std::mt19937 random(seed);
  std::string bytes;
  while (bytes.size() < size) {
    for (unsigned left = 8 + static_cast<unsigned>(random() % 24); left > 0; --left)
      bytes += static_cast<char>(static_cast<unsigned char>(random() & 0x3FU));
    std::uint32_t address = first_address + static_cast<std::uint32_t>(random() % 4096);
    for (int i = 0; i < 4; ++i, address >>= 8U)
      bytes += static_cast<char>(static_cast<unsigned char>(address & 0xFFU));
  }
  bytes.resize(size);
  return bytes;
}

// The same program with another function in it: everything behind it moved, and all addresses.
inline std::string changed_code(std::size_t size, unsigned seed, std::uint32_t first_address) {
  std::string bytes = code(size, seed, first_address + 0x40);
  bytes.insert(size / 3, noise(200, seed + 1));
  bytes.erase(size / 2, 77);
  return bytes;
}

}  // namespace test
