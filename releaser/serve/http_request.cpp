#include "releaser/serve/http_request.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char byte = text[i];
    if (byte == '%') {
      const auto decoded = base::from_hex(text.substr(i + 1, 2));
      if (!decoded || decoded->size() != 1) {
        return std::nullopt;
      }
      byte = decoded->front();
      i += 2;
    }
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) {
      return std::nullopt;
    }
    out += byte;
  }
  return out;
}

}  // namespace

std::optional<std::string_view> ServedRequest::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) {
      return value;
    }
  }
  return std::nullopt;
}

std::optional<ServedRequest> parse_served_request(std::string_view head) {
  const auto lines = base::split_lines(head);
  if (lines.empty()) {
    return std::nullopt;
  }
  const auto words = base::split(lines.front(), ' ');
  if (words.size() != 3 || !words[1].starts_with('/') ||
      (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0")) {
    return std::nullopt;
  }
  auto path = percent_decode(words[1].substr(0, words[1].find_first_of("?#")));
  if (!path) {
    return std::nullopt;
  }
  ServedRequest request{.method = std::string(words[0]), .path = *std::move(path), .headers = {}};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return std::nullopt;
    }
    request.headers.emplace_back(base::lower_case(lines[i].substr(0, colon)),
                                 base::trim(lines[i].substr(colon + 1)));
  }
  const auto connection = base::lower_case(request.header("connection").value_or(""));
  request.keep_alive = words[2] == "HTTP/1.1" ? connection != "close" : connection == "keep-alive";
  return request;
}

std::pair<RangeAnswer, ByteRange> read_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const auto whole = std::pair(RangeAnswer::whole, ByteRange{});
  if (!header.starts_with(kUnit)) {
    return whole;
  }
  const auto ends = base::split(header.substr(kUnit.size()), '-');
  if (ends.size() != 2) {
    return whole;
  }
  const auto first = base::parse_decimal(ends[0]);
  const auto last = base::parse_decimal(ends[1]);
  if ((!first && !ends[0].empty()) || (!last && !ends[1].empty()) || (!first && !last)) {
    return whole;
  }
  if (!first) {  // the last so many bytes
    if (*last == 0 || size == 0) {
      return {RangeAnswer::not_satisfiable, {}};
    }
    return {RangeAnswer::part, {size - std::min(*last, size), size - 1}};
  }
  if (last && *last < *first) {
    return whole;
  }
  if (*first >= size) {
    return {RangeAnswer::not_satisfiable, {}};
  }
  return {RangeAnswer::part, {*first, std::min(last.value_or(size - 1), size - 1)}};
}

}  // namespace releaser
