#pragma once

#include "base/error.hpp"

#include <string>
#include <vector>

namespace releaser {

struct Problem {
  base::Errc code = base::Errc::config;
  std::string text;  // one line: what is wrong; what to do
};

// Everything that is wrong, found before anything is written, so that a person mends it in one go.
class Problems {
 public:
  void add(base::Errc code, std::string text);
  void add(std::string text) { add(base::Errc::config, std::move(text)); }
  void warn(std::string text) { m_warnings.push_back(std::move(text)); }
  // What another list has, behind what is here.
  void append(const Problems& others);
  // --strict: warnings are problems, and listed with them.
  void make_problems_of_warnings();

  // Runs `work`; an Error that leaves it becomes a problem.
  template <class Work>
  void collect(Work&& work) {
    try {
      work();
    } catch (const base::Error& error) {
      add(error.code(), error.what());
    }
  }

  [[nodiscard]] const std::vector<Problem>& problems() const { return m_problems; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return m_warnings; }
  // One Error with a line each; its code: untrusted, else expired, else theirs if all agree.
  void throw_if_any() const;

 private:
  std::vector<Problem> m_problems;
  std::vector<std::string> m_warnings;
};

}  // namespace releaser
