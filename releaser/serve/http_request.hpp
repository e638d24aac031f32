#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace releaser {

// What a preview server needs of one HTTP/1.1 request.
struct ServedRequest {
  std::string method;
  std::string path;  // percent-decoded, without query: "/esbuild/install.sh"
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  bool keep_alive = true;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

// Reads the head of a request, without its last empty line. Nothing where it is not HTTP/1.0
// or 1.1, its path does not start with "/", decodes to a control character, or is not well
// percent-encoded.
std::optional<ServedRequest> parse_served_request(std::string_view head);

struct ByteRange {
  std::uint64_t first = 0, last = 0;  // both inclusive
  bool operator==(const ByteRange&) const = default;
};
enum class RangeAnswer { whole, part, not_satisfiable };

// What a Range header (one range; RFC 9110, section 14) means for a file of `size` bytes. A header
// of another unit, of several ranges or of no form at all is ignored: the whole file.
std::pair<RangeAnswer, ByteRange> read_range(std::string_view header, std::uint64_t size);

}  // namespace releaser
