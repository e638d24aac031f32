#include "releaser/commands/status.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/stage.hpp"

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

int run_status(const Services& services, const base::Arguments& arguments) {
  with_run(services, arguments, {}, [&](Run& run) {
    if (!run.config.sign) {
      throw base::Error(base::Errc::config,
                        "[sign] is missing: without its public key nothing that "
                        "is public can be believed");
    }
    std::vector<ChannelLine> all;
    json::Array destinations;
    std::vector<DestinationFailure> failures;
    for (const DestinationSettings& settings : run.config.destinations) {
      const auto destination = make_destination(settings, run.config, run.home, run.locks);
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
    if (wants_json(arguments)) {
      services.out << json::write(json::Object{{"schema", 1},
                                               {"product", run.config.product.name},
                                               {"destinations", std::move(destinations)}},
                                  json::Style::pretty);
    } else if (!all.empty()) {
      print_table(services.out, all);
    } else if (failures.empty()) {
      services.out << "nothing is published yet\n";
    }
    if (failures.empty()) return;
    throw failure_of(failures, run.config.destinations.size(), common_code(failures), "");
  });
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_status(const Services& services) {
  return {.name = "status",
          .aliases = {},
          .summary = "what each destination shows now",
          .description = "",
          .options = {},
          .positionals = {},
          .examples = {{"cco-release status", "a line for each channel of each destination"},
                       {"cco-release status --json", "the same for programs"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_status(services, arguments);
          }};
}

}  // namespace releaser
