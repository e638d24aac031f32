#include "releaser/render/escape.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// No language here can hold a NUL in a literal, and all of our files are UTF-8.
void check(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Error(Errc::config, "a text with a NUL cannot stand in a generated file; remove it");
  }
  if (!base::is_utf8(text)) {
    throw Error(Errc::config,
                cat("\"", base::safe_text(text, 60), "\" is not UTF-8; write it in UTF-8"));
  }
}

bool is_control(char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; }

// Two digits.
std::string hex(char letter) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(letter);
  return {kDigits[code >> 4], kDigits[code & 15]};
}

}  // namespace

std::string sh_literal(std::string_view text) {
  check(text);
  return cat("'", base::replace_all(text, "'", "'\\''"), "'");
}

std::string powershell_literal(std::string_view text) {
  check(text);
  // PowerShell takes each typographic quote for the ASCII one; doubled, each stands for itself.
  auto escaped = std::string(text);
  for (const std::string_view quote : {"'", "\u2018", "\u2019", "\u201a", "\u201b"}) {
    escaped = base::replace_all(escaped, quote, cat(quote, quote));
  }
  return cat("'", escaped, "'");
}

std::string ruby_literal(std::string_view text) {
  check(text);
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (letter == '\n') {
      out += "\\n";
    } else if (is_control(letter)) {
      out += cat("\\x", hex(letter));
    } else if (letter == '"' || letter == '\\' ||
               (letter == '#' && (next == '{' || next == '$' || next == '@'))) {
      out += {'\\', letter};
    } else {
      out += letter;
    }
  }
  return out + '"';
}

std::string json_literal(std::string_view text) {
  check(text);
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '\n') {
      out += "\\n";
    } else if (is_control(letter)) {
      out += cat("\\u00", hex(letter));
    } else if (letter == '"' || letter == '\\') {
      out += {'\\', letter};
    } else {
      out += letter;
    }
  }
  return out + '"';
}

std::string html_text(std::string_view unverified_text) {
  std::string out;
  for (const char letter : base::safe_text(unverified_text, unverified_text.size())) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

}  // namespace releaser
