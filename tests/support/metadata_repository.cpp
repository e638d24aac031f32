#include "tests/support/metadata_repository.hpp"

#include "base/text.hpp"
#include "tests/support/signing.hpp"
#include "trust/digest.hpp"
#include "trust/tuf/canonical_json.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace test {
namespace {

using base::cat;
namespace json = base::json;
namespace tuf = trust::tuf;

std::optional<tuf::RoleType> top_level(std::string_view role) {
  for (const tuf::RoleType type : tuf::kRoleTypes) {
    if (tuf::role_name(type) == role) return type;
  }
  return std::nullopt;
}

std::vector<tuf::Key> public_keys(const std::vector<KeyPair>& keys) {
  std::vector<tuf::Key> found;
  found.reserve(keys.size());
  for (const KeyPair& key : keys)
    found.push_back(tuf::key_of(key->public_key()));
  return found;
}

// "dir/name" with a digest before the last part.
std::string consistent_name(std::string_view path, const std::string& digest) {
  const auto slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return cat(path.substr(0, name), digest, '.', path.substr(name));
}

}  // namespace

KeyPair new_key() { return std::make_shared<const trust::SecretKey>(trust::SecretKey::generate()); }

MetadataRepository::MetadataRepository(bool consistent_snapshot) {
  const base::Time far = time_at("2030-01-01T00:00:00Z");
  root.consistent_snapshot = consistent_snapshot;
  root.expires = timestamp.expires = snapshot.expires = targets.expires = far;
  for (const tuf::RoleType type : tuf::kRoleTypes)
    set_keys(tuf::role_name(type), {new_key()});
  publish();
}

tuf::Targets& MetadataRepository::targets_of(std::string_view role) {
  if (role == "targets") return targets;
  const auto found = delegated.find(role);
  if (found == delegated.end()) throw std::invalid_argument(cat("no role: ", role));
  return found->second;
}

tuf::Header& MetadataRepository::header_of(std::string_view role) {
  if (role == "root") return root;
  if (role == "timestamp") return timestamp;
  if (role == "snapshot") return snapshot;
  return targets_of(role);
}

void MetadataRepository::set_keys(std::string_view role, std::vector<KeyPair> keys,
                                  std::uint64_t threshold) {
  const tuf::Authority authority{public_keys(keys), threshold};
  if (const auto type = top_level(role)) root.roles.insert_or_assign(*type, authority);
  const auto replace_in = [&](tuf::Targets& delegator) {
    for (tuf::Delegation& delegation : delegator.delegations) {
      if (delegation.name == role) delegation.authority = authority;
    }
  };
  replace_in(targets);
  for (auto& [name, delegator] : delegated)
    replace_in(delegator);
  signers.insert_or_assign(std::string(role), std::move(keys));
}

KeyPair MetadataRepository::rotate(std::string_view role) {
  KeyPair key = new_key();
  set_keys(role, {key});
  return key;
}

tuf::Delegation& MetadataRepository::delegate(std::string_view delegator, std::string_view role,
                                              std::vector<std::string> paths, bool terminating) {
  if (role != "targets" && !delegated.contains(role)) {
    tuf::Targets fresh;
    fresh.expires = targets.expires;
    delegated.emplace(role, std::move(fresh));
    signers.emplace(role, std::vector{new_key()});
  }
  auto& delegations = targets_of(delegator).delegations;
  delegations.push_back({.name = std::string(role),
                         .authority = {public_keys(signers.find(role)->second), 1},
                         .terminating = terminating,
                         .paths = std::move(paths),
                         .hash_prefixes = {}});
  return delegations.back();
}

void MetadataRepository::add_target(std::string_view role, std::string_view path,
                                    std::string bytes) {
  targets_of(role).files.insert_or_assign(std::string(path), tuf::describe_target(bytes));
  m_target_bytes.insert_or_assign(trust::sha256_of(bytes).hex(), std::move(bytes));
}

json::Object MetadataRepository::signed_part(std::string_view role) {
  const json::Value value = role == "root"        ? tuf::write_root(root)
                            : role == "timestamp" ? tuf::write_timestamp(timestamp)
                            : role == "snapshot"  ? tuf::write_snapshot(snapshot)
                                                  : tuf::write_targets(targets_of(role));
  json::Object object = *value.get_if<json::Object>();
  if (before_signing) before_signing(role, object);
  return object;
}

std::vector<KeyPair> MetadataRepository::signers_of(std::string_view role) const {
  std::vector<KeyPair> keys;
  if (const auto found = signers.find(role); found != signers.end()) keys = found->second;
  if (role != "root") return keys;
  for (const KeyPair& key : m_last_root_signers) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

std::string MetadataRepository::text_of(std::string_view role) {
  std::string text = tuf::canonical_json(signed_part(role));
  if (const auto found = signers.find(role); found != signers.end()) {
    for (const tuf::Key& key : public_keys(found->second))
      text += key.id;
  }
  return text;
}

std::string MetadataRepository::forge(const json::Value& signed_part,
                                      const std::vector<KeyPair>& keys) {
  tuf::Signatures signatures;
  for (const KeyPair& key : keys)
    tuf::add_signature(signatures, *key, signed_part);
  return tuf::write_envelope(signed_part, signatures);
}

std::string MetadataRepository::write_role(std::string_view role) {
  const std::uint64_t version = header_of(role).version;
  const bool has_version = role == "root" || (role != "timestamp" && root.consistent_snapshot);
  std::string path = cat("metadata/", has_version ? cat(version, '.') : "", tuf::file_name(role));
  files.insert_or_assign(path, forge(signed_part(role), signers_of(role)));
  if (role == "root") m_last_root_signers = signers["root"];
  m_published.insert_or_assign(std::string(role), Published{text_of(role), version, path});
  return path;
}

bool MetadataRepository::publish_role(std::string_view role) {
  const Published& last = m_published[std::string(role)];
  tuf::Header& header = header_of(role);
  if (header.version == last.version) {
    if (last.version > 0 && text_of(role) == last.text) return false;
    ++header.version;
  }
  write_role(role);
  return true;
}

tuf::MetaFile MetadataRepository::describe(std::string_view role) const {
  const Published& published = m_published.find(role)->second;
  if (!gives_hashes) return {published.version, std::nullopt, {}};
  return tuf::describe(files.find(published.path)->second, published.version);
}

void MetadataRepository::publish() {
  publish_role("root");
  std::vector<std::string> roles{"targets"};
  for (const auto& [role, metadata] : delegated)
    roles.push_back(role);
  for (const std::string& role : roles) {
    for (const auto& [path, file] : targets_of(role).files) {
      const std::string& digest = file.hashes.at("sha256");
      const auto bytes = m_target_bytes.find(digest);
      if (bytes == m_target_bytes.end()) continue;
      const std::string name =
          root.consistent_snapshot ? consistent_name(path, digest) : std::string(path);
      files.insert_or_assign(cat("targets/", name), bytes->second);
    }
    publish_role(role);
    snapshot.files.insert_or_assign(cat(role, ".json"), describe(role));
  }
  publish_role("snapshot");
  timestamp.snapshot = describe("snapshot");
  publish_role("timestamp");
}

std::string MetadataRepository::path_of(std::string_view role) const {
  const auto found = m_published.find(role);
  if (found == m_published.end()) throw std::invalid_argument(cat("not published: ", role));
  return found->second.path;
}

const std::string& MetadataRepository::file_of(std::string_view role) const {
  return files.find(path_of(role))->second;
}

const std::string& MetadataRepository::root_file(std::uint64_t version) const {
  return files.find(cat("metadata/", version, ".root.json"))->second;
}

std::string MetadataRepository::target_path(std::string_view role, std::string_view path) {
  const tuf::TargetFile& file = targets_of(role).files.find(path)->second;
  return cat("targets/", root.consistent_snapshot ? consistent_name(path, file.hashes.at("sha256"))
                                                  : std::string(path));
}

void MetadataRepository::tamper(std::string_view path,
                                const std::function<void(json::Object& signed_part)>& edit) {
  std::string& text = files.find(path)->second;
  json::Value value = json::parse(text, {.max_bytes = text.size()}, base::Errc::internal);
  json::Object envelope = *value.get_if<json::Object>();
  for (auto& [name, member] : envelope) {
    if (name != "signed") continue;
    json::Object part = *member.get_if<json::Object>();
    edit(part);
    member = std::move(part);
  }
  text = json::write(envelope, json::Style::compact);
}

void MetadataRepository::write_to(const base::Path& folder) const {
  for (const auto& [name, bytes] : files) {
    const base::Path path = folder / name;
    base::make_directories(path.parent_path());
    base::write_file_atomically(path, bytes, 0644, base::Durability::none);
  }
}

}  // namespace test
