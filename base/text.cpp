#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace base {
namespace {

// One decoded character and how many bytes it took; 0 bytes where they are no valid UTF-8.
struct Decoded {
  std::uint32_t character = 0;
  std::size_t bytes = 0;
};

Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t index) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[index]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    return {first, 1};
  }
  std::size_t length = 0;
  std::uint32_t smallest = 0;  // of a character that needs this length
  if ((first & 0xE0U) == 0xC0U) {
    length = 2;
    smallest = 0x80;
  } else if ((first & 0xF0U) == 0xE0U) {
    length = 3;
    smallest = 0x800;
  } else if ((first & 0xF8U) == 0xF0U) {
    length = 4;
    smallest = 0x10000;
  } else {
    return {};
  }
  if (text.size() < length) {
    return {};
  }
  std::uint32_t character = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return {};
    }
    character = (character << 6U) | (byte(i) & 0x3FU);
  }
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < smallest || character > 0x10FFFF || surrogate) {
    return {};
  }
  return {character, length};
}

bool may_reach_terminal(std::uint32_t character) {
  if (character == '\n' || character == '\t') {
    return true;
  }
  if (character < 0x20 || (character >= 0x7F && character <= 0x9F)) {
    return false;
  }
  // Bidirectional marks, embeddings, overrides and isolates; line and paragraph separators; BOM.
  const bool bidirectional = character == 0x061C || character == 0x200E || character == 0x200F ||
                             (character >= 0x2028 && character <= 0x202E) ||
                             (character >= 0x2066 && character <= 0x2069);
  return !bidirectional && character != 0xFEFF;
}

bool is_blank(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r' ||
         character == '\f' || character == '\v';
}

// Edits (insert, delete, replace, swap of neighbours) that turn one name into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t column = 0; column <= to.size(); ++column) {
    last[column] = column;
  }
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0U : 1U);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r') && end != std::string_view::npos) {
      line.remove_suffix(1);
    }
    lines.push_back(line);
  }
  return lines;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) {
      out += separator;
    }
    out += parts[i];
  }
  return out;
}

std::string join_first(std::span<const std::string> names, std::size_t limit) {
  if (names.size() <= limit) return join(names, ", ");
  return cat(join(names.first(limit), ", "), " and ", names.size() - limit, " more");
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  if (from.empty()) {
    return std::string(text);
  }
  for (;;) {
    const std::size_t found = text.find(from);
    out += text.substr(0, found);
    if (found == std::string_view::npos) {
      return out;
    }
    out += to;
    text.remove_prefix(found + from.size());
  }
}

std::string lower_case(std::string_view ascii) {
  std::string out(ascii);
  for (char& character : out) {
    if (character >= 'A' && character <= 'Z') {
      character = static_cast<char>(character - 'A' + 'a');
    }
  }
  return out;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Decoded decoded = decode_utf8(text);
    if (decoded.bytes == 0) {
      return false;
    }
    text.remove_prefix(decoded.bytes);
  }
  return true;
}

std::string safe_text(std::string_view unverified_text, std::size_t max_bytes) {
  std::string out;
  while (!unverified_text.empty()) {
    const Decoded decoded = decode_utf8(unverified_text);
    if (decoded.bytes == 0) {
      unverified_text.remove_prefix(1);
      continue;
    }
    if (may_reach_terminal(decoded.character)) {
      if (out.size() + decoded.bytes > max_bytes) {
        break;
      }
      out += unverified_text.substr(0, decoded.bytes);
    }
    unverified_text.remove_prefix(decoded.bytes);
  }
  return out;
}

std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates) {
  constexpr std::size_t kMaxTypedBytes = 100;  // longer is no slip of the fingers
  if (name.empty() || name.size() > kMaxTypedBytes) {
    return std::nullopt;
  }
  // A short name is within two edits of every other one.
  constexpr std::size_t kShortNameBytes = 4;
  const std::size_t slips = name.size() <= kShortNameBytes ? 1 : 2;
  const std::size_t allowed = std::min(std::max(slips, name.size() / 3), name.size() - 1);
  std::optional<std::string> nearest;
  std::size_t smallest = allowed + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kMaxTypedBytes) {
      continue;
    }
    const std::size_t distance = edit_distance(lower_case(name), lower_case(candidate));
    if (distance < smallest && distance < candidate.size()) {
      smallest = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::optional<std::string> nearest = nearest_name(name, candidates);
  return nearest ? cat("; did you mean `", *nearest, "`?") : std::string();
}

std::string human_size(std::uint64_t size_bytes) {
  if (size_bytes < 1000) {
    return cat(size_bytes, size_bytes == 1 ? " byte" : " bytes");
  }
  constexpr std::array<std::string_view, 6> kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
  std::uint64_t unit = 1000;
  std::size_t name = 0;
  // One decimal, rounded: 999,950 is "1.0 MB", not "1000.0 kB".
  while (name + 1 < kUnits.size() && size_bytes / unit >= 999 &&
         (size_bytes / unit > 999 || size_bytes % unit >= unit / 20 * 19)) {
    unit *= 1000;
    ++name;
  }
  const std::uint64_t tenths = size_bytes / (unit / 10) + (size_bytes % (unit / 10) >= unit / 20);
  return cat(tenths / 10, '.', tenths % 10, ' ', kUnits[name]);
}

}  // namespace base
