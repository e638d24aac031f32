#pragma once

#include "releaser/metadata/public_floor.hpp"
#include "releaser/metadata/write_metadata.hpp"
#include "trust/signing/secret_key.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace test {

// Keys, a trust folder and a site in memory, for tests of what is published and when.
class TrustWorld {
 public:
  // A root with one key each for root and targets, "online" and the channels; version 1 of root and
  // targets.
  explicit TrustWorld(const std::vector<std::string>& channels = {"stable"});

  // Keys by the name of the list that they stand in: "root", "online", "stable", "beta", …
  std::map<std::string, std::vector<trust::SecretKey>> keys;
  std::map<std::string, std::uint64_t> thresholds;  // 1 where nothing is said
  std::set<std::string> away;                       // lists whose keys are not at hand
  bool former_keys_are_at_hand = false;             // those that were replaced
  releaser::FinalTrust trust;
  releaser::PublicFloor floor;  // what is remembered
  std::map<std::string, std::string> site;
  std::map<std::string, std::string, std::less<>> manifests;
  releaser::RoleTerms terms;
  base::Time now;
  mutable std::size_t signatures = 0;  // how many were made

  // The next root, signed by the keys of the last one and by its own; the next targets.
  void rotate_root();
  void replace_key(const std::string& list);  // in `keys` alone
  void renew_targets();

  [[nodiscard]] releaser::ReadPublic reader() const;
  [[nodiscard]] releaser::WantedMetadata wanted() const;
  [[nodiscard]] releaser::PublicMetadata read() const;
  [[nodiscard]] releaser::KeyAtHand at_hand() const;
  [[nodiscard]] releaser::MetadataPlan plan() const;
  // All files, in their order; nothing is written.
  [[nodiscard]] releaser::MetadataFiles write() const;
  // Writes the first `limit` files that differ from what is there; the number that were to be
  // written.
  std::size_t publish(std::size_t limit = SIZE_MAX);

 private:
  [[nodiscard]] trust::tuf::Authority authority(const std::string& list) const;
  [[nodiscard]] const trust::SecretKey* find_former(const trust::tuf::Key& key) const;
  std::map<std::string, std::vector<trust::SecretKey>> m_old_keys;
  std::vector<std::string> m_channels;
  std::uint64_t m_targets_version = 0;
};

}  // namespace test
