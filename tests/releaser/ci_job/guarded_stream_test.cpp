#include "releaser/ci_job/guarded_stream.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace {

std::string through(releaser::Guard guard, std::string_view text) {
  std::ostringstream inner;
  releaser::GuardedStream stream(inner, guard);
  stream << text << std::flush;
  CHECK(stream.good());
  return inner.str();
}

}  // namespace

TEST_SUITE("releaser/ci_job/guarded_stream") {
  TEST_CASE("no line begins with two colons, and none has the old form of a command") {
    struct Row {
      const char* text;
      const char* expected;
    };
    for (const Row& row : {
             Row{"a line\n", "a line\n"},
             Row{"::error::x\n", ": :error::x\n"},
             Row{"a\n \t::error::x\n", "a\n \t: :error::x\n"},
             Row{"a\r::error::x", "a\r: :error::x"},
             Row{"\xe2\x80\x83::error::x", "\xe2\x80\x83: :error::x"},
             Row{":::x", ": : :x"},
             Row{": ::x", ": : :x"},
             Row{"a::b and ##[error]x", "a::b and ## [error]x"},
             Row{"###[group]x", "### [group]x"},
             Row{"# #[x] ##x[", "# #[x] ##x["},
             Row{"", ""},
         }) {
      CAPTURE(row.text);
      CHECK(through(releaser::Guard::text, row.text) == row.expected);
      // However it is cut into writes.
      std::ostringstream inner;
      releaser::GuardedStream stream(inner, releaser::Guard::text);
      for (const char each : std::string_view(row.text))
        stream << each;
      CHECK(inner.str() == row.expected);
    }
  }

  TEST_CASE("JSON keeps its meaning") {
    CHECK(through(releaser::Guard::json, "{\n  \"a\": \"##[error]::x ###[\"\n}\n") ==
          "{\n  \"a\": \"##\\u005berror]::x ###\\u005b\"\n}\n");
  }

  TEST_CASE("what cannot be written is seen at both streams") {
    std::ostringstream inner;
    inner.setstate(std::ios::badbit);
    releaser::GuardedStream stream(inner, releaser::Guard::text);
    stream << "x" << std::flush;
    CHECK_FALSE(stream.good());
  }
}
