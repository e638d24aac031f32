#include "base/parallel.hpp"

#include "base/error.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <mutex>
#include <vector>

TEST_SUITE("base/parallel") {
  TEST_CASE("every index is worked on once, with any number of jobs") {
    for (const std::size_t jobs : {0U, 1U, 2U, 7U, 100U}) {
      std::vector<std::atomic<int>> done(20);
      base::for_each_in_parallel(done.size(), jobs, [&](std::size_t index) { ++done[index]; });
      for (const auto& count : done)
        CHECK(count == 1);
    }
  }

  TEST_CASE("after a failure nothing more is begun, and what is under way ends") {
    std::atomic<int> begun{0};
    std::atomic<int> ended{0};
    test::check_error(base::Errc::config, "number 0", [&] {
      base::for_each_until_failure(1000, 4, [&](std::size_t index) {
        ++begun;
        if (index == 0) throw base::Error(base::Errc::config, "number 0");
        ++ended;
      });
    });
    CHECK(ended == begun - 1);
    std::vector<std::size_t> seen;
    test::check_error(base::Errc::config, "number 2", [&] {
      base::for_each_until_failure(10, 1, [&](std::size_t index) {
        seen.push_back(index);
        if (index == 2) throw base::Error(base::Errc::config, "number 2");
      });
    });
    CHECK(seen == std::vector<std::size_t>{0, 1, 2});
  }

  TEST_CASE("from both ends every index is worked on once, and the first and the last are first") {
    for (const std::size_t jobs : {0U, 1U, 2U, 5U, 100U}) {
      for (const std::size_t count : {0U, 1U, 2U, 21U}) {
        std::vector<std::atomic<int>> done(count);
        base::for_each_from_both_ends(count, jobs, [&](std::size_t index) { ++done[index]; });
        for (const auto& times : done)
          CHECK(times == 1);
      }
    }
    std::vector<std::size_t> alone;
    base::for_each_from_both_ends(3, 1, [&](std::size_t index) { alone.push_back(index); });
    CHECK(alone == std::vector<std::size_t>{0, 1, 2});
    // Two wait for each other, or for ever.
    std::barrier both(2);
    std::mutex mutex;
    std::vector<std::size_t> begun;
    base::for_each_from_both_ends(10, 2, [&](std::size_t index) {
      {
        const std::scoped_lock one(mutex);
        begun.push_back(index);
      }
      both.arrive_and_wait();
    });
    std::sort(begun.begin(), begun.begin() + 2);
    CHECK(begun.at(0) == 0);
    CHECK(begun.at(1) == 9);
  }

  TEST_CASE("of several failures the first one is told") {
    test::check_error(base::Errc::config, "number 3", [] {
      base::for_each_in_parallel(10, 4, [](std::size_t index) {
        if (index >= 3) throw base::Error(base::Errc::config, "number " + std::to_string(index));
      });
    });
  }
}
