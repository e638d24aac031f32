#include "tests/support/golden.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

namespace test {
namespace {

constexpr std::size_t kMaxGoldenBytes = 4'194'304;

// "line 7: `a`, and not `b`", for a message that a person can use.
std::string first_difference(std::string_view text, std::string_view golden) {
  const auto lines = base::split(text, '\n');
  const auto golden_lines = base::split(golden, '\n');
  std::size_t i = 0;
  while (i < lines.size() && i < golden_lines.size() && lines[i] == golden_lines[i]) {
    ++i;
  }
  const auto line_of = [i](const auto& all) {
    return i < all.size() ? base::cat("`", all[i], "`") : std::string("the end");
  };
  return base::cat("line ", i + 1, ": ", line_of(lines), ", and not ", line_of(golden_lines));
}

}  // namespace

base::Path source_root() { return TEST_SOURCE_ROOT; }

void check_golden(std::string_view name, std::string_view text) {
  const base::Path path = source_root() / "tests" / "golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    base::make_directories(path.parent_path());
    base::write_file_atomically(path, text);
    return;
  }
  const auto golden = base::read_file_if_exists(path, kMaxGoldenBytes);
  REQUIRE_MESSAGE(golden.has_value(),
                  "there is no tests/golden/" << name << "; UPDATE_GOLDEN=1 writes it");
  CHECK_MESSAGE(*golden == text, "tests/golden/" << name << ": " << first_difference(text, *golden)
                                                 << "; UPDATE_GOLDEN=1 writes it anew");
}

}  // namespace test
