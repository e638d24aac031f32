#include "releaser/pointers/pointer_draft.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

namespace {

using base::Errc;
using releaser::parse_pointer_draft;
using releaser::PointerDraft;
using releaser::write_pointer_draft;

PointerDraft draft() {
  const base::Time at = base::Time() + std::chrono::hours(24 * 365 * 50);
  return {.product = "tool",
          .command = "yank 1.3.0 --reason 'loses settings'",
          .at = at,
          .tool_version = "0.1.0",
          .before = {{"stable.version-manifest.json", 4}, {"version-manifest.json", 7}},
          .roles = {{"beta", {3, at + std::chrono::hours(24)}},
                    {"stable", {12, at + std::chrono::hours(48)}}},
          .files = {{"install.sh", trust::sha256_of("a")},
                    {"version-manifest.json", trust::sha256_of("b")}}};
}

}  // namespace

TEST_SUITE("releaser/pointers/pointer_draft") {
  TEST_CASE("what is written is read as the same") {
    const std::string text = write_pointer_draft(draft());
    const PointerDraft read = parse_pointer_draft(text);
    CHECK(write_pointer_draft(read) == text);
    CHECK(read.command == "yank 1.3.0 --reason 'loses settings'");
    CHECK(read.roles.at("stable").version == 12);
    CHECK(read.files.at("install.sh") == trust::sha256_of("a"));
    CHECK(read.before.at("version-manifest.json") == 7);
  }

  TEST_CASE("a part of one is none") {
    const std::string text = write_pointer_draft(draft());
    const std::size_t whole = base::trim(text).size();
    for (std::size_t size = 0; size < whole; ++size) {
      CAPTURE(size);
      (void)test::message_of(Errc::config,
                             [&] { (void)parse_pointer_draft(text.substr(0, size)); });
    }
  }

  TEST_CASE("what is no draft is refused") {
    struct Row {
      const char *from, *to, *problem;
    };
    const Row rows[] = {
        {"\"schema\": 1", "\"schema\": 2", "use a newer one"},
        {"\"beta\"", "\"best\"", "is no channel"},
        {"\"version\": 12", "\"version\": -1", "version"},
        {"\"product\": \"tool\"", "\"product\": 5", "product"},
        {"\"command\"", "\"commands\"", "command"},
        {"\"at\": \"2", "\"at\": \"x", "at"},
        {"\"install.sh\": \"", "\"install.sh\": \"zz", "install.sh"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.from);
      const std::string text = base::replace_all(write_pointer_draft(draft()), row.from, row.to);
      REQUIRE(text != write_pointer_draft(draft()));
      test::check_error(Errc::config, row.problem, [&] { (void)parse_pointer_draft(text); });
    }
  }
}
