#include "agent/listing.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace agent {
namespace {

using base::cat;
namespace json = base::json;

bool contains(const std::vector<schema::Version>& versions, const schema::Version& version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

void add_release(const ListingInput& input, const schema::Release& release, ListedVersion& listed) {
  listed.available = true;
  listed.channel = release.channel;
  listed.date = release.date;
  for (const schema::Platform& platform : schema::platforms_for(input.machine)) {
    const auto entry = release.platforms.find(platform);
    if (entry == release.platforms.end()) continue;
    listed.for_this_machine = true;
    listed.size = entry->second.size;
    break;
  }
  if (release.yanked) {
    listed.remarks.push_back(cat("yanked: ", base::safe_text(release.yanked->reason, 200)));
  }
  if (release.critical) listed.remarks.emplace_back("critical");
  if (release.breaking_changes) listed.remarks.emplace_back("breaking changes");
  if (!listed.for_this_machine) listed.remarks.emplace_back("not for this machine");
}

void add_remarks(const ListingInput& input, ListedVersion& listed) {
  const schema::Version& version = listed.version;
  const auto& available = input.available;
  if (available && available->security_floor && version < *available->security_floor) {
    listed.remarks.push_back(cat("below the security floor ", available->security_floor->text()));
  }
  if (available && listed.channel && available->halts.contains(*listed.channel)) {
    listed.remarks.push_back(cat("channel ", schema::channel_name(*listed.channel), " is halted"));
  }
  const bool is_newer = !input.current || *input.current < version;
  if (input.hold && is_newer && version <= input.hold->left) {
    listed.remarks.push_back(cat("held since you went back from ", input.hold->left.text()));
  }
  if (input.pin && is_newer && !version.matches_prefix(*input.pin)) {
    listed.remarks.push_back(cat("outside of the pin ", *input.pin));
  }
  if (contains(input.skipped, version)) listed.remarks.emplace_back("skipped");
  for (const BlockedVersion& blocked : input.blocklist) {
    if (blocked.version == version) {
      listed.remarks.push_back(cat("failed here: ", base::safe_text(blocked.reason, 200)));
    }
  }
  if (listed.installed && !listed.complete) listed.remarks.emplace_back("damaged");
}

std::string state_word(const ListedVersion& listed) {
  if (listed.current) return "current";
  if (listed.previous) return "previous";
  if (listed.installed) return "installed";
  return "available";
}

}  // namespace

std::vector<ListedVersion> make_listing(const ListingInput& input) {
  std::map<schema::Version, ListedVersion, std::greater<>> by_version;
  const auto entry = [&by_version](const schema::Version& version) -> ListedVersion& {
    return by_version
        .try_emplace(
            version,
            ListedVersion{version, false, false, false, false, false, false, {}, {}, {}, {}})
        .first->second;
  };
  for (const schema::Version& version : input.installed)
    entry(version).installed = true;
  for (const schema::Version& version : input.complete)
    entry(version).complete = true;
  if (input.current) entry(*input.current).current = true;
  if (input.previous) entry(*input.previous).previous = true;
  if (input.available) {
    for (const auto& [version, release] : input.available->releases) {
      add_release(input, release, entry(version));
    }
  }
  std::vector<ListedVersion> versions;
  for (auto& [version, listed] : by_version) {
    add_remarks(input, listed);
    versions.push_back(std::move(listed));
  }
  return versions;
}

std::string listing_text(const std::vector<ListedVersion>& versions) {
  using Row = std::array<std::string, 6>;
  std::vector<Row> rows{{" ", "VERSION", "STATE", "CHANNEL", "DATE", "SIZE"}};
  for (const ListedVersion& listed : versions) {
    rows.push_back({listed.current ? "*" : " ", listed.version.text(), state_word(listed),
                    listed.channel ? std::string(schema::channel_name(*listed.channel)) : "-",
                    listed.date ? base::format_date(*listed.date) : "-",
                    listed.size ? base::human_size(*listed.size) : "-"});
  }
  std::array<std::size_t, 6> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths.at(i) = std::max(widths.at(i), row.at(i).size());
    }
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line += cat(rows[r].at(i), std::string(widths.at(i) - rows[r].at(i).size(), ' '),
                  i == 0 ? " " : "  ");
    }
    line += r == 0 ? std::string("REMARKS") : base::join(versions[r - 1].remarks, "; ");
    text += cat(line.substr(0, line.find_last_not_of(' ') + 1), "\n");
  }
  return text;
}

json::Value listing_json(const std::vector<ListedVersion>& versions, const std::string& product,
                         schema::Channel channel, bool site_was_read) {
  json::Array array;
  for (const ListedVersion& listed : versions) {
    json::Array remarks;
    for (const std::string& remark : listed.remarks)
      remarks.emplace_back(remark);
    array.emplace_back(json::Object{
        {"version", listed.version.text()},
        {"state", state_word(listed)},
        {"installed", listed.installed},
        {"complete", listed.complete},
        {"current", listed.current},
        {"previous", listed.previous},
        {"available", listed.available},
        {"for_this_machine", listed.for_this_machine},
        {"channel",
         listed.channel ? json::Value(schema::channel_name(*listed.channel)) : json::Value()},
        {"date", listed.date ? json::Value(base::format_time(*listed.date)) : json::Value()},
        {"size", listed.size ? json::Value(*listed.size) : json::Value()},
        {"remarks", std::move(remarks)}});
  }
  return json::Object{{"schema", 1},
                      {"product", product},
                      {"channel", schema::channel_name(channel)},
                      {"site_was_read", site_was_read},
                      {"versions", std::move(array)}};
}

}  // namespace agent
