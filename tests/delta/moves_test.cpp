#include "delta/moves.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using delta::Moves;
using delta::Step;

// What the definition says, position by position.
std::vector<std::int64_t> shifts_by_definition(const std::vector<Step>& steps, std::size_t size) {
  std::vector<std::int64_t> shifts;
  for (std::uint64_t position = 0; position < size; ++position) {
    std::uint64_t longest = 0;
    std::pair<std::uint64_t, std::int64_t> first;
    std::uint64_t done = 0;
    for (const Step& step : steps) {
      const std::pair<std::uint64_t, std::int64_t> here{
          step.old_position,
          static_cast<std::int64_t>(done) - static_cast<std::int64_t>(step.old_position)};
      const bool covers = step.old_position <= position && position < step.old_position + step.same;
      if (covers && (step.same > longest || (step.same == longest && here < first))) {
        longest = step.same;
        first = here;
      }
      done += step.same + step.more;
    }
    const std::int64_t before = shifts.empty() ? 0 : shifts.back();
    shifts.push_back(longest > 0 ? first.second : before);
  }
  return shifts;
}

std::vector<std::int64_t> shifts_of(const Moves& moves, std::size_t size) {
  std::vector<std::int64_t> shifts;
  for (std::uint64_t position = 0; position < size; ++position)
    shifts.push_back(moves.shift_at(position));
  return shifts;
}

}  // namespace

TEST_SUITE("delta/moves") {
  TEST_CASE(
      "the longest step says where a place went, and what none copies goes with its neighbour") {
    struct Row {
      std::string what;
      std::vector<Step> steps;
      std::vector<std::int64_t> shifts;  // of positions 0 to 7
    };
    const std::vector<Row> rows{
        {"no steps", {}, {0, 0, 0, 0, 0, 0, 0, 0}},
        {"nothing copied", {{.old_position = 3, .more = 5}}, {0, 0, 0, 0, 0, 0, 0, 0}},
        {"the front is new",
         {{.more = 5}, {.old_position = 2, .same = 3}},
         {0, 0, 3, 3, 3, 3, 3, 3}},
        {"something inserted",
         {{.same = 4, .more = 9}, {.old_position = 4, .same = 4}},
         {0, 0, 0, 0, 9, 9, 9, 9}},
        {"something gone",
         {{.same = 2}, {.old_position = 4, .same = 4}},
         {0, 0, 0, 0, -2, -2, -2, -2}},
        {"a short one within a long one",
         {{.old_position = 3, .same = 2}, {.same = 8}},
         {2, 2, 2, 2, 2, 2, 2, 2}},
        {"overlapping, the second longer",
         {{.same = 4}, {.old_position = 2, .same = 6}},
         {0, 0, 2, 2, 2, 2, 2, 2}},
        {"overlapping, the first longer",
         {{.same = 6}, {.old_position = 4, .same = 4}},
         {0, 0, 0, 0, 0, 0, 2, 2}},
        {"equally long, the first of the old binary",
         {{.old_position = 2, .same = 4}, {.same = 4}},
         {4, 4, 4, 4, -2, -2, -2, -2}},
        {"the same twice, the first of the new binary",
         {{.old_position = 2, .same = 3}, {.old_position = 2, .same = 3}},
         {0, 0, -2, -2, -2, -2, -2, -2}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(shifts_of(Moves(row.steps), 8) == row.shifts);
      CHECK(shifts_by_definition(row.steps, 8) == row.shifts);
    }
  }

  TEST_CASE("of any steps it says what the definition does") {
    constexpr std::size_t kSize = 60;
    std::mt19937 random(3);
    for (int round = 0; round < 500; ++round) {
      std::vector<Step> steps;
      for (std::size_t count = random() % 12; count > 0; --count) {
        const std::uint64_t position = random() % kSize;
        steps.push_back({.old_position = position,
                         .same = random() % (kSize - position + 1),
                         .more = random() % 5});
      }
      CAPTURE(round);
      CHECK(shifts_of(Moves(steps), kSize) == shifts_by_definition(steps, kSize));
    }
  }
}
