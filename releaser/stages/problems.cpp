#include "releaser/stages/problems.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser {

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
  const base::Errc first = m_problems.front().code;
  if (m_problems.size() == 1) throw base::Error(first, m_problems.front().text);
  std::string message = base::cat(m_problems.size(), " problems:");
  for (const Problem& problem : m_problems)
    message += base::cat("\n  ", problem.text);
  const bool all_equal = std::all_of(m_problems.begin(), m_problems.end(),
                                     [&](const Problem& each) { return each.code == first; });
  throw base::Error(all_equal ? first : base::Errc::config, message);
}

}  // namespace releaser
