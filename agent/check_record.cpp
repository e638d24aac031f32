#include "agent/check_record.hpp"

#include "agent/state.hpp"
#include "agent/state_file.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace agent {
namespace {

using base::Errc;
using base::Error;
namespace json = base::json;

constexpr std::size_t kMaxCheckRecordBytes = std::size_t{64} * 1024;
constexpr std::uint64_t kCheckRecordSchema = 1;

base::Time time_of(const json::ObjectReader& reader, std::string_view name) {
  const auto time = base::parse_time(reader.text(name));
  if (!time) reader.fail(name, "must be a time");
  return *time;
}

CheckRecord parse_record(std::string_view text) {
  const json::Value value = json::parse(text, {.max_bytes = kMaxCheckRecordBytes}, Errc::config);
  const json::ObjectReader reader(value, "", Errc::config);
  if (reader.number("schema") != kCheckRecordSchema) reader.fail("schema", "is not known");
  CheckRecord record;
  record.next_due = time_of(reader, "next_due");
  if (reader.find("checked_at") != nullptr) record.checked_at = time_of(reader, "checked_at");
  record.failures = reader.number("failures");
  const auto channel = schema::parse_channel(reader.text("channel"));
  if (!channel) reader.fail("channel", "is not known");
  record.channel = *channel;
  if (const auto available = reader.optional_text("available")) {
    record.available = schema::Version::parse(*available);
  }
  record.critical = reader.boolean("critical", false);
  return record;
}

}  // namespace

std::optional<CheckRecord> read_check_record(const Layout& layout) {
  const auto text = read_state_text(layout.state_file("check.json"), kMaxCheckRecordBytes);
  if (!text) return std::nullopt;
  try {
    return parse_record(*text);
  } catch (const Error&) {
    // A damaged or newer record is as good as none: the next look writes another one.
    return std::nullopt;
  }
}

std::optional<CheckRecord> read_fit_check_record(const Layout& layout) {
  std::optional<CheckRecord> record = read_check_record(layout);
  if (record && record->available) {
    const std::vector<BlockedVersion> blocked = read_blocklist(layout);
    if (std::any_of(blocked.begin(), blocked.end(), [&](const BlockedVersion& each) {
          return each.version == *record->available;
        })) {
      record->available = std::nullopt;
      record->critical = false;
    }
  }
  return record;
}

void write_check_record(const Layout& layout, const CheckRecord& record) {
  json::Object object{{"schema", kCheckRecordSchema},
                      {"next_due", base::format_time(record.next_due)},
                      {"checked_at", nullptr},
                      {"failures", record.failures},
                      {"channel", schema::channel_name(record.channel)},
                      {"available", nullptr},
                      {"critical", record.critical}};
  if (record.checked_at) object[2].second = base::format_time(*record.checked_at);
  if (record.available) object[5].second = record.available->text();
  // Not flushed: after a power cut a damaged record costs one look more, and a flush costs every
  // look.
  base::AtomicFile file(layout.state_file("check.json"), 0644, base::Durability::none);
  file.write(json::write(object, json::Style::pretty));
  file.commit();
}

bool check_is_due(const std::optional<CheckRecord>& record, const Config& config, base::Time now) {
  const auto interval = check_interval_length(config.check_interval);
  if (!config.enabled || !interval) return false;
  if (!record || record->next_due <= now) return true;
  // No honest wait is longer, and none that a site may ask for.
  return record->next_due - now > std::max(*interval * 2, std::chrono::seconds(86'400));
}

base::Time next_check(const Config& config, std::uint64_t failures, base::Time now, double random) {
  const auto interval =
      check_interval_length(config.check_interval).value_or(std::chrono::hours(24));
  constexpr std::chrono::seconds kMinute{60};
  if (failures == 0) {
    const double seconds = static_cast<double>(interval.count()) * (0.9 + 0.2 * random);
    return now + std::chrono::seconds(std::llround(seconds));
  }
  constexpr std::uint64_t kMostDoublings = 20;
  const auto longest = std::min(interval, kMinute * (1 << std::min(failures, kMostDoublings)));
  const double seconds = static_cast<double>(longest.count()) * random;
  return now + std::max(kMinute, std::chrono::seconds(std::llround(seconds)));
}

}  // namespace agent
