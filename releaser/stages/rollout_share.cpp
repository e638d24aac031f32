#include "releaser/stages/rollout_share.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser {

using base::cat;

std::string percent_text(int basis_points) {
  std::string text = cat(basis_points / 100);
  const int rest = basis_points % 100;
  if (rest != 0) text += cat(".", rest / 10, rest % 10 == 0 ? "" : cat(rest % 10));
  return cat(text, " %");
}

std::optional<int> parse_percent(std::string_view text) {
  text = base::trim(text);
  if (text.ends_with('%')) text = base::trim(text.substr(0, text.size() - 1));
  const std::size_t dot = text.find('.');
  const auto whole = base::parse_decimal(text.substr(0, dot));
  if (!whole || *whole > 100) return std::nullopt;
  int basis_points = static_cast<int>(*whole) * 100;
  if (dot != std::string_view::npos) {
    const std::string_view decimals = text.substr(dot + 1);
    const bool is_number = std::all_of(decimals.begin(), decimals.end(),
                                       [](char each) { return each >= '0' && each <= '9'; });
    if (decimals.empty() || decimals.size() > 2 || !is_number) return std::nullopt;
    basis_points += (decimals[0] - '0') * 10 + (decimals.size() == 2 ? decimals[1] - '0' : 0);
  }
  if (basis_points > kEverybody) return std::nullopt;
  return basis_points;
}

}  // namespace releaser
