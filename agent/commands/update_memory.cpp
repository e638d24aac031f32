#include "agent/commands/update_memory.hpp"

#include "agent/check_record.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

using base::Errc;

}  // namespace

std::optional<WriteAccess> access_for_look(const Services& services) {
  try {
    return std::optional<WriteAccess>(std::in_place, services, WriteAccess::WhenLocked::give_up);
  } catch (const base::Error& error) {
    if (error.code() != Errc::locked && error.code() != Errc::cannot_write) throw;
    services.messages.detail(base::cat("nothing is remembered of this look: ", error.what()));
    return std::nullopt;
  }
}

void begin_look(const Services& services, const Config& config) {
  CheckRecord record = read_check_record(services.layout).value_or(CheckRecord{});
  ++record.failures;
  record.next_due = next_check(config, record.failures, services.now, base::random_fraction());
  write_check_record(services.layout, record);
}

void remember_look(const Services& services, const Config& config, const Decision& decision) {
  CheckRecord record{.next_due = next_check(config, 0, services.now, base::random_fraction()),
                     .checked_at = services.now,
                     .failures = 0,
                     .channel = config.channel,
                     .available = std::nullopt,
                     .critical = false};
  if (const auto* install = std::get_if<Install>(&decision.outcome)) {
    record.available = install->version;
    record.critical = install->critical;
  }
  write_check_record(services.layout, record);
}

void remember_failure(const Services& services, const Config& config,
                      std::optional<std::chrono::seconds> asked_to_wait) {
  CheckRecord record = read_check_record(services.layout).value_or(CheckRecord{});
  if (record.failures == 0) {
    record.failures = 1;
    record.next_due = next_check(config, record.failures, services.now, base::random_fraction());
  }
  if (asked_to_wait) record.next_due = std::max(record.next_due, services.now + *asked_to_wait);
  write_check_record(services.layout, record);
}

void forget_available(const Layout& layout) {
  auto record = read_check_record(layout);
  if (!record) return;
  record->available = std::nullopt;
  record->critical = false;
  write_check_record(layout, *record);
}

}  // namespace agent
