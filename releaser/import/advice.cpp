#include "releaser/import/advice.hpp"

#include "base/text.hpp"

namespace releaser::import {

std::string_view advice_for(std::span<const Advice> table, std::string_view key) {
  const Advice* best = nullptr;
  for (const Advice& each : table) {
    const bool is_it = key == each.key || key.starts_with(base::cat(each.key, "."));
    if (is_it && (best == nullptr || each.key.size() > best->key.size())) best = &each;
  }
  return best == nullptr ? "has no counterpart; nothing is done in its place" : best->text;
}

}  // namespace releaser::import
