#include "delta/making/differences.hpp"

#include "base/buffer.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <cstring>

#include <divsufsort.h>

namespace delta::making {
namespace {

struct Match {
  std::size_t position = 0, size = 0;
};

std::size_t common_prefix(std::string_view left, std::string_view right) {
  const std::size_t most = std::min(left.size(), right.size());
  return static_cast<std::size_t>(
      std::mismatch(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(most), right.begin())
          .first -
      left.begin());
}

// All suffixes of the old binary in their order.
class Suffixes {
 public:
  explicit Suffixes(std::string_view text) : m_text(text), m_memory(text.size() * sizeof(saidx_t)) {
    const int result =
        divsufsort(reinterpret_cast<const sauchar_t*>(text.data()),
                   reinterpret_cast<saidx_t*>(m_memory.data()), static_cast<saidx_t>(text.size()));
    if (result != 0) throw base::Error(base::Errc::internal, "the suffix sort failed");
  }

  // The suffix that has the most in common with the front of `wanted`.
  [[nodiscard]] Match longest(std::string_view wanted) const {
    std::size_t first = 0;
    std::size_t last = m_text.size() - 1;
    while (last - first >= 2) {
      const std::size_t middle = first + (last - first) / 2;
      const std::string_view suffix = m_text.substr(at(middle));
      const std::size_t compared = std::min(suffix.size(), wanted.size());
      (std::memcmp(suffix.data(), wanted.data(), compared) < 0 ? first : last) = middle;
    }
    const std::size_t below = common_prefix(m_text.substr(at(first)), wanted);
    const std::size_t above = common_prefix(m_text.substr(at(last)), wanted);
    return below > above ? Match{at(first), below} : Match{at(last), above};
  }

 private:
  [[nodiscard]] std::size_t at(std::size_t index) const {
    saidx_t position = 0;
    std::memcpy(&position, m_memory.view().data() + index * sizeof(saidx_t), sizeof position);
    return static_cast<std::size_t>(position);
  }

  std::string_view m_text;
  base::Buffer m_memory;
};

// How far two texts go on together, forwards, with more equal bytes than others.
std::size_t similar_forwards(std::string_view old, std::string_view target) {
  const std::size_t most = std::min(old.size(), target.size());
  std::size_t best = 0;
  std::ptrdiff_t score = 0;
  std::ptrdiff_t best_score = 0;
  for (std::size_t i = 0; i < most; ++i) {
    score += old[i] == target[i] ? 1 : -1;
    if (score > best_score) {
      best_score = score;
      best = i + 1;
    }
  }
  return best;
}

// The same, backwards from the ends of both.
std::size_t similar_backwards(std::string_view old, std::string_view target) {
  const std::size_t most = std::min(old.size(), target.size());
  std::size_t best = 0;
  std::ptrdiff_t score = 0;
  std::ptrdiff_t best_score = 0;
  for (std::size_t i = 1; i <= most; ++i) {
    score += old[old.size() - i] == target[target.size() - i] ? 1 : -1;
    if (score > best_score) {
      best_score = score;
      best = i;
    }
  }
  return best;
}

// Where two stretches of the target overlap: the first `kept` bytes of the overlap go to the one
// before, the others to the one behind, so that the most bytes agree.
std::size_t split_overlap(std::string_view before, std::string_view behind,
                          std::string_view target) {
  std::size_t kept = 0;
  std::ptrdiff_t score = 0;
  std::ptrdiff_t best_score = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    score += before[i] == target[i] ? 1 : 0;
    score -= behind[i] == target[i] ? 1 : 0;
    if (score > best_score) {
      best_score = score;
      kept = i + 1;
    }
  }
  return kept;
}

// A place of the target and its like in the old binary.
struct Place {
  std::size_t target = 0, old = 0;
};

// Scans the target for a match that is worth a new step.
class Scan {
 public:
  Scan(std::string_view old, std::string_view target)
      : m_old(old), m_target(target), m_suffixes(old) {}

  // The next place from where another stretch of the old binary is a better like than to go on from
  // `last`; at the end of the target, its end.
  Place next(const Place& last) {
    for (;;) {
      const std::size_t agreeing = advance(last);
      if (m_at == m_target.size()) return {m_target.size(), m_old.size()};
      if (m_match.size != agreeing) return {m_at, m_match.position};
    }
  }

 private:
  // Behind the last match, to one that is as good as going on, or better by enough bytes to be
  // worth a step. Gives how many bytes of the match going on would have right, too.
  std::size_t advance(const Place& last) {
    constexpr std::size_t kWorthAStep = 8;
    m_at += m_match.size;
    std::size_t agreeing = 0;
    for (std::size_t counted = m_at; m_at < m_target.size(); ++m_at) {
      m_match = m_suffixes.longest(m_target.substr(m_at));
      for (; counted < m_at + m_match.size; ++counted)
        agreeing += goes_on_right(last, counted) ? 1U : 0U;
      if (m_match.size == agreeing && agreeing > 0) break;
      if (m_match.size > agreeing + kWorthAStep) break;
      if (goes_on_right(last, m_at)) --agreeing;
    }
    return agreeing;
  }

  [[nodiscard]] bool goes_on_right(const Place& last, std::size_t at) const {
    const std::size_t old = at - last.target + last.old;
    return old < m_old.size() && m_old[old] == m_target[at];
  }

  std::string_view m_old, m_target;
  Suffixes m_suffixes;
  std::size_t m_at = 0;
  Match m_match;
};

}  // namespace

std::vector<Step> find_steps(std::string_view old, std::string_view target, std::size_t most) {
  std::vector<Step> steps;
  Scan scan(old, target);
  Place last;
  while (last.target < target.size()) {
    Place next = scan.next(last);
    const bool at_end = next.target == target.size();
    if (!at_end && steps.size() + 1 == most) {
      steps.push_back({.old_position = last.old, .more = target.size() - last.target});
      break;
    }
    const std::string_view between = target.substr(last.target, next.target - last.target);
    std::size_t forwards = similar_forwards(old.substr(last.old), between);
    std::size_t backwards = at_end ? 0 : similar_backwards(old.substr(0, next.old), between);
    if (forwards + backwards > between.size()) {
      const std::size_t overlap = forwards + backwards - between.size();
      const std::size_t kept = split_overlap(old.substr(last.old + forwards - overlap, overlap),
                                             old.substr(next.old - backwards, overlap),
                                             between.substr(forwards - overlap, overlap));
      forwards = forwards - overlap + kept;
      backwards -= kept;
    }
    const Step step{
        .old_position = last.old, .same = forwards, .more = between.size() - forwards - backwards};
    if (step.same + step.more > 0) steps.push_back(step);
    last = {next.target - backwards, next.old - backwards};
    if (at_end) break;
  }
  return steps;
}

}  // namespace delta::making
