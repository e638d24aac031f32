#include "releaser/commands/trust_refresh.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/key_file.hpp"

#include <algorithm>
#include <iterator>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

struct Refreshed {
  std::string role, reason;
  std::uint64_t version = 0;
  base::Time expires;
};

WantedFile wanted_file(const MetadataFile& file) {
  return {.name = file.name,
          .contents = file.bytes,
          .size = file.bytes.size(),
          .sha256 = trust::sha256_of(file.bytes)};
}

// Files that nothing names yet, then roots and the timestamp, in their order. Gives how many;
// nothing where somebody else published there meanwhile.
std::optional<std::size_t> bring_to(const Run& run, Destination& destination) {
  std::vector<WantedFile> missing;
  for (const MetadataFile& file : run.metadata) {
    WantedFile wanted = wanted_file(file);
    if (destination.find(wanted) != Found::same) missing.push_back(std::move(wanted));
  }
  if (missing.empty()) return 0;
  destination.clean_up(missing);
  const auto is_pointer = [](const WantedFile& file) {
    return file.name == kTimestampFile || file.name.ends_with(".root.json");
  };
  for (const WantedFile& file : missing)
    if (!is_pointer(file)) destination.put(file);
  verify_metadata_before_announcing(run, destination);
  std::vector<WantedFile> pointers;
  std::copy_if(missing.begin(), missing.end(), std::back_inserter(pointers), is_pointer);
  if (destination.announce(pointers) == Announced::moved) return std::nullopt;
  return missing.size();
}

Error races_lost() {
  return {Errc::locked, cat("somebody else published there meanwhile, ", kMaxRaces,
                            " times; run the same command again")};
}

// Nothing where somebody else published at the first destination before this was announced.
std::optional<std::vector<Refreshed>> refresh_once(Run& run) {
  Problems problems;
  run.expired_channels.clear();
  check_trust(run, problems);
  conclude(run, problems);
  if (!run.public_metadata.set) {
    throw Error(Errc::not_found, cat(run.destinations.front()->place(),
                                     " has no metadata yet; cco-release publish makes it"));
  }
  // Metadata is known by the keys that signed it: where those changed, the manifests say how old a
  // copy is.
  for (const auto& [name, role] : run.public_metadata.set->channels)
    if (role.manifest) require_newest_generation(run, schema::parse_manifest(*role.manifest));
  const WantedMetadata wanted{*run.trust,
                              {},
                              role_terms(trust_policy(run.config), Renewal::on_schedule),
                              run.around.now,
                              [&](std::string_view channel, const std::string& manifest) {
                                return is_in_dist(run, channel, manifest);
                              }};
  find_left_files(run);
  const MetadataPlan plan = plan_metadata(
      run.public_metadata, wanted, [&](const auto& key) { return find_key(run, key) != nullptr; });
  for (const std::string& warning : plan.warnings)
    run.around.messages.warn(warning);
  note_expired_channels(run, plan);
  run.metadata = sign_metadata(run, plan, wanted);
  bool is_moved = false;
  at_each_destination(run, [&](Destination& destination) {
    if (is_moved) return;
    const bool is_first = &destination == run.destinations.front().get();
    if (!is_first) check_follower_metadata(run, destination);
    std::optional<std::size_t> count;
    for (int races = 0; !(count = bring_to(run, destination)); ++races) {
      is_moved = is_first;
      if (is_moved) return;
      if (races == kMaxRaces) throw races_lost();
      check_follower_metadata(run, destination);
    }
    run.around.messages.detail(cat(destination.place(), ": ", *count, " files written"));
    for (std::size_t written = 0; written < *count; ++written)
      run.actions.push_back({"write metadata", destination.name()});
  });
  if (is_moved) return std::nullopt;
  remember_published(run);
  std::vector<Refreshed> all;
  for (const PlannedRole* const role : plan.roles())
    if (role->has_to_be_signed())
      all.push_back({role->name, role->reason, role->version, role->expires});
  return all;
}

std::vector<Refreshed> refresh(Run& run) {
  if (run.config.destinations.empty()) {
    throw Error(Errc::config, "there is no [[destination]] whose metadata could be refreshed");
  }
  Problems problems;
  for (const DestinationSettings& settings : run.config.destinations) {
    if (!settings.carries.site) continue;
    run.destinations.push_back(make_destination(settings, run.config, run.machine()));
  }
  at_each_destination(run, [](Destination& destination) {
    destination.preflight();
    destination.preflight_write();
    destination.acquire();
  });
  for (const base::Path& file : run.options.keys)
    problems.collect([&] { check_key_file(file); });
  conclude(run, problems);
  for (int races = 0; races < kMaxRaces; ++races)
    if (auto refreshed = refresh_once(run)) return *std::move(refreshed);
  throw races_lost();
}

void print(const std::vector<Refreshed>& all, const Run& run, bool as_json, std::ostream& out) {
  if (as_json) {
    json::Array roles;
    for (const Refreshed& role : all) {
      roles.emplace_back(json::Object{{"role", role.role},
                                      {"version", role.version},
                                      {"reason", role.reason},
                                      {"expires", base::format_time(role.expires)}});
    }
    out << json::write(json::Object{{"schema", 1},
                                    {"product", run.config.product.name},
                                    {"signed", std::move(roles)},
                                    {"files_written", std::uint64_t{run.actions.size()}}},
                       json::Style::pretty);
    return;
  }
  for (const Refreshed& role : all) {
    out << role.role << " has version " << role.version << " and is good until "
        << base::format_time(role.expires) << ": " << role.reason << '\n';
  }
  if (all.empty()) {
    out << (run.actions.empty() ? "nothing is due; nothing was written\n"
                                : "nothing is due; what was missing was written\n");
  }
}

int run_refresh(const Services& services, const base::Arguments& arguments) {
  RunOptions options;
  for (std::string& file : key_files(arguments))
    options.keys.emplace_back(std::move(file));
  options.above = version_option(arguments, "--above");
  options.revive = version_option(arguments, "--revive");
  with_run(services, arguments, options, [&](Run& run) {
    if (!run.config.trust || !run.config.sign) {
      throw Error(Errc::config, cat(run.config.file.filename().string(), " has no ",
                                    run.config.trust ? "[sign]" : "[trust]",
                                    "; cco-release trust init makes what is needed"));
    }
    const std::vector<Refreshed> all = refresh(run);
    print(all, run, wants_json(arguments), services.out);
    if (run.failures.empty()) return;
    throw failure_of(run.failures, run.failures.size() + run.destinations.size(), Errc::partial,
                     "; mend that and run the same command again");
  });
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_trust_refresh(const Services& services) {
  std::vector<base::Option> options{
      {"--key", "", "FILE", "secret key to sign with; repeated for several", {}},
      above_option(),
      {"--revive", "", "VERSION", "sign this timestamp again, though it expired unremembered", {}}};
  for (base::Option& option : password_options())
    options.push_back(std::move(option));
  return {
      .name = "trust refresh",
      .aliases = {},
      .summary = "sign the public metadata again where it is due",
      .description =
          "Reads the metadata of the first destination and signs anew what its schedule says: "
          "the timestamp at each refresh, snapshot and channels when they are near their end. "
          "A channel whose key is not at hand is named and left as it is. Where nothing is "
          "due, nothing is written and no key is unlocked. Scheduled in CI, with the online "
          "key in CCO_RELEASE_KEY, it keeps an idle project alive for its users.\n"
          "\n"
          "Metadata that is older than what public.json of the trust folder or dist/seen.json "
          "remembers is refused, since a host may have put it back. Who knows that a backup was "
          "restored says --above with the timestamp that is given up; what is public then counts, "
          "with versions above that one. --revive names the timestamp that is public: it has "
          "expired, and nothing remembers whether it was the newest.",
      .options = std::move(options),
      .positionals = {},
      .examples = {{"cco-release trust refresh", "in CI, with the online key in CCO_RELEASE_KEY"},
                   {"cco-release trust refresh --key online.key --key release.key",
                    "by a person, who has the release key too"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_refresh(services, arguments);
      }};
}

}  // namespace releaser
