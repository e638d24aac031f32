#include "tests/releaser/metadata/trust_world.hpp"

#include "base/text.hpp"
#include "tests/support/signing.hpp"
#include "trust/signing/metadata_writer.hpp"

namespace test {

using base::cat;
namespace tuf = trust::tuf;
using std::chrono::days;

TrustWorld::TrustWorld(const std::vector<std::string>& channels)
    : terms{{"stable", {days(365), days(60)}},
            {"beta", {days(365), days(60)}},
            {"nightly", {days(30), days(15)}},
            {"snapshot", {days(365), days(60)}},
            {"timestamp", {days(30), days(10)}}},
      now(test::now()),
      m_channels(channels) {
  for (const char* const list : {"root", "online"})
    keys[list].push_back(trust::SecretKey::generate());
  for (const std::string& channel : channels) {
    keys[channel].push_back(trust::SecretKey::generate());
    manifests[channel] = cat("first of ", channel);
  }
  rotate_root();
  renew_targets();
}

tuf::Authority TrustWorld::authority(const std::string& list) const {
  tuf::Authority authority;
  for (const trust::SecretKey& key : keys.at(list))
    authority.keys.push_back(tuf::key_of(key.public_key()));
  const auto threshold = thresholds.find(list);
  if (threshold != thresholds.end()) authority.threshold = threshold->second;
  return authority;
}

void TrustWorld::rotate_root() {
  tuf::Root root;
  root.version = trust.roots.size() + 1;
  root.expires = now + days(365);
  root.consistent_snapshot = true;
  root.roles = {{tuf::RoleType::root, authority("root")},
                {tuf::RoleType::targets, authority("root")},
                {tuf::RoleType::snapshot, authority("online")},
                {tuf::RoleType::timestamp, authority("online")}};
  const auto signed_part = tuf::write_root(root);
  tuf::Signatures signatures_of_root;
  for (const trust::SecretKey& key : keys.at("root"))
    tuf::add_signature(signatures_of_root, key, signed_part);
  for (const trust::SecretKey& key : m_old_keys["root"])
    tuf::add_signature(signatures_of_root, key, signed_part);
  trust.roots.push_back(tuf::write_envelope(signed_part, signatures_of_root));
}

void TrustWorld::replace_key(const std::string& list) {
  for (trust::SecretKey& key : keys.at(list))
    m_old_keys[list].push_back(std::move(key));
  keys.at(list).clear();
  keys.at(list).push_back(trust::SecretKey::generate());
}

void TrustWorld::renew_targets() {
  tuf::Targets targets;
  targets.version = ++m_targets_version;
  targets.expires = now + days(365);
  for (const std::string& channel : m_channels) {
    targets.delegations.push_back({.name = channel,
                                   .authority = authority(channel),
                                   .terminating = true,
                                   .paths = {releaser::target_name(channel)},
                                   .hash_prefixes = {}});
  }
  const auto signed_part = tuf::write_targets(targets);
  tuf::Signatures all;
  for (const trust::SecretKey& key : keys.at("root"))
    tuf::add_signature(all, key, signed_part);
  if (former_keys_are_at_hand) {
    for (const trust::SecretKey& key : m_old_keys["root"])
      tuf::add_signature(all, key, signed_part);
  }
  trust.targets = tuf::write_envelope(signed_part, all);
}

releaser::ReadPublic TrustWorld::reader() const {
  return [this](std::string_view name, std::size_t) -> std::optional<std::string> {
    const auto found = site.find(std::string(name));
    if (found == site.end()) return std::nullopt;
    return found->second;
  };
}

releaser::WantedMetadata TrustWorld::wanted() const { return {trust, manifests, terms, now}; }

releaser::PublicMetadata TrustWorld::read() const {
  releaser::PublicMetadata found =
      releaser::read_public_metadata(reader(), trust, {{"the floor", floor}});
  releaser::read_left_files(found, {reader()}, trust);
  return found;
}

releaser::KeyAtHand TrustWorld::at_hand() const {
  return [this](const tuf::Key& key) {
    for (const auto& [list, own] : keys) {
      if (away.contains(list)) continue;
      for (const trust::SecretKey& each : own)
        if (tuf::key_of(each.public_key()) == key) return true;
    }
    return find_former(key) != nullptr;
  };
}

const trust::SecretKey* TrustWorld::find_former(const tuf::Key& key) const {
  if (!former_keys_are_at_hand) return nullptr;
  for (const auto& [list, own] : m_old_keys) {
    for (const trust::SecretKey& each : own)
      if (tuf::key_of(each.public_key()) == key) return &each;
  }
  return nullptr;
}

releaser::MetadataPlan TrustWorld::plan() const {
  return releaser::plan_metadata(read(), wanted(), at_hand());
}

releaser::MetadataFiles TrustWorld::write() const {
  const releaser::PublicMetadata before = read();
  const auto sign = [this](const tuf::Key& key,
                           std::string_view message) -> std::optional<std::string> {
    for (const auto& [list, own] : keys) {
      if (away.contains(list)) continue;
      for (const trust::SecretKey& each : own) {
        if (!(tuf::key_of(each.public_key()) == key)) continue;
        ++signatures;
        return each.sign_message(message);
      }
    }
    if (const trust::SecretKey* const former = find_former(key)) {
      return former->sign_message(message);
    }
    return std::nullopt;
  };
  return releaser::write_metadata(releaser::plan_metadata(before, wanted(), at_hand()), before,
                                  wanted(), at_hand(), sign);
}

std::size_t TrustWorld::publish(std::size_t limit) {
  std::size_t count = 0;
  for (const releaser::MetadataFile& file : write()) {
    const auto there = site.find(file.name);
    if (there != site.end() && there->second == file.bytes) continue;
    if (count++ < limit) site[file.name] = file.bytes;
  }
  return count;
}

}  // namespace test
