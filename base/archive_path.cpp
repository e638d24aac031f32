#include "base/archive.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace base {
namespace {

constexpr std::size_t kMaxPathBytes = 4096;
constexpr std::size_t kMaxPartBytes = 255;

// Device names of Windows, with any extension: "nul.txt" is the null device.
bool is_reserved_on_windows(std::string_view part) {
  const std::string stem(trim(lower_case(part.substr(0, part.find('.')))));
  constexpr std::array<std::string_view, 7> kDevices{"con",    "prn",     "aux",   "nul",
                                                     "conin$", "conout$", "clock$"};
  if (std::find(kDevices.begin(), kDevices.end(), stem) != kDevices.end()) {
    return true;
  }
  if (!stem.starts_with("com") && !stem.starts_with("lpt")) {
    return false;
  }
  const std::string_view port = std::string_view(stem).substr(3);
  constexpr std::array<std::string_view, 3> kSuperscripts{"\u00b9", "\u00b2", "\u00b3"};
  return (port.size() == 1 && port[0] >= '0' && port[0] <= '9') ||
         std::find(kSuperscripts.begin(), kSuperscripts.end(), port) != kSuperscripts.end();
}

// Combining marks U+0300 to U+036F, in UTF-8 CC 80 to CD AF: with them one name has two spellings
// (NFC and NFD), which some file systems take for the same.
bool has_combining_mark(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (first == 0xCC || (first == 0xCD && second >= 0x80 && second <= 0xAF)) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> unsafe_part_reason(std::string_view part) {
  if (part.empty()) {
    return "has an empty part";
  }
  if (part == "." || part == "..") {
    return cat("has a part `", part, "`");
  }
  if (part.size() > kMaxPartBytes) {
    return cat("has a part longer than ", kMaxPartBytes, " bytes");
  }
  if (part.ends_with('.') || part.ends_with(' ')) {
    return "has a part that ends in a dot or a blank";
  }
  if (is_reserved_on_windows(part)) {
    return "has the name of a device on Windows";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> unsafe_path_reason(std::string_view path) {
  if (path.empty()) {
    return "is empty";
  }
  if (path.size() > kMaxPathBytes) {
    return cat("is longer than ", kMaxPathBytes, " bytes");
  }
  if (path.starts_with('/')) {
    return "is absolute";
  }
  for (const char character : path) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7F) {
      return "has a control character";
    }
    if (character == '\\' || character == ':') {
      return cat("has a `", character, "`");
    }
  }
  // What may not reach a terminal (C1, bidirectional overrides) may not be in a name either.
  if (!is_utf8(path) || safe_text(path, kMaxPathBytes) != path || has_combining_mark(path)) {
    return "is not plain UTF-8 text in composed form";
  }
  for (const std::string_view part : split(path, '/')) {
    if (auto reason = unsafe_part_reason(part)) {
      return reason;
    }
  }
  return std::nullopt;
}

namespace {

// The lower-case form of a character for the scripts in which a file system folds case.
std::uint32_t folded(std::uint32_t character) {
  const auto between = [&](std::uint32_t first, std::uint32_t last) {
    return character >= first && character <= last;
  };
  if (between('A', 'Z') || (between(0xC0, 0xDE) && character != 0xD7) ||
      (between(0x391, 0x3A9) && character != 0x3A2) || between(0x410, 0x42F)) {
    return character + 32;
  }
  if (between(0x400, 0x40F)) {
    return character + 80;
  }
  if (character == 0x3C2) {  // final sigma
    return 0x3C3;
  }
  // Pairs: capital even, small odd, and the two stretches where it is the other way round.
  if (between(0x139, 0x148) || between(0x179, 0x17E)) {
    return character + character % 2;
  }
  if (character == 0x178) {
    return 0xFF;
  }
  if (character == 0x130 || character == 0x131) {  // the dotted and the dotless i
    return 'i';
  }
  if (character == 0x17F) {  // long s
    return 's';
  }
  if (between(0x100, 0x137) || between(0x14A, 0x177) || between(0x1E00, 0x1EFF) ||
      between(0x460, 0x481) || between(0x48A, 0x4BF) || between(0x4D0, 0x52F)) {
    return character | 1U;
  }
  return character;
}

}  // namespace

std::string case_folded(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size();) {
    const auto byte = [&](std::size_t at) {
      return at < path.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(path[at]))
                              : 0U;
    };
    const std::uint32_t first = byte(i);
    const bool two_bytes = (first & 0xE0U) == 0xC0U;
    const bool three_bytes = (first & 0xF0U) == 0xE0U;
    if (two_bytes || three_bytes) {
      // Two forms of one character may take different numbers of bytes: kept as numbers.
      const std::uint32_t character =
          two_bytes ? (first & 0x1FU) << 6U | (byte(i + 1) & 0x3FU)
                    : (first & 0x0FU) << 12U | (byte(i + 1) & 0x3FU) << 6U | (byte(i + 2) & 0x3FU);
      const std::uint32_t lower = folded(character);
      if (lower < 0x80) {
        out += static_cast<char>(lower);
      } else {
        out += cat("\\", lower, ';');
      }
      i += two_bytes ? 2 : 3;
      continue;
    }
    out += first < 0x80 ? static_cast<char>(folded(first)) : path[i];
    ++i;
  }
  return out;
}

}  // namespace base
