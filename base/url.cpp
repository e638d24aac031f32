#include "base/url.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace base {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::string_view kFile = "file://";

// "user:password@host", as far as the text is a URL at all.
bool may_hold_password(std::string_view text) {
  const std::size_t scheme = text.find("//");
  const std::string_view rest = text.substr(scheme == std::string_view::npos ? 0 : scheme + 2);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos;
}

[[noreturn]] void fail(std::string_view text, std::string_view problem) {
  throw Error(Errc::config, may_hold_password(text)
                                ? cat("a URL with a user name or a password: ", problem)
                                : cat("`", safe_text(text, 200), "`: ", problem));
}

bool is_letter_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9');
}

// What RFC 3986 allows in a path or a query. A backslash, a quote or a brace never gets further.
bool is_path_character(char character) {
  return is_letter_or_digit(character) ||
         std::string_view("-._~!$&'()*+,;=:@/%?").find(character) != std::string_view::npos;
}

// "%2E%2e" -> ".."; nothing where a per cent sign is not followed by two digits.
std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->empty()) {
      return std::nullopt;
    }
    out += *byte;
    i += 2;
  }
  return out;
}

// "https://h/x" -> "h/x"
std::string_view without_scheme(std::string_view text) { return text.substr(text.find("://") + 3); }

void check_authority(std::string_view text, std::string_view authority) {
  if (authority.find('@') != std::string_view::npos) {
    // The text may hold a password: it is not repeated.
    throw Error(Errc::config, "a URL with a user name or a password; leave them out");
  }
  std::string_view host = authority;
  const std::size_t colon = authority.rfind(':');
  const bool literal = authority.starts_with('[');  // an IPv6 address
  if (literal ? authority.find("]:") != std::string_view::npos : colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    const auto port = parse_decimal(authority.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) {
      fail(text, "the port must be a number from 1 to 65535");
    }
  }
  if (literal) {
    const std::string_view address = host.substr(1, host.size() < 2 ? 0 : host.size() - 2);
    const bool plain = address.find_first_not_of("0123456789abcdefABCDEF:.") == address.npos;
    if (!host.ends_with(']') || address.find(':') == address.npos || !plain) {
      fail(text, "the address in brackets is not an IPv6 address");
    }
    return;
  }
  if (host.empty() || host.size() > 253) {
    fail(text, "the host is missing; write https://host/path");
  }
  for (const std::string_view label : split(host, '.')) {
    const bool plain = std::all_of(label.begin(), label.end(), [](char character) {
      return is_letter_or_digit(character) || character == '-' || character == '_';
    });
    if (label.empty() || label.size() > 63 || !plain) {
      fail(text, "the host is not a valid name");
    }
  }
}

void check_path(std::string_view text, std::string_view path_and_query) {
  if (!std::all_of(path_and_query.begin(), path_and_query.end(), is_path_character)) {
    fail(text, "it has a character that must be written as %XX");
  }
  const auto decoded = percent_decode(path_and_query);
  if (!decoded) {
    fail(text, "a `%` is not followed by two hexadecimal digits");
  }
  if (decoded->find('\0') != std::string::npos) {
    fail(text, "it holds a zero byte");
  }
  const auto path = percent_decode(path_and_query.substr(0, path_and_query.find('?')));
  for (const std::string_view part : split(*path, '/')) {
    if (part == "." || part == "..") {
      fail(text, "its path has a `.` or `..` part; write the path that is meant");
    }
  }
}

}  // namespace

Url Url::parse(std::string_view text, Protocols protocols) {
  if (text.size() > kMaxUrlBytes) {
    fail(text, cat("a URL has at most ", kMaxUrlBytes, " bytes"));
  }
  const bool printable = std::all_of(text.begin(), text.end(), [](char character) {
    return character > ' ' && character < '\x7f';
  });
  if (!printable) {
    fail(text, "a URL has printable ASCII characters only; write others as %XX");
  }
  const std::size_t colon = text.find("://");
  const std::string scheme = lower_case(text.substr(0, colon == text.npos ? 0 : colon));
  if (scheme == "http" && protocols == Protocols::https_only) {
    fail(text, "http:// is not accepted, because anybody on the way could change it; use https://");
  }
  if (scheme != "https" && scheme != "file" && scheme != "http") {
    fail(text, "not an https:// URL");
  }
  if (text.find('#') != text.npos) {
    fail(text, "a fragment (`#…`) has no place here; leave it out");
  }
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  const std::string_view path_and_query = rest.substr(slash);
  if (scheme == "file") {
    if (!authority.empty() || !path_and_query.starts_with('/')) {
      fail(text, "a file URL has three slashes and an absolute path: file:///srv/site");
    }
    if (path_and_query.find('?') != path_and_query.npos) {
      fail(text, "a file URL has no query");
    }
  } else {
    check_authority(text, authority);
  }
  check_path(text, path_and_query);
  return Url(cat(scheme, "://", lower_case(authority), path_and_query));
}

bool Url::is_file() const { return m_text.starts_with(kFile); }

std::string Url::host() const {
  if (is_file()) {
    return {};
  }
  const std::string_view rest = without_scheme(m_text);
  return std::string(rest.substr(0, rest.find_first_of("/?")));
}

std::string Url::path() const {
  const std::string_view rest = without_scheme(m_text);
  const std::size_t begin = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view path = rest.substr(begin);
  return std::string(path.substr(0, path.find('?')));
}

std::string Url::file_path() const {
  if (!is_file()) {
    throw Error(Errc::internal, cat("`", m_text, "` is not a file URL"));
  }
  return percent_decode(path()).value();
}

Url Url::child(std::string_view relative) const {
  for (const std::string_view part : split(relative, '/')) {
    const bool plain = std::all_of(part.begin(), part.end(), [](char character) {
      return is_letter_or_digit(character) || character == '.' || character == '_' ||
             character == '-';
    });
    if (part.empty() || part == "." || part == ".." || !plain) {
      fail(relative, "not a name below a URL; allowed are letters, digits, `.`, `_`, `-`, `/`");
    }
  }
  if (m_text.find('?') != std::string::npos) {
    fail(m_text, "a base URL has no query");
  }
  std::string text = cat(m_text, m_text.ends_with('/') ? "" : "/", relative);
  if (text.size() > kMaxUrlBytes) {
    fail(text, cat("a URL has at most ", kMaxUrlBytes, " bytes"));
  }
  return Url(std::move(text));
}

Url Url::child_of_parts(std::span<const std::string_view> parts) const {
  std::string encoded;
  for (const std::string_view part : parts) {
    if (part.empty()) fail(m_text, "a name below it is empty");
    encoded += cat(encoded.empty() ? "" : "/", percent_encode(part));
  }
  const std::string text = cat(m_text, m_text.ends_with('/') ? "" : "/", encoded);
  return parse(text, m_text.starts_with("http:") ? Protocols::http_too : Protocols::https_only);
}

std::string percent_encode(std::string_view part) {
  std::string out;
  for (const char character : part) {
    if (is_letter_or_digit(character) || std::string_view("-._~").find(character) != part.npos) {
      out += character;
      continue;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(character);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

}  // namespace base
