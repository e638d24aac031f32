#include "base/encoding.hpp"

#include <cstdint>

namespace base {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<unsigned> hex_value(char digit) {
  if (digit >= '0' && digit <= '9') {
    return static_cast<unsigned>(digit - '0');
  }
  if (digit >= 'a' && digit <= 'f') {
    return static_cast<unsigned>(digit - 'a') + 10;
  }
  if (digit >= 'A' && digit <= 'F') {
    return static_cast<unsigned>(digit - 'A') + 10;
  }
  return std::nullopt;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out += kHexDigits[value >> 4U];
    out += kHexDigits[value & 15U];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_value(text[i]);
    const auto low = hex_value(text[i + 1]);
    if (!high || !low) {
      return std::nullopt;
    }
    out += static_cast<char>(static_cast<unsigned char>(*high << 4U | *low));
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t present = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      const std::uint32_t byte = j < present ? static_cast<unsigned char>(bytes[i + j]) : 0U;
      group = group << 8U | byte;
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= present ? kBase64Alphabet[group >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::string_view quad = text.substr(i, 4);
    if (i + 4 == text.size()) {
      for (int padding = 0; padding < 2 && quad.ends_with('='); ++padding) {
        quad.remove_suffix(1);
      }
    }
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      std::size_t value = 0;
      if (j < quad.size()) {
        value = kBase64Alphabet.find(quad[j]);
        if (value == std::string_view::npos) {
          return std::nullopt;
        }
      }
      group = group << 6U | static_cast<std::uint32_t>(value);
    }
    const std::size_t bytes = quad.size() - 1;
    const std::uint32_t unused_bits = bytes == 3 ? 0U : (1U << (8 * (3 - bytes))) - 1;
    if ((group & unused_bits) != 0) {
      return std::nullopt;
    }
    for (std::size_t j = 0; j < bytes; ++j) {
      out += static_cast<char>(static_cast<unsigned char>(group >> (16 - 8 * j) & 255U));
    }
  }
  return out;
}

}  // namespace base
