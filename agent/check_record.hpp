#pragma once

#include "agent/config.hpp"
#include "agent/layout.hpp"
#include "base/clock.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace agent {

// What the last look for updates found: state/check.json. Notices are made from it, without a
// network.
struct CheckRecord {
  base::Time next_due{};                 // earlier: leave the site alone
  std::optional<base::Time> checked_at;  // of the last one that succeeded
  std::uint64_t failures = 0;            // since then
  schema::Channel channel = schema::Channel::stable;
  std::optional<schema::Version> available;  // what `update` would take
  bool critical = false;
  bool operator==(const CheckRecord&) const = default;
};

// Nothing where there is no such file, or it is damaged: it only saves a look.
std::optional<CheckRecord> read_check_record(const Layout& layout);
// For notices and status: without an `available` that failed on this machine since.
std::optional<CheckRecord> read_fit_check_record(const Layout& layout);
void write_check_record(const Layout& layout, const CheckRecord& record);

// Is it time to look again? Never where the interval is never or checks are off. A record of the
// future (a clock that went back) counts as due.
bool check_is_due(const std::optional<CheckRecord>& record, const Config& config, base::Time now);

// `random` is uniform in [0, 1). After a success: interval × U(0.9, 1.1); after failure number k:
// U(0, min(interval, 60 s × 2^k)), a minute at least.
base::Time next_check(const Config& config, std::uint64_t failures, base::Time now, double random);

}  // namespace agent
