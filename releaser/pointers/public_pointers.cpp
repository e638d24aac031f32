#include "releaser/pointers/public_pointers.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/pointers/journal.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/proven_state.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/stage.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Manifest;

constexpr std::chrono::minutes kToleratedSkew{10};

void open_destinations(Run& run) {
  run.destinations.reserve(run.config.destinations.size());
  for (const DestinationSettings& settings : run.config.destinations)
    run.destinations.push_back(make_destination(settings, run.config, run.machine()));
  if (run.destinations.empty()) {
    throw Error(Errc::config, cat(run.config.file.filename().string(),
                                  ": there is no [[destination]] where anything could be public"));
  }
  at_each_site(run, [&](Destination& destination) {
    if (!run.options.sign_only) {
      destination.preflight();
      destination.preflight_write();
    }
    if (run.acquires) destination.acquire();
  });
}

void check_public(const Run& run) {
  const std::string& first = run.destinations.front()->place();
  if (!run.before.stolen.empty()) {
    throw Error(Errc::untrusted,
                cat(first, ": ", schema::manifest_name(*run.before.stolen.begin()),
                    " is signed by a key of stolen_public_keys; publish a release with the new "
                    "key first, which carries the others on"));
  }
  if (run.before.channels.empty() || !run.before.combined) {
    throw Error(Errc::not_found,
                cat(first, " shows no release yet; cco-release publish makes the first"));
  }
  for (const auto channel : schema::kManifestsOfSite) {
    const Manifest* const manifest = run.before.manifest(channel);
    if (manifest == nullptr || manifest->generated <= run.around.now + kToleratedSkew) continue;
    throw Error(Errc::expired, cat(schema::manifest_name(channel), " was made at ",
                                   base::format_time(manifest->generated), ", and here it is ",
                                   base::format_time(run.around.now), "; set the clock right"));
  }
}

void read_public(Run& run, Problems& problems) {
  const bool has_metadata = check_trust(run, problems);
  problems.collect([&] {
    at_each_site(run, [&](Destination& destination) {
      Standing standing;
      if (&destination == run.destinations.front().get()) {
        const base::Path own_site = dist_with_records(run) / kPointersFolder / "site";
        if (has_metadata) {
          run.before = read_proven_state(run, own_site, problems);
          combine_proven_state(run, own_site);
        } else {
          run.before = read_public_state(destination, run.config, own_site);
        }
        check_not_replayed(run);
        standing.site = Known::yes;
      } else {
        standing.site = check_follows(destination, run, problems);
      }
      run.standings[destination.name()] = standing;
    });
    check_public(run);
  });
}

}  // namespace

void at_each_site(Run& run, const std::function<void(Destination&)>& work) {
  at_each_destination(run, [&](Destination& destination) {
    if (destination.carries().site) work(destination);
  });
}

void open_public(Run& run) {
  open_destinations(run);
  Problems problems;
  read_public(run, problems);
  if (!run.options.sign_only) open_packages(run, problems);
  conclude(run, problems);
}

void read_public_again(Run& run) {
  run.manifests.clear();
  run.product.reset();
  run.installer_of.reset();
  run.signatures.clear();
  run.to_be_signed.clear();
  run.unsigned_files.clear();
  run.metadata.clear();
  run.expired_channels.clear();
  run.actions.clear();
  Problems problems;
  read_public(run, problems);
  conclude(run, problems);
}

}  // namespace releaser
