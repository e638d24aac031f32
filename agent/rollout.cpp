#include "agent/plan.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <ratio>

namespace agent {
namespace {

using Years = std::chrono::duration<std::int64_t, std::ratio<31556952>>;
constexpr Years kLongestPlausibleAge{10};

bool clock_is_plausible(const schema::Release& release, base::Time now, base::Time built) {
  return now >= release.published && now >= built &&
         now <= std::max(release.published, built) + kLongestPlausibleAge;
}

}  // namespace

int rollout_bucket(std::string_view install_id, const schema::Version& version,
                   schema::Channel channel) {
  constexpr char kZero = '\0';
  const trust::Sha256 digest =
      trust::sha256_of(base::cat("cco-rollout-v1", kZero, install_id, kZero, version.text(), kZero,
                                 schema::channel_name(channel)));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i)
    number = number << 8 | digest.bytes().at(i);
  return static_cast<int>(number % 10000);
}

int rollout_basis_points(const schema::Release& release, base::Time now, base::Time built) {
  if (release.rollout.empty()) return 10000;
  // Closed rather than open: a clock that cannot be right must not make everybody the first.
  if (!clock_is_plausible(release, now, built)) return release.rollout.front().basis_points;
  int basis_points = 0;
  for (const schema::RolloutStep& step : release.rollout) {
    if (step.at <= now) basis_points = step.basis_points;
  }
  return basis_points;
}

}  // namespace agent
