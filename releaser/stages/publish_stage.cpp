#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/each_destination.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/publish_plan.hpp"
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
constexpr std::size_t kMaxSmallFileBytes = 16UL * 1024 * 1024;

WantedFile wanted_text(std::string name, std::string text) {
  const auto size = text.size();
  const trust::Sha256 digest = trust::sha256_of(text);
  const unsigned mode = name.ends_with(".sh") ? 0755 : 0644;
  return {std::move(name), std::move(text), size, digest, mode};
}

// The signatures of a file of dist/V, where it has some.
void add_signatures(const Run& run, std::vector<WantedFile>& files, const base::Path& path,
                    const std::string& name) {
  const auto known = run.signatures.find(path);
  if (known == run.signatures.end()) return;
  for (const std::string& suffix : known->second) {
    if (auto text = base::read_file_if_exists(path.string() + suffix, kMaxSmallFileBytes)) {
      files.push_back(wanted_text(name + suffix, std::move(*text)));
    }
  }
}

void add_with_signatures(const Run& run, std::vector<WantedFile>& files, const base::Path& path,
                         const std::string& name) {
  files.push_back(wanted_text(name, base::read_file(path, kMaxSmallFileBytes)));
  add_signatures(run, files, path, name);
}

Publication wanted_files(const Run& run) {
  Publication wanted;
  const base::Path assets = run.folder / "assets";
  const base::Path site = run.folder / "site";
  const std::string folder = cat("releases/", run.identity->tag(), "/");
  std::map<std::string, const PackedArchive*> archives;
  for (const Target& target : run.targets)
    archives[target.asset] = &*target.packed;
  for (const std::string& name : asset_names(run)) {
    const auto archive = archives.find(name);
    if (archive == archives.end()) {
      add_with_signatures(run, wanted.assets, assets / name, folder + name);
      continue;
    }
    wanted.assets.push_back({.name = folder + name,
                             .contents = assets / name,
                             .size = archive->second->size,
                             .sha256 = archive->second->sha256});
    add_signatures(run, wanted.assets, assets / name, folder + name);
  }
  // Archives of earlier releases as dist/ has them, so that whatever differs is found.
  for (const CarriedRelease& carried : run.carried) {
    const std::string of = cat("releases/v", carried.version.text(), "/");
    for (const auto& [platform, entry] : carried.entry.platforms) {
      const std::string name = schema::asset_name(entry.url);
      wanted.assets.push_back({.name = of + name,
                               .contents = carried.assets / name,
                               .size = entry.size,
                               .sha256 = entry.sha256});
      add_signatures(run, wanted.assets, carried.assets / name, of + name);
    }
    add_with_signatures(run, wanted.assets, carried.assets / "checksums.sha256",
                        of + "checksums.sha256");
  }
  wanted.assets.push_back(
      wanted_text(cat("checksums/", run.identity->tag(), ".sha256"), run.checksums));
  for (const auto& [name, manifest] : run.manifests) {
    add_with_signatures(run, wanted.documents, site / name, name);
  }
  for (const MetadataFile& file : run.metadata) {
    // Clients take a new root as soon as they see it, so it comes right before its timestamp.
    const bool is_pointer = file.name == kTimestampFile || file.name.ends_with(".root.json");
    (is_pointer ? wanted.documents : wanted.metadata).push_back(wanted_text(file.name, file.bytes));
  }
  for (const std::string& page : run.pages)
    add_with_signatures(run, wanted.documents, site / page, page);
  if (run.installer_of) {
    for (const std::string name : {"install.sh", "install.ps1"}) {
      add_with_signatures(run, wanted.documents, site / name, name);
    }
  }
  return wanted;
}

std::vector<Found> find_all(const Destination& destination, const std::vector<WantedFile>& files) {
  std::vector<Found> found;
  found.reserve(files.size());
  for (const WantedFile& file : files)
    found.push_back(destination.find(file));
  return found;
}

// Opens everything anew and checks it as a user's machine would.
void verify_as_stranger(const Run& run, const Destination& destination) {
  verify_release([&](std::string_view name, std::uint64_t,
                     const base::ByteSink& sink) { return destination.stream(name, sink); },
                 run.config.product.name, run.identity->version, *run.release,
                 product_keys(*run.config.sign),
                 run.config.installers ? Installers::yes : Installers::no);
}

using Plans = std::map<const Destination*, PublicationPlan>;

PublicationPlan plan_for(const Run& run, const Destination& destination, Standing standing,
                         const Publication& wanted) {
  const std::vector<Found> assets = find_all(destination, wanted.assets);
  PublicationPlan plan =
      plan_publication(assets, find_all(destination, wanted.metadata),
                       find_all(destination, wanted.documents), standing, wanted);
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
Plans plans_for(Run& run, const Publication& wanted) {
  Plans plans;
  at_each_destination(run, [&](Destination& destination) {
    if (&destination != run.destinations.front().get()) check_follower_metadata(run, destination);
    plans.emplace(&destination, plan_for(run, destination, run.standing_of(destination), wanted));
  });
  return plans;
}

void note(Run& run, const Destination& destination, std::string_view verb, std::string_view file) {
  if (!run.options.dry_run) run.around.messages.detail(cat(verb, " ", file));
  run.actions.push_back({cat(verb, " ", file), destination.name()});
}

// What a run would do, in its order: each file, then its signature, which a dry run cannot make.
void note_plan(Run& run, const Destination& destination, const PublicationPlan& plan,
               const Publication& wanted) {
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
  note_all("announce", wanted.documents, plan.announce);
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

// Afterwards each destination that still takes part has all assets and the metadata that no
// timestamp names yet, verified.
void put_assets(Run& run, const Plans& plans, const Publication& wanted) {
  at_each_destination(run, [&](Destination& destination) {
    const PublicationPlan& plan = plans.at(&destination);
    destination.clean_up(wanted.assets);
    destination.clean_up(wanted.metadata);
    destination.clean_up(wanted.documents);
    for (const std::size_t index : plan.put) {
      destination.put(wanted.assets[index]);
      note(run, destination, "put", wanted.assets[index].name);
    }
    for (const std::size_t index : plan.put_metadata) {
      destination.put(wanted.metadata[index]);
      note(run, destination, "put", wanted.metadata[index].name);
    }
    if (plan.is_empty()) return;
    verify_as_stranger(run, destination);
    verify_metadata_before_announcing(run, destination);
  });
}

// What waited for signatures is public everywhere now.
void end_waiting(Run& run) {
  if (!run.failures.empty()) return;
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
  Publication wanted = wanted_files(run);
  Plans plans = plans_for(run, wanted);
  warn_of_first_prerelease(run);
  if (run.options.dry_run) {
    for (const auto& destination : run.destinations)
      note_plan(run, *destination, plans.at(destination.get()), wanted);
    return std::nullopt;
  }
  for (;;) {
    const std::size_t taking_part = run.destinations.size();
    put_assets(run, plans, wanted);
    if (run.destinations.size() == taking_part) break;
    // The manifests name a mirror that has not got what they say of it: all is made anew without.
    manifest_stage(run);
    render_stage(run);
    sign_stage(run);
    metadata_stage(run);
    wanted = wanted_files(run);
    plans = plans_for(run, wanted);
  }
  at_each_destination(run, [&](Destination& destination) {
    for (const std::size_t index : plans.at(&destination).announce) {
      destination.announce(wanted.documents[index]);
      note(run, destination, "announce", wanted.documents[index].name);
    }
  });
  remember_published(run);
  end_waiting(run);
  return std::nullopt;
}

}  // namespace releaser
