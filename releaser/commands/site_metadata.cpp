#include "releaser/commands/site_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/seen.hpp"
#include "site/metadata_walk.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;

// "https://Example.com/tool/" is where "https://example.com/tool" is.
std::string place_of(const base::Url& url) {
  std::string text = url.text();
  while (text.ends_with('/'))
    text.pop_back();
  return text;
}

MetadataSet::Role read_channel(site::MetadataWalk& walk, const site::MetadataStore& store,
                               const std::string& name) {
  MetadataSet::Role role;
  if (const auto target = walk.find_target(target_name(name))) {
    role.manifest = walk.fetch_target(*target, "");
  }
  role.bytes = store.read(tuf::file_name(name), tuf::kByteLimits.targets).value_or("");
  role.content = tuf::parse_targets(tuf::parse_envelope(role.bytes, tuf::kByteLimits.targets));
  return role;
}

MetadataSet read_set(site::MetadataWalk& walk, const site::MetadataStore& store) {
  const tuf::TrustedMetadata& metadata = walk.metadata();
  MetadataSet set;
  set.root = metadata.root();
  set.timestamp = *metadata.timestamp();
  set.snapshot = *metadata.snapshot();
  set.targets = *metadata.targets();
  set.timestamp_bytes = store.read("timestamp.json", tuf::kByteLimits.timestamp).value_or("");
  set.snapshot_bytes = store.read("snapshot.json", tuf::kByteLimits.snapshot).value_or("");
  set.targets_bytes = store.read("targets.json", tuf::kByteLimits.targets).value_or("");
  for (const tuf::Delegation& channel : set.targets.delegations) {
    if (!set.snapshot.files.contains(cat(channel.name, ".json"))) continue;
    set.channels.emplace(channel.name, read_channel(walk, store, channel.name));
  }
  return set;
}

void require_newest(const PublicMetadata& found, const base::Url& url) {
  const auto problem = describe_gone_back(found);
  if (!problem) return;
  throw Error(Errc::untrusted,
              cat(url.text(), ": ", *problem,
                  "; users get an older site: let a cache in between ask again for timestamp.json, "
                  "or put back the newest copy of metadata/ and targets/"));
}

}  // namespace

std::vector<RememberedFloor> floors_of_site(const Config& config, std::string_view home,
                                            const base::Path& dist, const base::Url& url) {
  std::vector<RememberedFloor> own, all;
  if (!config.trust) return all;
  for (const DestinationSettings& destination : config.destinations) {
    if (!destination.carries.site) continue;
    const bool is_this = place_of(base::Url::parse(destination.url)) == place_of(url);
    for (RememberedFloor& floor : remembered_floors(config, home, dist, destination.url)) {
      if (is_this) own.push_back(floor);
      all.push_back(std::move(floor));
    }
    if (is_this) return own;
  }
  return all;
}

std::optional<MetadataSet> read_site_metadata(base::HttpClient& http, const base::Url& url,
                                              const FinalTrust& trust,
                                              const std::vector<RememberedFloor>& floors,
                                              base::Time now) {
  site::MemoryStore store;
  site::MetadataWalk walk(
      http, site::address_at(url), store,
      {.pin = schema::RootPin{1, trust::sha256_of(trust.roots.front())}, .now = now});
  PublicMetadata found;
  try {
    walk.refresh();
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    note_floors(found, trust, floors);
    require_newest(found, url);
    return std::nullopt;
  }
  const std::uint64_t own = trust.roots.size();
  if (walk.metadata().root().version != own) {
    throw Error(Errc::untrusted, cat("metadata ends with root ", walk.metadata().root().version,
                                     ", and the trust folder with root ", own,
                                     "; publish again, from an up-to-date trust folder"));
  }
  found.set = read_set(walk, store);
  note_floors(found, trust, floors);
  require_newest(found, url);
  return std::move(found.set);
}

}  // namespace releaser
