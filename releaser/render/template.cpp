#include "releaser/render/template.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kMarkLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

// The name of a mark whose first "@" is at `at`; "" where there is none.
std::string_view mark_at(std::string_view text, std::size_t at) {
  const auto end = text.find_first_not_of(kMarkLetters, at + 1);
  if (end == std::string_view::npos || text[end] != '@') return {};
  const auto name = text.substr(at + 1, end - at - 1);
  return name.empty() || name.front() < 'A' || name.front() > 'Z' ? std::string_view() : name;
}

}  // namespace

std::string fill_template(std::string_view template_text, const Marks& marks) {
  std::string out;
  std::set<std::string_view> used;
  std::size_t done = 0;
  while (true) {
    const auto at = template_text.find('@', done);
    if (at == std::string_view::npos) break;
    out += template_text.substr(done, at - done);
    const auto name = mark_at(template_text, at);
    if (name.empty()) {
      out += '@';
      done = at + 1;
      continue;
    }
    const auto value = marks.find(name);
    if (value == marks.end()) {
      throw Error(Errc::internal, cat("the template's mark @", name, "@ has no value"));
    }
    out += value->second;
    used.insert(value->first);
    done = at + name.size() + 2;
  }
  out += template_text.substr(done);
  for (const auto& [name, value] : marks) {
    if (!used.contains(name)) {
      throw Error(Errc::internal, cat("the template has no mark @", name, "@"));
    }
  }
  return out;
}

}  // namespace releaser
