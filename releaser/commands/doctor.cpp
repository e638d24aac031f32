#include "releaser/commands/doctor.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/followers.hpp"
#include "releaser/commands/public_site.hpp"
#include "releaser/commands/public_trust.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/commands/site_metadata.hpp"
#include "releaser/commands/site_reader.hpp"
#include "releaser/doctor/find_keys.hpp"
#include "releaser/doctor/site_health.hpp"
#include "releaser/doctor/theft.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/trust_folder.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using Level = Finding::Level;
namespace json = base::json;
using Findings = std::vector<Finding>;

void append(Findings& all, Findings more) {
  for (Finding& finding : more)
    all.push_back(std::move(finding));
}

// What preflight knows. A file that is not built yet is no fault of what is public.
void look_at_release(Run& run, Findings& all) {
  Problems problems;
  inspect_everything(run, problems);
  for (const Problem& problem : problems.problems()) {
    const bool is_of_now = problem.code == Errc::untrusted || problem.code == Errc::expired ||
                           problem.code == Errc::conflict;
    all.push_back({is_of_now ? Level::error : Level::warning, "release", problem.text,
                   is_of_now ? problem.code : Errc::done});
  }
  for (const std::string& warning : problems.warnings())
    all.push_back({Level::warning, "release", warning, Errc::done});
  if (problems.problems().empty()) {
    all.push_back({Level::ok, "release", "nothing would stop the next one", Errc::done});
  }
}

struct Place {
  std::string name;  // of the destination; empty where --url could be any of several
  base::Url url;
  const DestinationSettings* destination;  // nullptr: there is none
};

std::vector<Place> places_of(const Config& config, const std::optional<std::string>& given) {
  const auto& all = config.destinations;
  if (given) {
    return {{all.size() == 1 ? all.front().name : "", base::Url::parse(*given),
             all.empty() ? nullptr : &all.front()}};
  }
  std::vector<Place> places;
  places.reserve(all.size());
  for (const DestinationSettings& destination : all) {
    if (destination.carries.site)
      places.push_back({destination.name, base::Url::parse(destination.url), &destination});
  }
  return places;
}

std::optional<std::uint64_t> timestamp_of(const std::vector<PublicTrust>& trusts,
                                          const std::string& name) {
  for (const PublicTrust& trust : trusts) {
    if (trust.place != name) continue;
    for (const PublicTrust::Role& role : trust.roles) {
      if (role.name == "timestamp") return role.version;
    }
  }
  return std::nullopt;
}

SiteHealth health_of(const VerifiedSite& site, const base::Url& url) {
  SiteHealth health{.url = url.text(),
                    .roles = {},
                    .newest_manifest = std::nullopt,
                    .versions = site.versions,
                    .files = site.files.size() - not_checked(site),
                    .own_timestamp = std::nullopt};
  for (const auto& [name, header] : site.roles)
    health.roles.push_back({name, header.version, header.expires});
  for (const auto& [channel, manifest] : site.channels) {
    if (!health.newest_manifest || *health.newest_manifest < manifest.generated) {
      health.newest_manifest = manifest.generated;
    }
  }
  return health;
}

struct Question {
  std::optional<std::string> url;
  std::optional<std::chrono::seconds> max_age;
};

void look_at_sites(const Services& services, const Run& run, const Question& question,
                   const std::vector<PublicTrust>& trusts, Findings& all) {
  const Config& config = run.config;
  const std::string& home = run.home;
  const base::Path& dist = run.options.dist;
  SiteQuestion asked{.product = config.product.name,
                     .keys = product_keys(*config.sign),
                     .trust = std::nullopt,
                     .floors = {},
                     .asset_url = {},
                     .installers = config.installers ? Installers::yes : Installers::no,
                     .version = std::nullopt,
                     .now = services.now};
  try {
    if (config.trust) {
      asked.trust = read_final_trust(config, home);
    }
  } catch (const Error& error) {
    all.push_back({Level::error, "trust", error.what(), error.code()});
    return;
  }
  const auto http = make_client(services.environment);
  for (const Place& place : places_of(config, question.url)) {
    try {
      asked.floors = floors_of_site(config, home, dist, place.url);
      asked.asset_url = assets_for_readers_of(place.destination, config, home);
      SiteHealth health = health_of(verify_site(*http, place.url, asked), place.url);
      health.own_timestamp = timestamp_of(trusts, place.name);
      append(all, judge_site(health, config, services.now, question.max_age));
    } catch (const Error& error) {
      const std::string_view what = error.what();
      const bool says_where = what.substr(0, place.url.text().size()) == place.url.text();
      all.push_back({Level::error, "site",
                     says_where ? std::string(what) : cat(place.url.text(), ": ", what),
                     error.code()});
    }
  }
}

// The trust folder and what each destination holds, if that can be read from here.
std::vector<PublicTrust> look_at_trust(const Services& services, const Config& config,
                                       Findings& all) {
  const base::Path path =
      config.resolve(config.trust->folder, services.environment.find("HOME").value_or(""));
  try {
    const TrustFolder folder = read_trust_folder(path);
    std::vector<PublicTrust> places;
    std::vector<PlaceProblem> problems;
    if (folder.root) places = read_public_trust(services, config, folder, problems);
    for (const PlaceProblem& problem : problems)
      all.push_back({Level::error, "trust", problem.problem, problem.code});
    const TrustReport report = make_trust_report(folder, &config, places, services.now);
    append(all, judge_expiry(report));
    return places;
  } catch (const Error& error) {
    all.push_back({Level::error, "trust", error.what(), error.code()});
    return {};
  }
}

KeyQuestion key_question(const Run& run) {
  KeyQuestion question{.named = run.options.keys, .usual = {}, .public_folders = {}};
  const SignSettings& sign = *run.config.sign;
  for (const std::string& file : {sign.key, sign.old_key})
    if (!file.empty()) question.usual.push_back(run.config.resolve(file, run.home));
  for (const DestinationSettings& destination : run.config.destinations) {
    if (destination.type != "directory") continue;
    question.public_folders.push_back(run.config.resolve(destination.path, run.home));
  }
  return question;
}

std::optional<KeyText> look_at_key_text(Run& run) {
  const trust::SecretBytes* const text = run.around.key_text;
  if (text == nullptr) return std::nullopt;
  KeyText found;
  try {
    base::with_context(std::string(kSecretName),
                       [&] { found.has_password = trust::SecretKey::is_encrypted(*text); });
    found.key = key_of_environment(run);
  } catch (const Error& error) {
    found.problem = error.what();
  }
  return found;
}

void print_text(const Findings& findings, std::ostream& out) {
  for (const Finding& finding : findings) {
    std::string level(level_name(finding.level));
    level.resize(sizeof "warning" - 1, ' ');
    out << level << "  " << finding.subject << ": " << finding.text << '\n';
  }
}

json::Object json_of(const Config& config, const Findings& findings) {
  json::Array shown;
  for (const Finding& finding : findings) {
    shown.emplace_back(json::Object{{"level", level_name(finding.level)},
                                    {"subject", finding.subject},
                                    {"text", finding.text},
                                    {"status", base::exit_status(finding.code)}});
  }
  return {{"schema", 1},
          {"product", config.product.name},
          {"status", base::exit_status(status_of(findings))},
          {"findings", std::move(shown)}};
}

// What is not on this machine is looked at by its URL alone, and not as if it were empty.
RunOptions doctor_options(const Services& services, const base::Arguments& arguments) {
  RunOptions options = run_options(arguments);
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  const std::string home = services.environment.find("HOME").value_or("");
  const base::Path dist = options.dist.empty() ? default_dist(config) : options.dist;
  for (const DestinationSettings& destination : config.destinations)
    if (is_elsewhere(destination, config, home, dist)) options.skip.insert(destination.name);
  return options;
}

// Hosts of releases, tap and bucket. What they lack stops no monitor: nothing there is wrong, and
// the site says what is public.
void look_at_those_that_follow(const Services& services, const base::Arguments& arguments,
                               Findings& all) {
  RunOptions options = doctor_options(services, arguments);
  options.dry_run = true;
  with_run(services, arguments, options, [&](Run& run) {
    const DestinationSettings& first = run.config.destinations.front();
    if (run.skips(first.name)) return;
    try {
      const auto truth = make_destination(first, run.config, run.machine());
      run.before = read_public_state(*truth, run.config, {});
    } catch (const Error&) {
      return;  // which is told already
    }
    if (run.before.channels.empty()) return;
    for (const Follower& follower : look_at_followers(run)) {
      const std::string place = cat(follower.name, " (", follower.place, ")");
      if (follower.lacks.empty()) {
        all.push_back({Level::ok, "follows", cat(place, " shows the newest releases"), Errc::done});
        continue;
      }
      all.push_back({Level::warning, "follows",
                     cat(place, " is behind, to be done: ", base::join(follower.lacks, ", "),
                         "; run the command that was stopped again"),
                     Errc::partial});
    }
    for (const DestinationFailure& failure : run.failures)
      all.push_back({Level::warning, "follows", failure.problem, failure.code});
  });
}

int run_doctor(const Services& services, const base::Arguments& arguments) {
  Question question{.url = arguments.value("--url"), .max_age = std::nullopt};
  if (const auto text = arguments.value("--max-age")) {
    question.max_age = parse_age(*text);
    if (!question.max_age) {
      throw Error(Errc::usage, "--max-age takes an age such as 48h, 7d or 90m");
    }
  }
  Findings all;
  with_run(services, arguments, doctor_options(services, arguments), [&](Run& run) {
    const Config& config = run.config;
    if (!config.sign) {
      throw Error(Errc::config,
                  "[sign] is missing: without its public key nothing that is public can be "
                  "believed; `cco-release keys new` makes one");
    }
    look_at_release(run, all);
    std::vector<PublicTrust> trusts;
    if (config.trust) trusts = look_at_trust(services, config, all);
    look_at_sites(services, run, question, trusts, all);
    if (!question.url && !config.destinations.empty())
      look_at_those_that_follow(services, arguments, all);
    KeyPlaces places = find_key_places(config, key_question(run));
    places.text = look_at_key_text(run);
    append(all, judge_key_places(config, places));
    append(all, what_a_thief_could_do(config, places.text ? places.text->key : std::nullopt));
    if (wants_json(arguments)) {
      services.out << json::write(json_of(config, all), json::Style::pretty);
    } else {
      print_text(all, services.out);
    }
  });
  return base::exit_status(status_of(all));
}

}  // namespace

base::Command add_doctor(const Services& services) {
  return {
      .name = "doctor",
      .aliases = {},
      .summary = "what is public as a stranger sees it, the keys, and what a thief could do",
      .description =
          "For monitors, and for a quiet hour: looks at what would stop a release, fetches and "
          "checks everything from the URL that users have, tells what expires, which keys lie "
          "where, and what a stolen secret would be worth. Changes nothing. Ends with the "
          "status of the worst error (7, then 8, then others); warnings and notes do not count.",
      .options = {{"--max-age",
                   "",
                   "AGE",
                   "fail where the site was last signed longer ago, such as 48h or 7d",
                   {}},
                  {"--url", "", "URL", "look there, instead of at the URL of each destination", {}},
                  {"--version",
                   "",
                   "VERSION",
                   "what would stop this release; default: CI's tag, else the one tag at HEAD",
                   {}},
                  {"--key", "", "FILE", "look at this key file too; repeat it for several", {}}},
      .positionals = {},
      .examples = {{"cco-release doctor", "a line for everything that was looked at"},
                   {"cco-release doctor --max-age 48h --json",
                    "for a monitor, with a daily refresh"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_doctor(services, arguments);
      }};
}

}  // namespace releaser
