#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

// Made-up programs in which each function calls, and takes the address of, some other one.
namespace test {

inline void put_word(std::string& bytes, std::uint32_t word) {
  for (int i = 0; i < 4; ++i, word >>= 8U)
    bytes += static_cast<char>(static_cast<unsigned char>(word & 0xFFU));
}

// From `origin`, the address of the instruction.
inline void put_x86_64(std::string& code, std::int64_t origin, std::int64_t goal) {
  code += '\xE8';
  put_word(code, static_cast<std::uint32_t>(goal - (origin + 5)));
  code += "\x48\x8D\x05";
  put_word(code, static_cast<std::uint32_t>(goal - (origin + 12)));
}

inline void put_aarch64(std::string& code, std::int64_t origin, std::int64_t goal) {
  const auto bits = [](std::int64_t value, unsigned count) {
    return static_cast<std::uint32_t>(value) & ((1U << count) - 1);
  };
  put_word(code, 0x94000000U | bits((goal - origin) / 4, 26));
  const std::int64_t pages = (goal >> 12U) - ((origin + 4) >> 12U);
  put_word(code, 0x90000003U | bits(pages, 2) << 29U | bits(pages >> 2U, 19) << 5U);
  put_word(code, 0x91000063U | bits(goal, 12) << 10U);
}

struct Calls {
  std::string_view name;
  void (*put)(std::string& code, std::int64_t origin, std::int64_t goal);

  // `functions` of 32 bytes; in the middle `inserted`, whose size is a multiple of 4.
  [[nodiscard]] std::string program(std::size_t functions, std::string_view inserted) const {
    constexpr std::size_t kFunctionBytes = 32;
    std::mt19937 random(7);
    const auto start_of = [&](std::size_t function) {
      return static_cast<std::int64_t>(function * kFunctionBytes +
                                       (function < functions / 2 ? 0 : inserted.size()));
    };
    std::string code;
    for (std::size_t function = 0; function < functions; ++function) {
      if (function == functions / 2) code += inserted;
      put(code, static_cast<std::int64_t>(code.size()), start_of(random() % functions));
      while (code.size() < static_cast<std::size_t>(start_of(function)) + kFunctionBytes)
        code += static_cast<char>(static_cast<unsigned char>(0x40U + random() % 0x20U));
    }
    return code;
  }
};

inline constexpr Calls kX86Calls{"x86-64", put_x86_64};
inline constexpr Calls kAarch64Calls{"aarch64", put_aarch64};

}  // namespace test
