#include "releaser/commands/status.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/followers.hpp"
#include "releaser/commands/public_trust.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/packages.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/trust_folder.hpp"
#include "releaser/trust/trust_report.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
namespace json = base::json;

struct ChannelLine {
  std::string destination, channel, latest, published;
  std::uint64_t generation = 0;
  std::size_t releases = 0;
};

std::vector<ChannelLine> lines_of(const Destination& destination, const PublicState& state) {
  std::vector<ChannelLine> lines;
  for (const auto& [channel, manifest] : state.channels) {
    ChannelLine line{.destination = destination.name(),
                     .channel = std::string(schema::channel_name(channel)),
                     .latest = "",
                     .published = "",
                     .generation = manifest.generation,
                     .releases = manifest.versions.size()};
    if (const auto latest = manifest.latest.find(channel); latest != manifest.latest.end()) {
      line.latest = latest->second.text();
      line.published = base::format_time(manifest.versions.at(latest->second).published);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void print_row(std::ostream& out, const std::vector<std::string>& cells,
               const std::vector<std::size_t>& widths) {
  for (std::size_t column = 0; column < cells.size(); ++column) {
    out << cells[column];
    if (column + 1 == cells.size()) break;
    out << std::string(widths[column] - cells[column].size() + 2, ' ');
  }
  out << '\n';
}

void print_table(std::ostream& out, const std::vector<ChannelLine>& lines) {
  std::vector<std::vector<std::string>> rows{
      {"DESTINATION", "CHANNEL", "LATEST", "PUBLISHED", "RELEASES", "GENERATION"}};
  for (const ChannelLine& line : lines) {
    rows.push_back({line.destination, line.channel, line.latest, line.published, cat(line.releases),
                    cat(line.generation)});
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  for (const auto& row : rows)
    print_row(out, row, widths);
}

// What the trust folder and each destination show of metadata; nothing where there is no [trust].
// What cannot be read or believed is among `failures`, once for each destination.
std::optional<TrustReport> look_at_metadata(const Services& services, const Run& run,
                                            std::vector<DestinationFailure>& failures) {
  if (!run.config.trust) return std::nullopt;
  const auto add = [&](const std::string& name, base::Errc code, const std::string& problem) {
    const bool is_known = std::any_of(failures.begin(), failures.end(),
                                      [&](const auto& each) { return each.name == name; });
    if (!is_known) failures.push_back({name, code, problem});
  };
  try {
    const TrustFolder folder =
        read_trust_folder(run.config.resolve(run.config.trust->folder, run.home));
    std::vector<PlaceProblem> problems;
    std::vector<PublicTrust> places;
    if (folder.root) places = read_public_trust(services, run.config, folder, problems);
    for (const PlaceProblem& problem : problems)
      add(problem.place, problem.code, problem.problem);
    return make_trust_report(folder, &run.config, places, services.now);
  } catch (const base::Error& error) {
    add("trust", error.code(), error.what());
    return std::nullopt;
  }
}

void print_metadata(std::ostream& out, const TrustReport& report) {
  for (const RoleReport& role : report.roles) {
    if (!role.expires) continue;
    out << "metadata: " << role.role << ' ' << role.version << " of " << role.place
        << " is good until " << base::format_date(*role.expires) << " (" << role.days_left
        << (role.days_left == 1 ? " day" : " days")
        << (role.state == RoleState::good ? ")" : cat("): ", state_name(role.state))) << '\n';
  }
  for (const std::string& line : report.notes)
    out << "note: " << line << '\n';
  for (const std::string& line : report.next)
    out << "next: " << line << '\n';
}

json::Object json_of(const TrustReport& report) {
  json::Array roles;
  for (const RoleReport& role : report.roles) {
    if (!role.expires) continue;
    roles.emplace_back(json::Object{{"role", role.role},
                                    {"place", role.place},
                                    {"version", role.version},
                                    {"expires", base::format_time(*role.expires)},
                                    {"days_left", role.days_left},
                                    {"state", state_name(role.state)}});
  }
  return {{"roles", std::move(roles)},
          {"next", json::Array(report.next.begin(), report.next.end())}};
}

void print_followers(std::ostream& out, const std::vector<Follower>& followers) {
  for (const Follower& follower : followers) {
    out << follower.name << " (" << follower.place << "): ";
    if (follower.lacks.empty()) {
      out << "shows the newest releases\n";
    } else {
      out << "behind, to be done: " << base::join(follower.lacks, ", ") << '\n';
    }
  }
}

json::Array json_of(const std::vector<Follower>& followers) {
  json::Array array;
  array.reserve(followers.size());
  for (const Follower& follower : followers) {
    array.emplace_back(
        json::Object{{"name", follower.name},
                     {"place", follower.place},
                     {"lacks", json::Array(follower.lacks.begin(), follower.lacks.end())}});
  }
  return array;
}

int run_status(const Services& services, const base::Arguments& arguments) {
  RunOptions options;
  options.dry_run = true;
  with_run(services, arguments, options, [&](Run& run) {
    if (!run.config.sign) {
      throw base::Error(base::Errc::config,
                        "[sign] is missing: without its public key nothing that "
                        "is public can be believed");
    }
    std::vector<ChannelLine> all;
    json::Array destinations;
    std::vector<DestinationFailure> failures;
    std::optional<PublicState> truth;  // what the others follow
    for (const DestinationSettings& settings : run.config.destinations) {
      if (!settings.carries.site) continue;
      const auto destination = make_destination(settings, run.config, run.machine());
      std::vector<ChannelLine> lines;
      std::optional<std::string> problem;
      try {
        lines = base::with_context(destination->place(), [&] {
          const PublicState state = read_public_state(*destination, run.config, {});
          if (!state.stolen.empty()) {
            throw base::Error(base::Errc::untrusted,
                              base::cat(schema::manifest_name(*state.stolen.begin()),
                                        " is signed by a key of stolen_public_keys; publish a "
                                        "release with the new key"));
          }
          if (!truth) truth = state;
          return lines_of(*destination, state);
        });
      } catch (const base::Error& error) {
        problem = error.what();
        failures.push_back({destination->name(), error.code(), *problem});
      }
      json::Array channels;
      for (const ChannelLine& line : lines) {
        channels.emplace_back(json::Object{{"channel", line.channel},
                                           {"latest", line.latest},
                                           {"published", line.published},
                                           {"releases", std::uint64_t{line.releases}},
                                           {"generation", line.generation}});
        all.push_back(line);
      }
      json::Object shown{{"name", destination->name()},
                         {"place", destination->place()},
                         {"url", destination->url()},
                         {"channels", std::move(channels)}};
      if (problem) shown.emplace_back("problem", *problem);
      destinations.emplace_back(std::move(shown));
    }
    std::vector<Follower> followers;
    if (truth && !truth->channels.empty()) {
      run.before = std::move(*truth);
      followers = look_at_followers(run);
      failures.insert(failures.end(), run.failures.begin(), run.failures.end());
    }
    const auto metadata = look_at_metadata(services, run, failures);
    if (wants_json(arguments)) {
      json::Object shown{{"schema", 1},
                         {"product", run.config.product.name},
                         {"destinations", std::move(destinations)},
                         {"followers", json_of(followers)}};
      if (metadata) shown.emplace_back("metadata", json_of(*metadata));
      services.out << json::write(shown, json::Style::pretty);
    } else {
      if (!all.empty()) {
        print_table(services.out, all);
      } else if (failures.empty()) {
        services.out << "nothing is published yet\n";
      }
      print_followers(services.out, followers);
      if (metadata) print_metadata(services.out, *metadata);
    }
    if (failures.empty()) return;
    throw failure_of(failures, run.config.destinations.size() + package_kinds(run).size(),
                     common_code(failures), "");
  });
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_status(const Services& services) {
  return {
      .name = "status",
      .aliases = {},
      .summary = "what each destination shows now",
      .description =
          "The newest release of each channel at each destination that has manifests; whether "
          "hosts of releases, tap and bucket follow the first one, and what is still to be done "
          "there: the command that was stopped, run again, does it.",
      .options = {},
      .positionals = {},
      .examples = {{"cco-release status", "a line for each channel of each destination"},
                   {"cco-release status --json", "the same for programs"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_status(services, arguments);
      }};
}

}  // namespace releaser
