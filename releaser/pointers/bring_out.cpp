#include "releaser/pointers/bring_out.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/pointers/pointer_documents.hpp"
#include "releaser/pointers/public_pointers.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/verify_release.hpp"

#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Manifest;
using schema::Release;
using schema::Version;

// Versions that somebody may get because of this.
std::set<Version> offered_versions(const PublicManifests& before, const PublicManifests& after) {
  std::set<Version> offered;
  for (const auto& [channel, manifest] : after.channels) {
    const auto known = before.channels.find(channel);
    const Manifest* const was = known == before.channels.end() ? nullptr : &known->second;
    const auto latest = manifest.latest.find(channel);
    if (latest != manifest.latest.end() && (was == nullptr || was->latest != manifest.latest))
      offered.insert(latest->second);
    for (const auto& [version, release] : manifest.versions) {
      if (release.yanked) continue;
      const bool was_offered =
          was != nullptr && was->versions.contains(version) && !was->versions.at(version).yanked;
      if (!was_offered) offered.insert(version);
    }
  }
  return offered;
}

void put_metadata(Run& run, Destination& destination, const PublicationPlan& plan,
                  const Publication& wanted) {
  if (plan.is_empty()) return;
  destination.clean_up(wanted.metadata);
  destination.clean_up(wanted.documents);
  for (const std::size_t index : plan.put_metadata) {
    destination.put(wanted.metadata[index]);
    run.actions.push_back({cat("put ", wanted.metadata[index].name), destination.name()});
  }
  verify_metadata_before_announcing(run, destination);
}

Announced announce(Run& run, Destination& destination, const PublicationPlan& plan,
                   const Publication& wanted) {
  if (plan.is_empty()) return Announced::done;
  std::vector<WantedFile> documents;
  documents.reserve(plan.announce.size());
  for (const std::size_t index : plan.announce)
    documents.push_back(wanted.documents[index]);
  if (destination.announce(documents) == Announced::moved) {
    std::erase_if(run.actions,
                  [&](const Action& action) { return action.where == destination.name(); });
    run.around.messages.say(
        cat(destination.place(), ": somebody else pushed there meanwhile; going on from that"));
    return Announced::moved;
  }
  for (const WantedFile& document : documents)
    run.actions.push_back({cat("announce ", document.name), destination.name()});
  return Announced::done;
}

// What strangers find now is what was meant.
void verify_announced(Run& run, const Publication& wanted, const PublicManifests& after) {
  at_each_site(run, [&](Destination& destination) {
    for (const WantedFile& document : wanted.documents) {
      if (destination.find(document) == Found::same) continue;
      throw Error(Errc::conflict, cat(document.name,
                                      " was replaced by somebody else meanwhile; run the same "
                                      "command again"));
    }
    const PublicState state = read_public_state(destination, run.config, {});
    if (state.channels != after.channels || state.combined != after.combined) {
      throw Error(Errc::untrusted,
                  "shows other manifests than were announced; run the same "
                  "command again");
    }
  });
}

}  // namespace

void verify_offered(const Run& run, const PublicManifests& before, const PublicManifests& after) {
  const Destination& host = run.asset_host();
  for (const Version& version : offered_versions(before, after)) {
    const Release& release = after.combined->versions.at(version);
    const bool has_installers =
        host.read(cat("releases/v", version.text(), "/install.sh"), kMaxInstallerBytes).has_value();
    base::with_context(host.place(), [&] {
      verify_release([&](std::string_view name, std::uint64_t,
                         const base::ByteSink& sink) { return host.stream(name, sink); },
                     run.config.product.name, version, release, product_keys(*run.config.sign),
                     has_installers ? Installers::yes : Installers::no, host.transfers_at_once());
    });
  }
}

Announced bring_out(Run& run, const Publication& wanted, const PublicManifests& after) {
  Plans plans = plans_for(run, wanted);
  at_each_site(run, [&](Destination& destination) {
    put_metadata(run, destination, plan_of(plans, destination), wanted);
  });
  const Destination* const truth = run.destinations.front().get();
  Announced result = Announced::done;
  at_each_site(run, [&](Destination& destination) {
    if (result == Announced::moved) return;
    PublicationPlan& plan = plan_of(plans, destination);
    for (int races = 0; announce(run, destination, plan, wanted) == Announced::moved;) {
      if (&destination == truth) {
        result = Announced::moved;
        return;
      }
      if (++races == kMaxRaces) {
        throw Error(Errc::network, cat("somebody else published there meanwhile, ", kMaxRaces,
                                       " times; run the same command again"));
      }
      plan = plan_for_site(run, destination, wanted);
      put_metadata(run, destination, plan, wanted);
    }
  });
  if (result == Announced::done) verify_announced(run, wanted, after);
  return result;
}

}  // namespace releaser
