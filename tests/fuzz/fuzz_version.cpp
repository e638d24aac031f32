#include "manifest-schema/version.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

// Two versions, parted by a line end: one form each, and an order that does not contradict itself.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const auto left = schema::Version::try_parse(text.substr(0, line_end));
  const auto right = schema::Version::try_parse(text.substr(std::min(line_end + 1, text.size())));
  if (!left) return 0;
  fuzz::require(schema::Version::parse(left->text()) == *left);
  fuzz::require(left->matches_prefix(left->text()));
  fuzz::require(left->is_prerelease() == (*left < left->core()));
  if (!right) return 0;
  fuzz::require((*left == *right) == ((*left <=> *right) == 0));
  fuzz::require((*left < *right) == (*right > *left));
  fuzz::require((*left == *right) == (left->text() == right->text()));
  return 0;
}
