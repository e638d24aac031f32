#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/host_marks.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/publication.hpp"
#include "releaser/stages/publish_plan.hpp"
#include "releaser/stages/put_files.hpp"
#include "releaser/stages/release_page.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"
#include "releaser/stages/verify_release.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

std::vector<Found> find_all(const Destination& destination, const std::vector<WantedFile>& files) {
  std::vector<Found> found(files.size());
  // Seals first: a host without digests goes by them.
  for (const bool is_of_seals : {true, false}) {
    for (std::size_t index = 0; index < files.size(); ++index)
      if (is_seal(files[index].name) == is_of_seals) found[index] = destination.find(files[index]);
  }
  return found;
}

// Opens everything anew and checks it as a user's machine would.
void verify_as_stranger(const Run& run, const Destination& destination) {
  verify_release(
      [&](std::string_view name, std::uint64_t, const base::ByteSink& sink) {
        return destination.stream(name, sink);
      },
      run.config.product.name, run.identity->version, *run.release, product_keys(*run.config.sign),
      run.config.installers ? Installers::yes : Installers::no, destination.transfers_at_once());
}

struct Share {
  Publication wanted;
  PublicationPlan plan;
};
using Shares = std::map<const Destination*, Share>;

PublicationPlan plan_for(const Run& run, const Destination& destination,
                         const Publication& wanted) {
  const std::vector<Found> assets = find_all(destination, wanted.assets);
  PublicationPlan plan = plan_publication(assets, find_all(destination, wanted.metadata),
                                          find_all(destination, wanted.documents),
                                          run.standing_of(destination), wanted);
  // Earlier releases are public, whatever this one is.
  for (const std::size_t index : plan.put) {
    const std::string& name = wanted.assets[index].name;
    const bool is_of_another = name.starts_with("releases/") &&
                               !name.starts_with(cat("releases/", run.identity->tag(), "/"));
    if (is_of_another && assets[index] == Found::different) plan.conflicts.push_back(name);
  }
  if (!plan.foreign.empty()) {
    throw Error(Errc::conflict,
                cat(base::join_first(plan.foreign, 3), plan.foreign.size() == 1 ? " is" : " are",
                    " there already and not published by cco-release; nothing was changed: move ",
                    plan.foreign.size() == 1 ? "it" : "them",
                    " away, or give a folder of its own as `path`"));
  }
  if (!plan.conflicts.empty()) {
    throw Error(Errc::conflict,
                cat("other bytes are public already as ", base::join_first(plan.conflicts, 3),
                    "; nothing was changed: choose a new version, or put the old files back"));
  }
  return plan;
}

// The plans of all stand before the first change, so that a conflict anywhere changes nothing.
Shares shares_for(Run& run) {
  const Publication all = wanted_files(run);
  Shares shares;
  at_each_destination(run, [&](Destination& destination) {
    const Carries carries = destination.carries();
    if (carries.site && &destination != run.destinations.front().get())
      check_follower_metadata(run, destination);
    Share share{.wanted = share_of(all, carries), .plan = {}};
    share.plan = plan_for(run, destination, share.wanted);
    shares.emplace(&destination, std::move(share));
  });
  return shares;
}

void note(Run& run, const Destination& destination, std::string_view verb, std::string_view file) {
  if (!run.options.dry_run) run.around.messages.detail(cat(verb, " ", file));
  run.actions.push_back({cat(verb, " ", file), destination.name()});
}

void note_release(Run& run, const Destination& destination) {
  note(run, destination, "release", run.identity->tag());
}

// What a run would do, in its order: each file, then its signature, which a dry run cannot make.
void note_plan(Run& run, const Destination& destination, const Share& share,
               const std::vector<ReleaseMarks>& marks) {
  const auto& [wanted, plan] = share;
  const auto note_all = [&](std::string_view verb, const std::vector<WantedFile>& files,
                            const std::vector<std::size_t>& indices) {
    const std::set<std::size_t> planned(indices.begin(), indices.end());
    for (std::size_t index = 0; index < files.size(); ++index) {
      const std::string& name = files[index].name;
      if (planned.contains(index)) note(run, destination, verb, name);
      const auto to_be_signed = run.to_be_signed.find(name);
      if (to_be_signed == run.to_be_signed.end()) continue;
      for (const std::string& signature : to_be_signed->second)
        note(run, destination, verb, signature);
    }
  };
  note_all("put", wanted.assets, plan.put);
  note_all("put", wanted.metadata, plan.put_metadata);
  if (!destination.is_released(run.identity->tag())) {
    note_release(run, destination);
  } else if (destination.carries().assets && !marks.empty()) {
    for (const std::string& words : destination.wrong_marks(marks))
      run.actions.push_back({words, destination.name()});
  }
  if (run.held_back_by.empty()) note_all("announce", wanted.documents, plan.announce);
}

// What a stranger who runs the installer then gets. Once: later releases find it there.
void warn_of_first_prerelease(const Run& run) {
  if (!run.installer_of || run.manifests.empty()) return;
  const auto& all = run.manifests.at(schema::manifest_name(std::nullopt));
  if (all.latest.contains(schema::Channel::stable)) return;
  if (run.destinations.front()->read("install.sh", kMaxSmallFileBytes)) return;
  run.around.messages.warn(
      cat("there is no stable release yet: until there is one, the site's install.sh and "
          "install.ps1 install ",
          *run.installer_of, " of channel ", schema::channel_name(run.identity->channel)));
}

// How hosts shall show this release and the latest one.
std::vector<ReleaseMarks> marks_by(const Run& run, const ChannelManifests& channels) {
  return marks_of(channels, with_latest({run.identity->version}, channels));
}

// How hosts shall show a release that is public there already, as after a person's click: looked at
// only while its documents are still to be announced.
std::vector<ReleaseMarks> marks_to_check(const Run& run, const Shares& shares) {
  if (!run.held_back_by.empty()) return {};
  if (shares.at(run.destinations.front().get()).plan.is_empty()) return {};
  return marks_by(run, channels_of(run));
}

AssetRelease asset_release(const Run& run) {
  const ReleaseIdentity& identity = *run.identity;
  const auto& all = run.manifests.at(schema::manifest_name(std::nullopt));
  const auto stable = all.latest.find(schema::Channel::stable);
  return {.tag = identity.tag(),
          .title = cat(run.config.product.name, " ", identity.version.text()),
          .notes = page_of_release(run),
          .commit = identity.commit,
          .is_prerelease = identity.channel != schema::Channel::stable,
          .is_latest = stable != all.latest.end() && stable->second == identity.version};
}

void make_documents_anew(Run& run) {
  manifest_stage(run);
  render_stage(run);
  sign_stage(run);
  metadata_stage(run);
}

// Does it lack archives, so that nothing may name them yet?
bool lacks_assets(const Run& run, const Destination& destination, const Share& share) {
  return !share.plan.put.empty() ||
         (destination.carries().assets && !destination.is_released(run.identity->tag()));
}

// --only: those that the run leaves alone, and that are not as they must be before anything is
// announced: with the archives, and the first with everything, since the others follow it.
std::vector<std::string> awaited_others(const Run& run, const Shares& shares) {
  std::vector<std::string> names;
  for (const auto& destination : run.destinations) {
    if (!run.leaves_alone(destination->name())) continue;
    const Share& share = shares.at(destination.get());
    const bool is_first = destination == run.destinations.front();
    if (lacks_assets(run, *destination, share) || (is_first && !share.plan.is_empty()))
      names.push_back(destination->name());
  }
  return names;
}

bool does_something(const Shares& shares) {
  return std::any_of(shares.begin(), shares.end(),
                     [](const auto& share) { return !share.second.plan.is_empty(); });
}

void put_share(Run& run, Destination& destination, const Share& share,
               const std::vector<ReleaseMarks>& marks = {}) {
  const auto& [wanted, plan] = share;
  destination.clean_up(wanted.assets);
  destination.clean_up(wanted.metadata);
  destination.clean_up(wanted.documents);
  const auto is_there = [&](const WantedFile& file) { note(run, destination, "put", file.name); };
  put_files(destination, wanted.assets, plan.put, is_there);
  put_files(destination, wanted.metadata, plan.put_metadata, is_there);
  const Carries carries = destination.carries();
  const bool was_released = !carries.assets || destination.is_released(run.identity->tag());
  if (!was_released) {
    destination.release_assets(asset_release(run));
    note_release(run, destination);
  } else if (carries.assets && !marks.empty()) {
    const std::vector<std::string> changes = destination.wrong_marks(marks);
    if (!changes.empty()) destination.mark(marks);
    for (const std::string& words : changes)
      run.actions.push_back({words, destination.name()});
  }
  if (plan.is_empty() && was_released) return;
  if (carries.assets) verify_as_stranger(run, destination);
  if (carries.site) verify_metadata_before_announcing(run, destination);
}

// Afterwards each destination that still takes part has all assets and the metadata that no
// timestamp names yet, verified.
void put_assets(Run& run, const Shares& shares) {
  const std::vector<ReleaseMarks> marks = marks_to_check(run, shares);
  at_each_destination(run, [&](Destination& destination) {
    const Share& share = shares.at(&destination);
    if (!run.leaves_alone(destination.name())) {
      put_share(run, destination, share, marks);
    } else if (destination.carries().assets && !lacks_assets(run, destination, share) &&
               does_something(shares)) {
      verify_as_stranger(run, destination);
    }
  });
}

Announced announce(Run& run, Destination& destination, const Share& share) {
  if (share.plan.is_empty() || !destination.carries().site) return Announced::done;
  std::vector<WantedFile> documents;
  documents.reserve(share.plan.announce.size());
  for (const std::size_t index : share.plan.announce)
    documents.push_back(share.wanted.documents[index]);
  if (destination.announce(documents) == Announced::moved) {
    std::erase_if(run.actions,
                  [&](const Action& action) { return action.where == destination.name(); });
    run.around.messages.say(
        cat(destination.place(), ": somebody else pushed there meanwhile; going on from that"));
    return Announced::moved;
  }
  for (const WantedFile& document : documents)
    note(run, destination, "announce", document.name);
  return Announced::done;
}

[[noreturn]] void give_up_races() {
  throw Error(Errc::locked, cat("somebody else published there meanwhile, ", kMaxRaces,
                                " times; run the same command again"));
}

// moved: somebody else published at the first destination, and nothing was announced anywhere.
Announced announce_all(Run& run, Shares& shares) {
  const Destination* const truth = run.destinations.front().get();
  Announced result = Announced::done;
  at_each_destination(run, [&](Destination& destination) {
    if (result == Announced::moved || run.leaves_alone(destination.name())) return;
    Share& share = shares.at(&destination);
    for (int races = 0; announce(run, destination, share) == Announced::moved;) {
      if (&destination == truth) {
        result = Announced::moved;
        return;
      }
      if (++races == kMaxRaces) give_up_races();
      if (destination.carries().site) check_follower_metadata(run, destination);
      share.plan = plan_for(run, destination, share.wanted);
      put_share(run, destination, share);
    }
  });
  return result;
}

// What is public now counts, as if this run had begun after it.
void begin_after_others(Run& run) {
  // Signatures that holders gave are over what was public then.
  if (run.options.resumes()) give_up_races();
  Problems problems;
  run.carried.clear();
  run.expired_channels.clear();
  const bool has_metadata = check_trust(run, problems);
  read_standings(run, problems, has_metadata);
  // This run may have taken its release for the latest one, and may end here.
  const auto newest = run.before.newest(schema::Channel::stable);
  if (newest) mark_hosts(run, marks_of(run.before.channels, {*newest}));
  check_against_public_state(run, problems);
  problems.throw_if_any();
  make_documents_anew(run);
}

// What waited for signatures is public everywhere now.
void end_waiting(Run& run) {
  if (!run.failures.empty() || !run.options.only.empty()) return;
  at_each_destination(
      run, [&](Destination& destination) { destination.drop_staged(run.identity->tag()); });
  if (!run.options.resumes()) base::remove_if_exists(run.folder / kDraftName);
}

}  // namespace

Skipped publish_stage(Run& run) {
  if (run.identity->is_snapshot) return "a snapshot is never published";
  if (run.destinations.empty()) return "every destination is skipped";
  if (!run.awaits.empty()) {
    stage_release(run);
    return std::nullopt;
  }
  Shares shares = shares_for(run);
  warn_of_first_prerelease(run);
  run.held_back_by = awaited_others(run, shares);
  if (run.options.dry_run) {
    const std::vector<ReleaseMarks> marks = marks_to_check(run, shares);
    for (const auto& destination : run.destinations)
      if (!run.leaves_alone(destination->name()))
        note_plan(run, *destination, shares.at(destination.get()), marks);
    if (run.held_back_by.empty()) push_packages(run);
    return std::nullopt;
  }
  bool has_announced = false;
  for (int races = 0;;) {
    const std::size_t taking_part = run.destinations.size();
    put_assets(run, shares);
    if (run.destinations.size() != taking_part) {
      if (run.lacks_required()) {
        run.is_held_back = true;
        return std::nullopt;
      }
      // The manifests name a mirror that has not got what they say of it.
      make_documents_anew(run);
    } else if (!run.held_back_by.empty()) {
      run.is_held_back = true;
      return std::nullopt;
    } else if (announce_all(run, shares) == Announced::moved) {
      if (++races == kMaxRaces) give_up_races();
      begin_after_others(run);
    } else {
      has_announced = does_something(shares);
      break;
    }
    shares = shares_for(run);
  }
  remember_published(run);
  // Another run, which had not seen this release yet, may have told a host its latest one
  // meanwhile.
  if (has_announced && may_be_overtaken(run)) mark_hosts(run, marks_by(run, channels_of(run)));
  push_packages(run);
  end_waiting(run);
  return std::nullopt;
}

}  // namespace releaser
