#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/publish_plan.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/verify_release.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::size_t kMaxSmallFileBytes = 16UL * 1024 * 1024;

WantedFile wanted_text(std::string name, std::string text) {
  const auto size = text.size();
  const trust::Sha256 digest = trust::sha256_of(text);
  return {std::move(name), std::move(text), size, digest};
}

// A small file of dist/V with its signature, if it has one.
void add_with_signature(std::vector<WantedFile>& files, const base::Path& path,
                        const std::string& name) {
  files.push_back(wanted_text(name, base::read_file(path, kMaxSmallFileBytes)));
  const base::Path signature = path.string() + ".minisig";
  if (auto text = base::read_file_if_exists(signature, kMaxSmallFileBytes)) {
    files.push_back(wanted_text(cat(name, ".minisig"), std::move(*text)));
  }
}

Publication wanted_files(const Run& run) {
  Publication wanted;
  const base::Path assets = run.folder / "assets";
  const base::Path site = run.folder / "site";
  const std::string folder = cat("releases/", run.identity->tag(), "/");
  std::map<std::string, const PackedArchive*> archives;
  for (const Target& target : run.targets)
    archives[target.asset] = &*target.packed;
  for (const std::string& name : base::list_directory(assets)) {
    const auto archive = archives.find(name);
    if (archive != archives.end()) {
      wanted.assets.push_back(
          {folder + name, assets / name, archive->second->size, archive->second->sha256});
    } else {
      wanted.assets.push_back(
          wanted_text(folder + name, base::read_file(assets / name, kMaxSmallFileBytes)));
    }
  }
  wanted.assets.push_back(
      wanted_text(cat("checksums/", run.identity->tag(), ".sha256"), run.checksums));
  for (const auto& [name, manifest] : run.manifests) {
    add_with_signature(wanted.documents, site / name, name);
  }
  for (const std::string& page : run.pages)
    add_with_signature(wanted.documents, site / page, page);
  if (run.installer_of) {
    for (const std::string name : {"install.sh", "install.ps1"}) {
      add_with_signature(wanted.documents, site / name, name);
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
  const std::vector<trust::PublicKey> keys{trust::PublicKey::parse(run.config.sign->public_key)};
  verify_release([&](std::string_view name, std::uint64_t,
                     const base::ByteSink& sink) { return destination.stream(name, sink); },
                 run.config.product.name, run.identity->version, *run.release, keys);
}

struct Planned {
  Destination* destination;
  PublicationPlan plan;
};

Planned plan_for(const Run& run, Destination& destination, const Publication& wanted) {
  const bool is_announced = run.before.find(run.identity->version) != nullptr;
  const auto plan = plan_publication(find_all(destination, wanted.assets),
                                     find_all(destination, wanted.documents),
                                     is_announced ? Announced::yes : Announced::no, wanted);
  if (!plan.conflicts.empty()) {
    throw Error(Errc::conflict,
                cat(destination.place(), ": other bytes are public already as ",
                    base::join(plan.conflicts, ", "),
                    "; nothing was changed: choose a new version, or put the old files back"));
  }
  return {&destination, plan};
}

void note_actions(Run& run, const Planned& planned, const Publication& wanted) {
  for (const std::size_t index : planned.plan.put) {
    run.actions.push_back({cat("put ", wanted.assets[index].name), planned.destination->name()});
  }
  for (const std::size_t index : planned.plan.announce) {
    run.actions.push_back(
        {cat("announce ", wanted.documents[index].name), planned.destination->name()});
  }
}

void note_signatures(Run& run, const Destination& destination) {
  for (const std::string& name : run.to_be_signed) {
    run.actions.push_back(
        {cat(name.starts_with("releases/") ? "put " : "announce ", name, ".minisig"),
         destination.name()});
  }
}

}  // namespace

Skipped publish_stage(Run& run) {
  if (run.identity->is_snapshot) return "a snapshot is never published";
  if (run.destinations.empty()) return "every destination is skipped";
  const Publication wanted = wanted_files(run);
  std::vector<Planned> plans;
  for (const auto& destination : run.destinations) {
    plans.push_back(plan_for(run, *destination, wanted));
  }
  for (const Planned& planned : plans) {
    note_actions(run, planned, wanted);
    if (run.options.dry_run) note_signatures(run, *planned.destination);
  }
  if (run.options.dry_run) return std::nullopt;
  for (const auto& [destination, plan] : plans) {
    base::with_context(destination->place(), [&, &destination = *destination, &plan = plan] {
      destination.clean_up(wanted.assets);
      destination.clean_up(wanted.documents);
      for (const std::size_t index : plan.put) {
        run.around.messages.detail(cat("put ", wanted.assets[index].name));
        destination.put(wanted.assets[index]);
      }
      if (!plan.put.empty() || !plan.announce.empty()) verify_as_stranger(run, destination);
    });
  }
  for (const auto& [destination, plan] : plans) {
    base::with_context(destination->place(), [&, &destination = *destination, &plan = plan] {
      for (const std::size_t index : plan.announce) {
        run.around.messages.detail(cat("announce ", wanted.documents[index].name));
        destination.announce(wanted.documents[index]);
      }
    });
  }
  return std::nullopt;
}

}  // namespace releaser
