#include "releaser/stages/run.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {

const schema::Manifest* PublicState::manifest(std::optional<schema::Channel> channel) const {
  if (!channel) return combined ? &*combined : nullptr;
  const auto found = channels.find(*channel);
  return found == channels.end() ? nullptr : &found->second;
}

const schema::Release* PublicState::find(const schema::Version& version) const {
  for (const auto& [channel, manifest] : channels) {
    const auto found = manifest.versions.find(version);
    if (found != manifest.versions.end()) return &found->second;
  }
  if (combined) {
    const auto found = combined->versions.find(version);
    if (found != combined->versions.end()) return &found->second;
  }
  return nullptr;
}

const schema::Release* PublicState::find(const schema::Version& version,
                                         schema::Channel channel) const {
  const schema::Manifest* const own = manifest(channel);
  if (own != nullptr) {
    const auto found = own->versions.find(version);
    if (found != own->versions.end()) return &found->second;
  }
  return find(version);
}

std::optional<schema::Version> PublicState::security_floor() const {
  std::optional<schema::Version> highest = combined ? combined->security_floor : std::nullopt;
  for (const auto& [channel, manifest] : channels) {
    const auto& floor = manifest.security_floor;
    if (floor && (!highest || *highest < *floor)) highest = floor;
  }
  return highest;
}

std::optional<schema::Version> PublicState::newest(schema::Channel channel) const {
  const schema::Manifest* const shown = manifest(channel);
  if (shown == nullptr) return std::nullopt;
  const auto found = shown->latest.find(channel);
  if (found == shown->latest.end()) return std::nullopt;
  return found->second;
}

bool Run::lacks_required() const {
  return std::any_of(failures.begin(), failures.end(),
                     [](const DestinationFailure& failure) { return !failure.is_optional; });
}

Standing Run::standing_of(const Destination& destination) const {
  const auto found = standings.find(destination.name());
  return found == standings.end() ? Standing() : found->second;
}

Destination& Run::asset_host() const {
  const DestinationSettings& host = *config.asset_host();
  const auto found = std::find_if(destinations.begin(), destinations.end(),
                                  [&](const auto& each) { return each->name() == host.name; });
  return found == destinations.end() ? *destinations.front() : **found;
}

const Destination& Run::holder_of(std::string_view public_name) const {
  return public_name.starts_with("releases/") ? asset_host() : *destinations.front();
}

bool Run::publishes() const {
  if (skips("publish") || identity->is_snapshot) return false;
  return std::any_of(config.destinations.begin(), config.destinations.end(),
                     [&](const DestinationSettings& each) { return !skips(each.name); });
}

bool is_built(const Run& run, const Target& target) {
  return !run.skips("build") && (!target.command.empty() || makes_files(run));
}

bool is_final(const Run& run, const Target& target, const InputBinary& binary) {
  return !is_built(run, target) && binary.role == BinaryRole::product &&
         run.config.hooks.after_stamp.empty();
}

const base::Path& dist_with_records(const Run& run) {
  return run.dist_to_copy_record_from.empty() ? run.options.dist : run.dist_to_copy_record_from;
}

std::string input_name(const Target& target, const InputBinary& binary) {
  return base::cat(target.platform.name(), "/", binary.name);
}

void write_if_changed(const base::Path& file, std::string_view bytes, unsigned mode,
                      base::Durability durability) {
  std::error_code ignored;
  if (std::filesystem::file_size(file, ignored) == bytes.size() && !ignored &&
      base::read_file(file, bytes.size()) == bytes) {
    return;
  }
  base::make_directories(file.parent_path());
  base::write_file_atomically(file, bytes, mode, durability);
}

void write_record(const Run& run) {
  write_if_changed(run.folder / "release.json", write_record(run.record), 0644,
                   base::Durability::flushed);
}

std::vector<std::string> asset_names(const Run& run) {
  std::vector<std::string> names;
  for (const Target& target : run.targets) {
    names.push_back(target.asset);
    names.push_back(target.asset + ".sha256");
  }
  for (const ExtraFile& file : run.extra_files)
    names.push_back(file.name);
  if (run.config.installers) names.insert(names.end(), {"install.ps1", "install.sh"});
  std::sort(names.begin(), names.end());
  names.emplace_back("checksums.sha256");
  return names;
}

trust::Sha256 sha256_of_file(const base::Path& file) {
  trust::Sha256Hasher hasher;
  base::stream_file(base::open_regular_file(file),
                    [&](std::string_view bytes) { hasher.update(bytes); });
  return hasher.finish();
}

std::pair<trust::Sha256, trust::Blake2b> digests_of_file(const base::Path& file) {
  trust::Sha256Hasher sha256;
  trust::Blake2bHasher blake2b;
  base::stream_file(base::open_regular_file(file), [&](std::string_view bytes) {
    sha256.update(bytes);
    blake2b.update(bytes);
  });
  return {sha256.finish(), blake2b.finish()};
}

}  // namespace releaser
