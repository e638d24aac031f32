#include "agent/state.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/agent/home.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <functional>

using base::Errc;
using schema::Version;

namespace {

const base::Time test_now = *base::parse_time("2026-11-20T12:00:00Z");

agent::Journal filled_journal(agent::JournalState state) {
  return {.id = "0123456789abcdef0123456789abcdef",
          .operation = agent::Operation::update,
          .state = state,
          .from = Version::parse("1.0.0"),
          .to = Version::parse("1.1.0"),
          .sha256 = trust::sha256_of("x"),
          .attempts = 2,
          .transitions = 7,
          .hold = true,
          .purge = true,
          .judge = agent::JudgedBy::service,
          .probation = agent::Probation{.boots = 2,
                                        .started_boot_id = "abc",
                                        .clean_shutdown = true,
                                        .deadline = std::chrono::milliseconds(1234)},
          .reason = "why",
          .started = test_now,
          .blocked_since = test_now};
}

struct StateFile {
  const char* name;
  std::function<void(const agent::Layout&)> write;
  std::function<void(const agent::Layout&)> read;
};

const StateFile all_state_files[] = {
    {"journal.json",
     [](const agent::Layout& layout) {
       agent::write_journal(layout, filled_journal(agent::JournalState::armed));
     },
     [](const agent::Layout& layout) { agent::read_journal(layout); }},
    {"blocklist.json",
     [](const agent::Layout& layout) {
       agent::block_version(layout,
                            {Version::parse("1.1.0"), trust::sha256_of("x"), "why", test_now});
     },
     [](const agent::Layout& layout) { agent::read_blocklist(layout); }},
    {"hold.json",
     [](const agent::Layout& layout) {
       agent::write_rollback_hold(layout, {Version::parse("1.1.0"), test_now});
     },
     [](const agent::Layout& layout) { agent::read_rollback_hold(layout); }},
};

}  // namespace

TEST_SUITE("agent/state") {
  TEST_CASE("a journal is read as it was written, in each state") {
    const test::InstalledHome home;
    CHECK_FALSE(agent::read_journal(home.layout).has_value());
    for (int state = 0; state <= static_cast<int>(agent::JournalState::removing); ++state) {
      const agent::Journal written = filled_journal(static_cast<agent::JournalState>(state));
      agent::write_journal(home.layout, written);
      const auto read = agent::read_journal(home.layout);
      REQUIRE(read.has_value());
      CHECK(read->state == written.state);
      CHECK(read->from == written.from);
      CHECK(read->to == written.to);
      CHECK(read->sha256 == written.sha256);
      CHECK(read->attempts == 2);
      CHECK(read->transitions == 7);
      CHECK(read->hold);
      CHECK(read->started == test_now);
      CHECK(read->purge);
      CHECK(read->judge == agent::JudgedBy::service);
      CHECK(read->probation == written.probation);
      CHECK(read->reason == "why");
      CHECK(read->blocked_since == test_now);
    }
    agent::remove_journal(home.layout);
    agent::remove_journal(home.layout);
    CHECK_FALSE(agent::read_journal(home.layout).has_value());
  }

  TEST_CASE("a receipt is read as it was written") {
    const test::InstalledHome home;
    agent::Receipt receipt{.product = "tool",
                           .channel = schema::Channel::beta,
                           .bin_directory = "/h/b",
                           .links = {"tool"},
                           .base_urls = {"https://h/x"},
                           .path_edits = {{"/h/.bashrc", false}, {"/h/.profile", true}},
                           .installed_at = test_now,
                           .version = Version::parse("1.0.0"),
                           .archive_sha256 = trust::sha256_of("a")};
    agent::write_receipt(home.layout, receipt);
    CHECK(agent::read_receipt(home.layout) == receipt);
  }

  TEST_CASE("a file that is cut off anywhere reads as none and is listed as damaged") {
    for (const StateFile& file : all_state_files) {
      const test::InstalledHome home;
      file.write(home.layout);
      const base::Path path = home.layout.state_file(file.name);
      const std::string whole = base::read_file(path, 100000);
      CHECK(agent::damaged_state_files(home.layout).empty());
      for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
        base::write_file_atomically(path, whole.substr(0, length));
        CHECK_NOTHROW(file.read(home.layout));
        CHECK(agent::damaged_state_files(home.layout) == std::vector{path});
      }
    }
  }

  TEST_CASE("a file of a newer schema is refused and never written over") {
    for (const StateFile& file : all_state_files) {
      const test::InstalledHome home;
      const base::Path path = home.layout.state_file(file.name);
      const std::string newer = R"({"schema": 2, "surprise": true})";
      base::write_file_atomically(path, newer);
      for (const auto& use : {file.read, file.write}) {
        bool refused = false;
        try {
          use(home.layout);
        } catch (const base::Error& error) {
          refused = error.code() == Errc::config &&
                    std::string_view(error.what()).find("newer") != std::string_view::npos;
        }
        CHECK(refused);
      }
      CHECK(base::read_file(path, 1000) == newer);
    }
  }

  TEST_CASE("one archive of a version is blocked once, and the list stays short") {
    const test::InstalledHome home;
    for (int i = 0; i < 100; ++i) {
      agent::block_version(home.layout, {Version::parse(base::cat("1.0.", i % 80)),
                                         trust::sha256_of("x"), base::cat("reason ", i), test_now});
    }
    const auto list = agent::read_blocklist(home.layout);
    CHECK(list.size() == 64);
    CHECK(list.back().reason == "reason 99");
  }

  TEST_CASE("an archive that hung is blocked at the third time") {
    const test::InstalledHome home;
    const agent::BlockedVersion hung{Version::parse("1.1.0"), trust::sha256_of("x"), "hung",
                                     test_now};
    for (const std::size_t blocked : {0U, 0U, 1U, 1U}) {
      agent::block_version_at_third(home.layout, hung);
      CHECK(agent::read_blocklist(home.layout).size() == blocked);
    }
    agent::block_version(home.layout,
                         {Version::parse("1.2.0"), trust::sha256_of("y"), "fails", test_now});
    CHECK(agent::read_blocklist(home.layout).size() == 2);
  }

  TEST_CASE("an install id is made once, for this user alone, and mended when it is damaged") {
    const test::InstalledHome home;
    CHECK_FALSE(agent::read_install_id(home.layout).has_value());
    const std::string id = agent::ensure_install_id(home.layout);
    CHECK(id.size() == 32);
    CHECK(agent::ensure_install_id(home.layout) == id);
    base::write_file_atomically(home.layout.state_file("install_id"), "short\n");
    CHECK_FALSE(agent::read_install_id(home.layout).has_value());
    CHECK(agent::ensure_install_id(home.layout) != id);
  }
}
