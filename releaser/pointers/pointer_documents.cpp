#include "releaser/pointers/pointer_documents.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/render/installers.hpp"
#include "releaser/stages/merge_manifest.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/product_of_release.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Channel;
using schema::Manifest;
using schema::Release;
using schema::Version;

const std::array<std::string, 2> kInstallers{"install.sh", "install.ps1"};

WantedFile wanted_text(std::string name, std::string text) {
  const auto size = text.size();
  const trust::Sha256 digest = trust::sha256_of(text);
  const unsigned mode = name.ends_with(".sh") ? 0755 : 0644;
  return {std::move(name), std::move(text), size, digest, mode};
}

// Does the first destination show it with a signature that counts?
bool is_whole(const Run& run, const std::string& name, const Manifest& manifest) {
  const Destination& first = *run.destinations.front();
  auto text = first.read(name, schema::kMaxManifestBytes);
  const auto signature = first.read(signature_name(name), trust::kMaxSignatureBytes);
  if (!text || !signature) return false;
  try {
    const ProductKeys keys = product_keys(*run.config.sign);
    return schema::parse_manifest(trust::verify(std::move(*text), *signature, keys.trusted)) ==
           manifest;
  } catch (const Error&) {
    return false;
  }
}

void make_manifests(Run& run, const PublicManifests& before, const PublicManifests& after) {
  const auto make = [&](std::optional<Channel> channel, const Manifest* was,
                        const Manifest& manifest) {
    const std::string name = schema::manifest_name(channel);
    if (was != nullptr && *was == manifest && is_whole(run, name, manifest)) return;
    run.manifests.insert_or_assign(name, manifest);
  };
  for (const auto& [channel, manifest] : after.channels) {
    const auto was = before.channels.find(channel);
    make(channel, was == before.channels.end() ? nullptr : &was->second, manifest);
  }
  make(std::nullopt, &*before.combined, *after.combined);
}

// Which release does the public installer pin, as its signature says?
bool pins(const Run& run, const std::string& name, const Version& version, Channel channel) {
  const Destination& first = *run.destinations.front();
  auto text = first.read(name, kMaxInstallerBytes);
  const auto signature = first.read(signature_name(name), trust::kMaxSignatureBytes);
  if (!text || !signature) return false;
  try {
    const ProductKeys keys = product_keys(*run.config.sign);
    const auto proof = trust::verify(std::move(*text), *signature, keys.trusted);
    proof.comment().require("app", run.config.product.name);
    proof.comment().require("file", name);
    proof.comment().require("version", version.text());
    proof.comment().require("channel", schema::channel_name(channel));
    return true;
  } catch (const Error&) {
    return false;
  }
}

void make_installers(Run& run, const Manifest& combined, std::vector<std::string>& warnings) {
  if (!run.config.installers) return;
  const auto pinned = pinned_version(combined);
  if (!pinned) {
    warnings.emplace_back(
        "no good release is left that install.sh and install.ps1 could install; they stay as they "
        "are until the next one is published");
    return;
  }
  const Release& release = combined.versions.at(*pinned);
  const bool are_right = std::all_of(
      kInstallers.begin(), kInstallers.end(),
      [&](const std::string& name) { return pins(run, name, *pinned, release.channel); });
  if (are_right) return;
  run.product = product_of_release(run.config, release);
  run.installer_of = pinned->text();
  // Its signature tells the channel of the release that it pins.
  run.manifests.emplace(schema::manifest_name(std::nullopt), combined);
}

void write_site(const Run& run, const Manifest& combined) {
  const base::Path site = run.folder / "site";
  for (const auto& [name, manifest] : run.manifests) {
    const std::string text = schema::write_manifest(manifest);
    if (text.size() > schema::kMaxManifestBytes) {
      throw Error(Errc::config, cat(name, " would be larger than 1 MiB; shorten the texts"));
    }
    write_if_changed(site / name, text);
  }
  if (!run.installer_of) return;
  const Version version = Version::parse(*run.installer_of);
  const Release& release = combined.versions.at(version);
  write_if_changed(site / "install.sh", render_install_sh(*run.product, version, release), 0755);
  write_if_changed(site / "install.ps1", render_install_ps1(*run.product, version, release));
}

// A document with its signatures: ours, or as the first destination shows it, for those that follow
// it.
void add_document(const Run& run, const std::string& name, bool is_ours,
                  std::vector<WantedFile>& documents) {
  const Destination& first = *run.destinations.front();
  const base::Path own = run.folder / "site" / name;
  const auto add = [&](const std::string& file, std::optional<std::string> text) {
    if (text) documents.push_back(wanted_text(file, std::move(*text)));
  };
  if (!is_ours) {
    add(name, first.read(name, kMaxInstallerBytes));
    add(signature_name(name), first.read(signature_name(name), trust::kMaxSignatureBytes));
    if (const auto old = product_keys(*run.config.sign).old) {
      const std::string second = signature_name(name, *old);
      add(second, first.read(second, trust::kMaxSignatureBytes));
    }
    return;
  }
  add(name, base::read_file(own, kMaxInstallerBytes));
  const auto signatures = run.signatures.find(own);
  if (signatures == run.signatures.end()) return;
  const auto to_come = run.to_be_signed.find(name);
  for (const std::string& suffix : signatures->second) {
    const bool is_to_come = to_come != run.to_be_signed.end() &&
                            std::find(to_come->second.begin(), to_come->second.end(),
                                      name + suffix) != to_come->second.end();
    if (!is_to_come)
      add(name + suffix,
          base::read_file_if_exists(own.string() + suffix, trust::kMaxSignatureBytes));
  }
}

}  // namespace

void make_documents(Run& run, const PublicManifests& before, const PublicManifests& after,
                    std::vector<std::string>& warnings) {
  make_manifests(run, before, after);
  make_installers(run, *after.combined, warnings);
  write_site(run, *after.combined);
}

Publication wanted_documents(const Run& run, const PublicManifests& after) {
  Publication wanted;
  std::set<std::string> names{schema::manifest_name(std::nullopt)};
  for (const auto& [channel, manifest] : after.channels)
    names.insert(schema::manifest_name(channel));
  for (const std::string& name : names)
    add_document(run, name, run.manifests.contains(name), wanted.documents);
  for (const MetadataFile& file : run.metadata) {
    const bool is_pointer = file.name == kTimestampFile || file.name.ends_with(".root.json");
    (is_pointer ? wanted.documents : wanted.metadata).push_back(wanted_text(file.name, file.bytes));
  }
  if (run.config.installers) {
    for (const std::string& name : kInstallers)
      add_document(run, name, run.installer_of.has_value(), wanted.documents);
  }
  return wanted;
}

}  // namespace releaser
