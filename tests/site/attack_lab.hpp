#pragma once

#include "base/file.hpp"
#include "base/text.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/manifest.hpp"
#include "site/channel_metadata.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/release_server.hpp"
#include "tests/support/signing.hpp"
#include "trust/digest.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using FolderBytes = std::map<std::string, std::string>;

// Every file below a folder, by its path.
inline FolderBytes bytes_below(const base::Path& folder) {
  FolderBytes found;
  if (!std::filesystem::exists(folder)) return found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    found.emplace(entry.path().lexically_relative(folder).string(),
                  base::read_file(entry.path(), 1 << 24));
  }
  return found;
}

// A product whose stable and nightly channels are published by metadata, and an agent with a store
// in a folder, which has seen version 1.1.0 when an attack begins.
class AttackLab {
 public:
  static constexpr std::string_view kBase = "https://a.example.com/tool";

  MetadataRepository repository;
  ReleaseServer server;
  base::TemporaryDirectory folder{base::Path("/tmp"), "attack-lab."};
  site::Watermark watermark;
  schema::Identity identity{.product = "tool",
                            .agent = "tool-updater",
                            .version = schema::Version::parse("1.0.0"),
                            .date = now() - std::chrono::hours(100),
                            .base_urls = {base::Url::parse(std::string(kBase))},
                            .root = {}};
  base::Time time = now() + std::chrono::hours(1);
  std::uint64_t generation = 0;

  explicit AttackLab(bool consistent_snapshot = true, bool gives_hashes = true)
      : repository(consistent_snapshot) {
    repository.gives_hashes = gives_hashes;
    for (const schema::Channel channel : {schema::Channel::stable, schema::Channel::nightly}) {
      repository.delegate("targets", schema::channel_name(channel),
                          {schema::manifest_name(channel)}, true);
    }
    identity.root.sha256 = trust::sha256_of(repository.root_file(1));
  }

  static std::string manifest_text(std::string_view version, std::uint64_t generation,
                                   std::string_view product = "tool") {
    schema::Manifest manifest = make_manifest(product);
    manifest.generation = generation;
    add_release(manifest, {.product = std::string(product), .version = std::string(version)});
    return schema::write_manifest(manifest);
  }
  // As the maintainer, or whoever has the keys that the repository signs with.
  void release(std::string_view version) { offer(manifest_text(version, ++generation)); }
  void offer(std::string manifest) {
    repository.add_target("stable", schema::manifest_name(schema::Channel::stable),
                          std::move(manifest));
    repository.publish();
  }

  void show() { server.mirror(kBase, repository.files); }
  site::SiteView read() { return read_by(server); }
  site::SiteView read_by(base::HttpClient& http) {
    const auto store = site::make_folder_store(folder.path() / "metadata");
    return site::read_site({http, identity.base_urls}, {.identity = identity,
                                                        .channel = schema::Channel::stable,
                                                        .watermark = watermark,
                                                        .store = *store,
                                                        .now = time,
                                                        .allow_expired_until = {}});
  }
  // The version that a check finds now; what it has learnt counts from then on.
  std::string check() {
    show();
    return check_by(server);
  }
  std::string check_by(base::HttpClient& http) {
    const site::SiteView view = read_by(http);
    watermark = view.watermark;
    return view.manifests.at(schema::Channel::stable).versions.begin()->first.text();
  }
  [[nodiscard]] FolderBytes stored() const { return bytes_below(folder.path()); }

  std::string& file(std::string_view path) {
    const auto found = repository.files.find(path);
    if (found == repository.files.end()) throw std::invalid_argument(base::cat("no ", path));
    return found->second;
  }
  std::string& file_of(std::string_view role) { return file(repository.path_of(role)); }
  // The same content, by these keys alone.
  void sign_again(std::string_view role, const std::vector<KeyPair>& keys) {
    std::string& text = file_of(role);
    text = MetadataRepository::forge(
        trust::tuf::parse_envelope(text, text.size()).unverified_signed, keys);
  }
  // Signs a snapshot as it stands, and a timestamp that names it: by the keys of CI.
  void write_online_roles() {
    ++repository.snapshot.version;
    const std::string path = repository.write_role("snapshot");
    ++repository.timestamp.version;
    repository.timestamp.snapshot = trust::tuf::describe(file(path), repository.snapshot.version);
    repository.write_role("timestamp");
  }
  // The next root as it stands, by these keys alone.
  void write_root(const std::vector<KeyPair>& keys) {
    ++repository.root.version;
    repository.files[base::cat("metadata/", repository.root.version, ".root.json")] =
        MetadataRepository::forge(trust::tuf::write_root(repository.root), keys);
  }
};

}  // namespace test
