#include "delta/moves.hpp"

#include <algorithm>
#include <iterator>
#include <queue>
#include <tuple>

namespace delta {
namespace {

// What one step copies.
struct Copied {
  std::uint64_t begin = 0, end = 0;  // in the old binary
  std::int64_t shift = 0;
};

// By where they begin in the old binary; of those that begin together, the first of the new one.
std::vector<Copied> sorted_copies(const std::vector<Step>& steps) {
  std::vector<Copied> copies;
  copies.reserve(steps.size());
  std::uint64_t done = 0;
  for (const Step& step : steps) {
    if (step.same > 0) {
      copies.push_back(
          {step.old_position, step.old_position + step.same,
           static_cast<std::int64_t>(done) - static_cast<std::int64_t>(step.old_position)});
    }
    done += step.same + step.more;
  }
  std::sort(copies.begin(), copies.end(), [](const Copied& left, const Copied& right) {
    return std::tie(left.begin, left.shift) < std::tie(right.begin, right.shift);
  });
  return copies;
}

// Is the longest one behind in a priority queue, and of equally long ones the first.
struct IsLessWorth {
  bool operator()(const Copied* left, const Copied* right) const {
    const std::uint64_t left_size = left->end - left->begin;
    const std::uint64_t right_size = right->end - right->begin;
    return left_size != right_size ? left_size < right_size : left > right;
  }
};

}  // namespace

Moves::Moves(const std::vector<Step>& steps) {
  const std::vector<Copied> copies = sorted_copies(steps);
  std::priority_queue<const Copied*, std::vector<const Copied*>, IsLessWorth> covering;
  auto next = copies.begin();
  std::uint64_t at = 0;
  for (;;) {
    while (!covering.empty() && covering.top()->end <= at)
      covering.pop();
    if (covering.empty()) {
      if (next == copies.end()) break;
      at = next->begin;
    }
    for (; next != copies.end() && next->begin == at; ++next)
      covering.push(&*next);
    const Copied& longest = *covering.top();
    if (m_shifts.empty() || m_shifts.back().second != longest.shift) {
      m_shifts.emplace_back(at, longest.shift);
    }
    at = next == copies.end() ? longest.end : std::min(longest.end, next->begin);
  }
}

std::int64_t Moves::shift_at(std::uint64_t old_position) const {
  const auto behind = std::upper_bound(
      m_shifts.begin(), m_shifts.end(), old_position,
      [](std::uint64_t position, const auto& shift) { return position < shift.first; });
  return behind == m_shifts.begin() ? 0 : std::prev(behind)->second;
}

}  // namespace delta
