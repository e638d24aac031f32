#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "releaser/stages/agent_assets.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/extra_files.hpp"
#include "releaser/stages/given_signatures.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/own_releases.hpp"
#include "releaser/stages/private_files.hpp"
#include "releaser/stages/proven_state.hpp"
#include "releaser/stages/release_page.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/policy.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;

// Then most likely all is signed, and the signatures are there. Where not, signing says so, before
// anything is public.
bool is_public_already(const Run& run) { return run.before.find(run.identity->version) != nullptr; }

}  // namespace

bool makes_files(const Run& run) { return !run.skips("build") && !run.config.hooks.before.empty(); }

void find_archive_files(Run& run, Problems& problems) {
  run.files.clear();
  const PlaceholderValues values = release_values(run.config, *run.identity);
  std::set<std::string> names{"checksums.sha256"};
  for (const FilePattern& pattern : run.config.archive.files) {
    const std::string place = cat(run.config.file.filename().string(), ":", pattern.line);
    problems.collect([&] {
      base::with_context(place, [&] {
        FilePattern filled = pattern;
        filled.source = fill(pattern.source, values);
        filled.destination = fill(pattern.destination, values);
        if (filled.source.starts_with("~/")) {
          filled.source = run.config.resolve(filled.source, run.home).string();
        }
        for (MatchedFile& file : find_files(filled, run.config.root)) {
          if (!names.insert(base::lower_case(file.name)).second) {
            throw base::Error(Errc::config, cat("two files would be `", file.name,
                                                "` in the archive; give one another `dst`"));
          }
          run.record.inputs[file.name] = sha256_of_file(file.source);
          run.files.push_back(std::move(file));
        }
      });
    });
  }
}

namespace {

using Ask = std::function<void(const Destination&)>;

// Asks each destination, also where the first one refuses: a person mends all of it in one go.
bool ask_each(Run& run, Problems& problems, const Ask& ask) {
  const std::size_t known = problems.problems().size();
  const auto look = [&](const Destination& destination) {
    if (!run.leaves_alone(destination.name())) ask(destination);
  };
  const Destination& first = *run.destinations.front();
  problems.collect([&] { base::with_context(first.place(), [&] { look(first); }); });
  problems.collect([&] {
    at_each_destination(run, [&](const Destination& destination) {
      if (&destination != &first) look(destination);
    });
  });
  return problems.problems().size() == known;
}

bool may_publish(Run& run, Problems& problems) {
  if (ask_each(run, problems, [](const Destination& each) { each.preflight(); })) return true;
  const Destination& first = *run.destinations.front();
  problems.collect([&] {
    at_each_destination(run, [&](const Destination& destination) {
      if (&destination != &first && !run.leaves_alone(destination.name()))
        destination.preflight_write();
    });
  });
  return false;
}

// Where the release is public already, there is most likely nothing to write, and asking costs
// requests; where there is, writing says the same.
void check_writes(Run& run, Problems& problems) {
  if (run.destinations.empty() || !run.publishes() || run.options.sign_only) return;
  if (is_public_already(run)) return;
  static_cast<void>(
      ask_each(run, problems, [](const Destination& each) { each.preflight_write(); }));
}

// True where they can be read.
bool open_destinations(Run& run, Problems& problems) {
  if (run.skips("manifest") && run.skips("publish")) return false;
  for (const DestinationSettings& settings : run.config.destinations) {
    if (run.skips(settings.name)) continue;
    // What is left alone is looked at where the release depends on it.
    const bool is_first = &settings == &run.config.destinations.front();
    if (run.leaves_alone(settings.name) && settings.optional && !is_first) continue;
    run.destinations.push_back(make_destination(settings, run.config, run.machine()));
  }
  if (run.destinations.empty()) return false;
  if (run.publishes() && !run.options.sign_only) {
    if (!may_publish(run, problems)) return false;
    if (run.acquires) {
      at_each_destination(run, [&](Destination& destination) {
        if (!run.leaves_alone(destination.name())) destination.acquire();
      });
    }
  }
  return true;
}

// What metadata does not prove, where there is none or it is damaged, is believed by minisign's
// signatures.
void read_first(Run& run, Problems& problems, bool has_metadata) {
  if (!has_metadata) {
    run.before = read_public_state(*run.destinations.front(), run.config, run.folder / "site");
    carry_on_from_dist(run, problems);
  } else {
    run.before = read_proven_state(run, run.folder / "site", problems);
    carry_on_from_dist(run, problems);
    combine_proven_state(run, run.folder / "site");
  }
  check_not_replayed(run);
}

}  // namespace

void read_standings(Run& run, Problems& problems, bool has_metadata) {
  if (!run.config.sign) return;
  problems.collect([&] {
    at_each_destination(run, [&](Destination& destination) {
      Standing standing;
      if (&destination == run.destinations.front().get()) {
        read_first(run, problems, has_metadata);
        const bool shows_any = run.before.combined || !run.before.channels.empty();
        standing.site = shows_any ? Known::yes : Known::no;
      } else if (destination.carries().site) {
        standing.site = check_follows(destination, run, problems);
      }
      // What the first announces binds those that follow it.
      const bool is_announced = run.before.find(run.identity->version) != nullptr;
      const auto has_all = [&] {
        return destination.carries().assets && has_signed_checksums(destination, run);
      };
      standing.release = is_announced || has_all() ? Known::yes : Known::no;
      run.standings[destination.name()] = standing;
    });
  });
}

namespace {

// An empty folder begins a new history, which agents that know the old one refuse.
void warn_of_new_history(const Run& run, Problems& problems) {
  if (!run.publishes() || run.destinations.empty()) return;
  // Where it could not be read nothing is known of it.
  const auto standing = run.standings.find(run.destinations.front()->name());
  if (standing == run.standings.end() || standing->second.site == Known::yes) return;
  std::vector<std::string> tags = version_tags(run.config.root);
  std::erase_if(tags, [&](const std::string& tag) {
    return schema::Version::parse(tag) == run.identity->version;
  });
  if (tags.empty()) return;
  problems.warn(cat(run.destinations.front()->place(), " shows no release, but git has ",
                    base::join_first(tags, 3), ": where users have one of them from ",
                    run.destinations.front()->url(),
                    ", bring that site here first, or their agents will refuse this one as older"));
}

void check_published_time(const Run& run, Problems& problems) {
  if (run.earlier && run.earlier->published && *run.earlier->published > run.around.now) {
    problems.add(Errc::expired,
                 cat((run.folder / "release.json").string(), " says that this was published at ",
                     base::format_time(*run.earlier->published),
                     ", which is in the future; set the clock right, or remove that file"));
  }
}

void look_at_release(Run& run, Problems& problems, Unlock unlock);

void sum_up_floors(Target& target) {
  schema::Requirements& floors = target.requirements;
  floors = {};
  for (const InputBinary& binary : target.binaries) {
    const schema::Requirements& own = binary.inspection.requirements;
    for (const auto member : {&schema::Requirements::glibc, &schema::Requirements::macos,
                              &schema::Requirements::windows}) {
      if ((floors.*member).empty() || !schema::floor_is_met(own.*member, floors.*member)) {
        floors.*member = own.*member;
      }
    }
  }
}

}  // namespace

void inspect_targets(Run& run, Problems& problems, const WhichBinaries& which) {
  struct Item {
    Target* target;
    InputBinary* binary;
  };
  std::vector<Item> items;
  for (Target& target : run.targets) {
    for (InputBinary& binary : target.binaries) {
      if (which(target, binary)) items.push_back({&target, &binary});
    }
  }
  base::for_each_in_parallel(items.size(), run.options.parallelism, [&](std::size_t index) {
    InputBinary& binary = *items[index].binary;
    std::vector<std::string> allowed = run.config.build.allow_libraries;
    const bool is_agent = binary.role == BinaryRole::agent;
    if (run.config.agent && binary.role != BinaryRole::product) {
      const auto& more = run.config.agent->allow_libraries;
      allowed.insert(allowed.end(), more.begin(), more.end());
    }
    binary.inspection = inspect_binary(binary.packed, items[index].target->platform, allowed,
                                       is_agent ? "agent" : "build");
    if (binary.inspection.problems.empty()) binary.sha256 = sha256_of_file(binary.packed);
  });
  for (const auto& [target, binary] : items) {
    for (const std::string& problem : binary->inspection.problems)
      problems.add(problem);
    for (const std::string& warning : binary->inspection.warnings)
      problems.warn(warning);
    if (binary->inspection.problems.empty() && binary->packed == binary->source)
      run.record.inputs[input_name(*target, *binary)] = binary->sha256;
  }
  for (Target& target : run.targets)
    sum_up_floors(target);
}

namespace {

// Hosts are waited for meanwhile.
void read_archives_ahead(Run& run) {
  if (!run.earlier || !run.publishes()) return;
  std::vector<base::Path> archives;
  archives.reserve(run.earlier->archives.size());
  for (const auto& [name, archive] : run.earlier->archives)
    archives.push_back(run.folder / "assets" / name);
  run.ahead = std::make_unique<DigestsAhead>(std::move(archives), run.options.parallelism);
}

// All that can be said is said at once.
void look_at_release(Run& run, Problems& problems, Unlock unlock) {
  const base::Path earlier = run.dist_to_copy_record_from.empty()
                                 ? run.folder
                                 : run.dist_to_copy_record_from / run.identity->version.text();
  if (!run.options.clean) run.earlier = read_record(earlier / "release.json");
  if (run.earlier && run.earlier->product != run.record.product) run.earlier.reset();
  read_archives_ahead(run);
  const bool can_be_read = open_destinations(run, problems);
  const bool has_metadata = check_trust(run, problems);
  if (can_be_read) {
    read_standings(run, problems, has_metadata);
    check_writes(run, problems);
  }
  open_packages(run, problems);
  warn_of_new_history(run, problems);
  const bool has_inputs = !run.options.takes_archives();
  // What a hook may make or change is looked at after it ran.
  if (has_inputs && !makes_files(run)) find_archive_files(run, problems);
  problems.collect([&] { check_private_files(run, problems); });
  if (has_inputs) {
    inspect_targets(run, problems, [&](const Target& target, const InputBinary& binary) {
      return !is_built(run, target) || (binary.role == BinaryRole::agent && !makes_files(run));
    });
  }
  check_published_time(run, problems);
  problems.collect([&] { (void)page_notes(run); });
  const bool needs_site = !run.skips("manifest") && !run.skips("sign");
  if (needs_site && run.config.destinations.empty()) {
    problems.add(cat(run.config.file.filename().string(),
                     ": [[destination]] is missing; add one of type \"directory\" with path and "
                     "url"));
  }
  check_against_public_state(run, problems);
  const WhichBinaries is_seen_now = [&](const Target& target, const InputBinary& binary) {
    // `check` asks for all, since no stage will follow that sees the rest.
    return run.warns_again || is_final(run, target, binary);
  };
  if (has_inputs) examine_binaries(run, problems, is_seen_now);
  if (has_inputs && !makes_files(run)) {
    problems.collect([&] { read_notes(run); });
    check_extra_files(run, problems);
    check_previous(run, problems);
    problems.collect([&] {
      for (const Target& target : run.targets)
        (void)probe_of(run.config, target);
    });
  }
  if (!has_inputs) {
    problems.collect([&] { read_notes(run); });
  } else if (!may_make_agents(run)) {
    check_agents(run, problems);
  } else if (run.warns_again && run.config.agent) {
    warn_without_agents(run, problems);
  }
  if (run.skips("sign")) return;
  // Nobody is asked for a password where the release is refused anyway.
  const bool will_sign = (problems.problems().empty() || unlock == Unlock::without_asking) &&
                         !is_public_already(run) && !run.options.resumes();
  const std::size_t known = problems.problems().size();
  check_signing_key(run, problems, will_sign ? unlock : Unlock::no,
                    is_public_already(run) ? Presence::may_be_away : Presence::needed);
  if (will_sign && problems.problems().size() == known) check_metadata_keys(run, problems);
}

}  // namespace

void inspect_everything(Run& run, Problems& problems) {
  prepare_release(run, problems);
  const auto look = [&] {
    problems.collect([&] { look_at_release(run, problems, Unlock::without_asking); });
    // As `publish` ends: with what stops it, or with what it does not reach.
    const bool is_stopped = !problems.problems().empty() || run.lacks_required();
    for (const DestinationFailure& failure : run.failures)
      problems.add(is_stopped ? failure.code : Errc::partial, failure.problem);
  };
  if (run.identity) {
    look();
    return;
  }
  // Which release it is cannot be said; everything that does not depend on it still can.
  run.identity = ReleaseIdentity{.version = schema::Version::parse("0.0.0-unknown"),
                                 .channel = schema::Channel::nightly,
                                 .commit = {},
                                 .date = run.around.now,
                                 .is_snapshot = true};
  const std::string all = base::join(run.config.build.binaries, " ") + run.config.build.binary;
  if (!uses_scope(all, Scope::release, "name")) {
    problems.collect([&] { run.targets = resolve_targets(run.config, *run.identity, run.home); });
  }
  look();
}

void conclude(const Run& run, Problems& problems) {
  if (run.options.strict) problems.make_problems_of_warnings();
  for (const std::string& warning : problems.warnings())
    run.around.messages.warn(warning);
  if (problems.problems().empty() && !run.lacks_required()) return;
  for (const DestinationFailure& failure : run.failures)
    problems.add(failure.code, failure.problem);
  problems.throw_if_any();
}

Skipped preflight_stage(Run& run) {
  Problems problems;
  look_at_release(run, problems, run.options.dry_run ? Unlock::no : Unlock::yes);
  conclude(run, problems);
  if (!run.options.signatures.empty()) run.given = read_signatures(run.options.signatures);
  // Only now: a run that is refused takes nothing away.
  if (run.options.clean) base::remove_tree(run.folder);
  return std::nullopt;
}

}  // namespace releaser
