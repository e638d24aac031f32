#include "releaser/commands/trust_status.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/public_trust.hpp"
#include "releaser/commands/trust_place.hpp"
#include "releaser/trust/changes.hpp"
#include "releaser/trust/trust_report.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

std::string expiry_of(const RoleReport& role) {
  return role.expires ? base::format_date(*role.expires) : "-";
}

void print_text(const TrustFolder& folder, const TrustReport& report, std::ostream& out) {
  std::vector<std::vector<std::string>> rows{
      {"ROLE", "PLACE", "VERSION", "EXPIRES", "DAYS", "SIGNED BY", "STATE"}};
  for (const RoleReport& role : report.roles) {
    rows.push_back({role.role, role.place.empty() ? "-" : role.place,
                    role.version == 0 ? "-" : cat(role.version), expiry_of(role),
                    role.expires ? cat(role.days_left) : "-", threshold_text(role.authority),
                    role.expires ? std::string(state_name(role.state)) : "-"});
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], row[column].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      if (column + 1 < row.size()) {
        line += std::string(widths[column] - row[column].size() + 2, ' ');
      }
    }
    out << line << '\n';
  }
  // Each key once, with all that it signs.
  std::vector<std::pair<std::string, std::vector<std::string>>> keys;
  for (const RoleReport& role : report.roles) {
    for (const std::string& key : role.keys) {
      auto known = std::find_if(keys.begin(), keys.end(),
                                [&](const auto& each) { return each.first == key; });
      if (known == keys.end()) known = keys.insert(keys.end(), {key, {}});
      auto& roles = known->second;
      if (std::find(roles.begin(), roles.end(), role.role) == roles.end()) {
        roles.push_back(role.role);
      }
    }
  }
  for (const auto& [key, roles] : keys)
    out << "key " << key << " signs " << base::join(roles, ", ") << '\n';
  if (folder.draft) {
    std::vector<std::string> names;
    for (const DraftFile& file : folder.draft->files)
      names.push_back(file.name);
    out << "a ceremony is under way for " << base::join(names, " and ") << '\n';
  }
  for (const std::string& line : report.notes)
    out << "note: " << line << '\n';
  for (const std::string& line : report.next)
    out << "next: " << line << '\n';
}

json::Array texts(const std::vector<std::string>& lines) { return {lines.begin(), lines.end()}; }

json::Object json_of(const TrustPlace& place, const TrustFolder& folder, const TrustReport& report,
                     const std::vector<PlaceProblem>& problems) {
  json::Array roles;
  for (const RoleReport& role : report.roles) {
    json::Object shown{{"role", role.role}, {"place", role.place}};
    if (role.expires) {
      shown.emplace_back("version", role.version);
      shown.emplace_back("expires", base::format_time(*role.expires));
      shown.emplace_back("days_left", role.days_left);
      shown.emplace_back("state", state_name(role.state));
    }
    shown.emplace_back("threshold", role.authority.threshold);
    shown.emplace_back("keys", texts(role.keys));
    roles.emplace_back(std::move(shown));
  }
  json::Object all{{"schema", 1},
                   {"product", place.config   ? place.config->product.name
                               : folder.draft ? folder.draft->product
                                              : std::string()},
                   {"folder", place.folder.string()},
                   {"roles", std::move(roles)}};
  if (folder.draft) {
    json::Array files;
    for (const DraftFile& file : folder.draft->files)
      files.emplace_back(file.name);
    all.emplace_back("ceremony", json::Object{{"files", std::move(files)},
                                              {"complete", report.missing.empty()},
                                              {"missing", texts(report.missing)}});
  }
  json::Array failures;
  for (const PlaceProblem& each : problems) {
    failures.emplace_back(json::Object{{"place", each.place},
                                       {"status", base::exit_status(each.code)},
                                       {"problem", each.problem}});
  }
  all.emplace_back("failures", std::move(failures));
  all.emplace_back("notes", texts(report.notes));
  all.emplace_back("next", texts(report.next));
  return all;
}

int run_trust_status(const Services& services, const base::Arguments& arguments) {
  const TrustPlace place = find_trust_place(services, arguments);
  const TrustFolder folder = read_trust_folder(place.folder);
  std::vector<PlaceProblem> problems;
  std::vector<PublicTrust> places;
  if (place.config && folder.root) {
    places = read_public_trust(services, *place.config, folder, problems);
  }
  const TrustReport report = make_trust_report(folder, place.config ? &*place.config : nullptr,
                                               places, ceremony_time(services, arguments));
  if (wants_json(arguments)) {
    services.out << json::write(json_of(place, folder, report, problems), json::Style::pretty);
  } else {
    print_text(folder, report, services.out);
  }
  if (report.late) {
    throw Error(Errc::expired,
                cat(report.late->role, " of ", report.late->place,
                    report.late->state == RoleState::expired ? " expired on " : " expires on ",
                    expiry_of(*report.late), "; do what is said under next"));
  }
  if (!problems.empty()) throw Error(problems.front().code, problems.front().problem);
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_trust_status(const Services& services) {
  return {.name = "trust status",
          .aliases = {},
          .summary = "every role, its keys, its days left, and what to do next",
          .description =
              "Reads the trust folder, and the metadata that each destination shows. For monitors: "
              "ends with 8 from seven days before anything expires (half of its lifetime before, "
              "where that is shorter), and with 7 where something is not signed as it must be. "
              "--date tells how it will be on that day.",
          .options = {folder_option()},
          .positionals = {},
          .examples = {{"cco-release trust status", "a line a role"},
                       {"cco-release trust status --json", "the same for monitors"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_trust_status(services, arguments);
          }};
}

}  // namespace releaser
