#include "releaser/stages.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/whereabouts.hpp"

#include <array>
#include <chrono>

namespace releaser {
namespace {

using base::cat;

enum class Skippable { no, yes };

struct Stage {
  std::string_view name;
  Skipped (*work)(Run& run);
  Skippable skippable;
};

// A release, from first to last. Only `publish` touches anything outside of dist/.
constexpr std::array kStages{
    // Version, channel, commit and date are known; dist/V is ours alone.
    Stage{"identify", identify_stage, Skippable::no},
    // Prebuilt inputs, keys and names are right, the version may follow what is public, and nobody
    // else publishes; nothing was written yet.
    Stage{"preflight", preflight_stage, Skippable::no},
    // Every binary that a command makes is there.
    Stage{"build", build_stage, Skippable::yes},
    // Each agent says whose it is and which version; signatures of the platform are in place.
    Stage{"stamp", stamp_stage, Skippable::no},
    // What was built or stamped is what it claims to be; floors and digests are known.
    Stage{"inspect", inspect_stage, Skippable::no},
    // dist/V/assets holds one whole archive for each platform, the same bytes on every machine.
    Stage{"package", package_stage, Skippable::no},
    // With a draft of a release that waits for signatures: the archives are its own.
    Stage{"restore", restore_stage, Skippable::no},
    // checksums.sha256 and <asset>.sha256 name the digest of every archive.
    Stage{"checksum", checksum_stage, Skippable::no},
    // dist/V/site has the public manifests with this release in them.
    Stage{"manifest", manifest_stage, Skippable::yes},
    // Installers, formula, bucket file and the pages of the site pin these archives.
    Stage{"render", render_stage, Skippable::yes},
    // With a draft: all that was made here is what it says, and who signs has agreed.
    Stage{"draft", draft_stage, Skippable::no},
    // Every archive, sum, manifest and installer has a signature that was verified.
    Stage{"sign", sign_stage, Skippable::yes},
    // With [trust]: what clients of the metadata will see is signed and proven.
    Stage{"metadata", metadata_stage, Skippable::no},
    // Each destination shows the release, verified before anything named it.
    Stage{"publish", publish_stage, Skippable::yes},
};

// A draft brings its archives along.
bool is_spared(const Run& run, std::string_view stage) {
  return run.options.takes_archives() &&
         (stage == "build" || stage == "stamp" || stage == "inspect" || stage == "package");
}

// Whoever waited wants to know for what.
void tell_time(const Run& run, std::string_view stage, std::chrono::steady_clock::duration time) {
  constexpr std::chrono::seconds kWorthALine{1};
  if (time < kWorthALine) return;
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
  run.around.messages.say(cat(stage, ": done in ", tenths / 10, ".", tenths % 10, " s"));
}

// Destinations, tap and bucket.
std::vector<std::string> names_of_places(const Run& run) {
  std::vector<std::string> names;
  names.reserve(run.config.destinations.size() + 2);
  for (const auto& destination : run.config.destinations)
    names.push_back(destination.name);
  for (const std::string_view kind : package_kinds(run))
    names.emplace_back(kind);
  return names;
}

void check_only(const Run& run) {
  const std::vector<std::string> names = names_of_places(run);
  for (const std::string& name : run.options.only) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string nearest = base::did_you_mean(name, names);
      throw base::Error(
          base::Errc::usage,
          cat("--only ", base::safe_text(name, 80), ": there is no destination of that name",
              nearest, nearest.empty() ? "; it takes " : " It takes ", base::join(names, ", ")));
    }
  }
  for (const std::string& name : names) {
    if (!run.options.only.empty() && run.skips(name)) {
      throw base::Error(base::Errc::usage,
                        cat("--skip ", name, " does not go with --only; give one of them"));
    }
  }
}

void check_skips(const Run& run) {
  std::vector<std::string> names;
  names.reserve(kStages.size());
  for (const Stage& stage : kStages) {
    if (stage.skippable == Skippable::yes) names.emplace_back(stage.name);
  }
  for (std::string& name : names_of_places(run))
    names.push_back(std::move(name));
  for (const std::string& name : run.options.skip) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string nearest = base::did_you_mean(name, names);
      throw base::Error(
          base::Errc::usage,
          cat("--skip ", base::safe_text(name, 80), ": nothing of that name can be skipped",
              nearest, nearest.empty() ? "; it takes " : " It takes ", base::join(names, ", ")));
    }
  }
  if (run.skips("publish") || run.options.identify.snapshot) return;
  const auto& destinations = run.config.destinations;
  const bool skips_all =
      std::all_of(destinations.begin(), destinations.end(),
                  [&](const DestinationSettings& each) { return run.skips(each.name); });
  if (!skips_all && run.skips(destinations.front().name)) {
    throw base::Error(base::Errc::usage,
                      cat("--skip ", destinations.front().name,
                          ": the other destinations follow what this one shows; skip publish, or "
                          "another destination"));
  }
  if (!skips_all && run.skips(run.config.asset_host()->name)) {
    throw base::Error(
        base::Errc::usage,
        cat("--skip ", run.config.asset_host()->name,
            ": the manifests would name archives that are not there; skip publish, or "
            "another destination"));
  }
  for (const std::string_view needed : {"manifest", "sign", "render"}) {
    if (run.skips(needed)) {
      throw base::Error(base::Errc::usage, cat("--skip ", needed,
                                               " leaves nothing that could be "
                                               "published; add publish to it"));
    }
  }
}

}  // namespace

std::vector<std::string> stage_names() {
  std::vector<std::string> names;
  names.reserve(kStages.size());
  for (const Stage& stage : kStages)
    names.emplace_back(stage.name);
  return names;
}

void run_stages(Run& run, Until until) {
  if (until == Until::publish) {
    check_only(run);
    check_skips(run);
  }
  for (const Stage& stage : kStages) {
    if (run.options.sign_only && stage.name == "publish") return;
    if (is_spared(run, stage.name)) continue;
    const bool is_skipped = stage.skippable == Skippable::yes && run.skips(stage.name);
    const auto start = std::chrono::steady_clock::now();
    enter_stage(stage.name);
    const Skipped skipped =
        is_skipped ? Skipped("--skip") : run.around.messages.group(stage.name, [&] {
          return base::with_context(stage.name, [&] { return stage.work(run); });
        });
    tell_time(run, stage.name, std::chrono::steady_clock::now() - start);
    if (skipped) run.around.messages.detail(cat(stage.name, ": skipped: ", *skipped));
    if (run.awaits_build || run.is_public_already) return;
    if (until == Until::checksum && stage.name == "checksum") return;
  }
}

}  // namespace releaser
