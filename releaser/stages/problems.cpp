#include "releaser/stages/problems.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

// What is not to be believed, or has expired, is no mistake of who configures: a monitor must see
// it beside whatever else is wrong. The rest has one code where all agree.
base::Errc code_of(const std::vector<Problem>& problems) {
  const auto has = [&](base::Errc code) {
    return std::any_of(problems.begin(), problems.end(),
                       [&](const Problem& each) { return each.code == code; });
  };
  for (const base::Errc code : {base::Errc::untrusted, base::Errc::expired})
    if (has(code)) return code;
  const base::Errc first = problems.front().code;
  const bool all_equal = std::all_of(problems.begin(), problems.end(),
                                     [&](const Problem& each) { return each.code == first; });
  return all_equal ? first : base::Errc::config;
}

}  // namespace

void Problems::add(base::Errc code, std::string text) {
  const bool is_known = std::any_of(m_problems.begin(), m_problems.end(),
                                    [&](const Problem& each) { return each.text == text; });
  if (!is_known) m_problems.push_back({code, std::move(text)});
}

void Problems::append(const Problems& others) {
  for (const Problem& problem : others.m_problems)
    add(problem.code, problem.text);
  m_warnings.insert(m_warnings.end(), others.m_warnings.begin(), others.m_warnings.end());
}

void Problems::make_problems_of_warnings() {
  for (std::string& warning : m_warnings)
    add(std::move(warning));
  m_warnings.clear();
}

void Problems::throw_if_any() const {
  if (m_problems.empty()) return;
  if (m_problems.size() == 1) {
    throw base::Error(m_problems.front().code, m_problems.front().text);
  }
  std::string message = base::cat(m_problems.size(), " problems:");
  for (const Problem& problem : m_problems)
    message += base::cat("\n  ", problem.text);
  throw base::Error(code_of(m_problems), message);
}

}  // namespace releaser
