#include "releaser/stages/publication.hpp"

#include "base/text.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/run.hpp"

#include <algorithm>
#include <iterator>

namespace releaser {
namespace {

using base::cat;

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

}  // namespace

Publication wanted_files(const Run& run) {
  Publication wanted;
  const base::Path assets = run.folder / "assets";
  const base::Path site = run.folder / "site";
  const std::string folder = cat("releases/", run.identity->tag(), "/");
  std::map<std::string, const PackedArchive*> archives;
  for (const Target& target : run.targets)
    archives[target.asset] = &*target.packed;
  std::map<std::string, const ExtraFile*> extra_files;
  for (const ExtraFile& file : run.extra_files)
    extra_files[file.name] = &file;
  for (const std::string& name : asset_names(run)) {
    if (const auto extra = extra_files.find(name); extra != extra_files.end()) {
      wanted.assets.push_back({.name = folder + name,
                               .contents = assets / name,
                               .size = extra->second->size,
                               .sha256 = extra->second->sha256});
      add_signatures(run, wanted.assets, assets / name, folder + name);
      continue;
    }
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

Publication share_of(const Publication& all, Carries carries) {
  Publication share;
  std::copy_if(all.assets.begin(), all.assets.end(), std::back_inserter(share.assets),
               [&](const WantedFile& file) {
                 return file.name.starts_with("releases/") ? carries.assets : carries.site;
               });
  if (!carries.site) return share;
  share.metadata = all.metadata;
  share.documents = all.documents;
  return share;
}

}  // namespace releaser
