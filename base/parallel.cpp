#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace base {
namespace {

enum class AfterFailure { goes_on, stops };

void run_all(std::size_t count, std::size_t jobs, AfterFailure after,
             const std::function<void(std::size_t)>& work) {
  std::vector<std::exception_ptr> failures(count);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> is_over{false};
  const auto run = [&] {
    for (std::size_t index = next++; index < count && !is_over; index = next++) {
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
  for (std::size_t extra = 1; extra < std::min(jobs, count); ++extra)
    threads.emplace_back(run);
  run();
  for (std::thread& thread : threads)
    thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

void for_each_in_parallel(std::size_t count, std::size_t jobs,
                          const std::function<void(std::size_t)>& work) {
  run_all(count, jobs, AfterFailure::goes_on, work);
}

void for_each_until_failure(std::size_t count, std::size_t jobs,
                            const std::function<void(std::size_t)>& work) {
  run_all(count, jobs, AfterFailure::stops, work);
}

}  // namespace base
