#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace base {
namespace {

enum class AfterFailure { goes_on, stops };
enum class Ends { first_alone, both };

void run_all(std::size_t count, std::size_t jobs, AfterFailure after, Ends ends,
             const std::function<void(std::size_t)>& work) {
  std::vector<std::exception_ptr> failures(count);
  // No more than `count` are begun, so those from the first on never meet those from the last on.
  std::atomic<std::size_t> begun{0}, from_first{0}, from_last{0};
  std::atomic<bool> is_over{false};
  const auto run = [&](std::size_t job) {
    const bool begins_at_last = ends == Ends::both && job % 2 == 1;
    while (!is_over && begun++ < count) {
      const std::size_t index = begins_at_last ? count - 1 - from_last++ : from_first++;
      try {
        work(index);
      } catch (...) {
        failures[index] = std::current_exception();
        if (after == AfterFailure::stops) is_over = true;
      }
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(jobs);
  for (std::size_t job = 1; job < std::min(jobs, count); ++job)
    threads.emplace_back(run, job);
  run(0);
  for (std::thread& thread : threads)
    thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

void for_each_in_parallel(std::size_t count, std::size_t jobs,
                          const std::function<void(std::size_t)>& work) {
  run_all(count, jobs, AfterFailure::goes_on, Ends::first_alone, work);
}

void for_each_until_failure(std::size_t count, std::size_t jobs,
                            const std::function<void(std::size_t)>& work) {
  run_all(count, jobs, AfterFailure::stops, Ends::first_alone, work);
}

void for_each_from_both_ends(std::size_t count, std::size_t jobs,
                             const std::function<void(std::size_t)>& work) {
  run_all(count, jobs, AfterFailure::stops, Ends::both, work);
}

}  // namespace base
