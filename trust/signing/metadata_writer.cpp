#include "trust/signing/metadata_writer.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"
#include "trust/tuf/canonical_json.hpp"

#include <set>
#include <utility>

namespace trust::tuf {
namespace {

namespace json = base::json;
constexpr std::string_view kSpecification = "1.0.34";

json::Object header_of(const Header& header, RoleType type) {
  return {{"_type", role_name(type)},
          {"expires", base::format_time(header.expires)},
          {"spec_version", kSpecification},
          {"version", header.version}};
}

json::Object write_hashes(const Hashes& hashes) {
  json::Object out;
  for (const auto& [algorithm, digest] : hashes)
    out.emplace_back(algorithm, digest);
  return out;
}

json::Object write_meta_file(const MetaFile& file) {
  json::Object out;
  if (!file.hashes.empty()) out.emplace_back("hashes", write_hashes(file.hashes));
  if (file.length) out.emplace_back("length", *file.length);
  out.emplace_back("version", file.version);
  return out;
}

// The keys of all authorities, each once.
class KeyList {
 public:
  json::Object add(const Authority& authority) {
    json::Array ids;
    for (const Key& key : authority.keys) {
      ids.emplace_back(key.id);
      if (!m_ids.insert(key.id).second) continue;
      m_keys.emplace_back(key.id, json::Object{{"keytype", key.type},
                                               {"keyval", json::Object{{"public", key.value}}},
                                               {"scheme", key.scheme}});
    }
    return {{"keyids", std::move(ids)}, {"threshold", authority.threshold}};
  }
  json::Object take() { return std::move(m_keys); }

 private:
  std::set<std::string> m_ids;
  json::Object m_keys;
};

json::Array write_texts(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

json::Value write_root(const Root& root) {
  KeyList keys;
  json::Object roles;
  for (const auto& [type, authority] : root.roles)
    roles.emplace_back(role_name(type), keys.add(authority));
  json::Object out = header_of(root, RoleType::root);
  out.emplace_back("consistent_snapshot", root.consistent_snapshot);
  out.emplace_back("keys", keys.take());
  out.emplace_back("roles", std::move(roles));
  return out;
}

json::Value write_timestamp(const Timestamp& timestamp) {
  json::Object out = header_of(timestamp, RoleType::timestamp);
  out.emplace_back("meta", json::Object{{"snapshot.json", write_meta_file(timestamp.snapshot)}});
  return out;
}

json::Value write_snapshot(const Snapshot& snapshot) {
  json::Object files;
  for (const auto& [name, file] : snapshot.files)
    files.emplace_back(name, write_meta_file(file));
  json::Object out = header_of(snapshot, RoleType::snapshot);
  out.emplace_back("meta", std::move(files));
  return out;
}

json::Value write_targets(const Targets& targets) {
  json::Object files;
  for (const auto& [path, file] : targets.files) {
    json::Object entry{{"hashes", write_hashes(file.hashes)}, {"length", file.length}};
    if (!file.custom.is_null()) entry.emplace_back("custom", file.custom);
    files.emplace_back(path, std::move(entry));
  }
  json::Object out = header_of(targets, RoleType::targets);
  out.emplace_back("targets", std::move(files));
  if (targets.delegations.empty()) return out;
  KeyList keys;
  json::Array roles;
  for (const Delegation& delegation : targets.delegations) {
    json::Object role = keys.add(delegation.authority);
    role.emplace_back("name", delegation.name);
    role.emplace_back("terminating", delegation.terminating);
    if (delegation.hash_prefixes.empty()) {
      role.emplace_back("paths", write_texts(delegation.paths));
    } else {
      role.emplace_back("path_hash_prefixes", write_texts(delegation.hash_prefixes));
    }
    roles.emplace_back(std::move(role));
  }
  out.emplace_back("delegations", json::Object{{"keys", keys.take()}, {"roles", std::move(roles)}});
  return out;
}

Key key_of(const PublicKey& key) {
  return ed25519_key({reinterpret_cast<const char*>(key.bytes().data()), key.bytes().size()});
}

void add_signature(Signatures& signatures, const SecretKey& key, const json::Value& signed_part) {
  signatures.insert_or_assign(key_of(key.public_key()).id,
                              key.sign_message(canonical_json(signed_part)));
}

std::string write_envelope(const json::Value& signed_part, const Signatures& signatures,
                           json::Style style) {
  json::Array list;
  for (const auto& [id, signature] : signatures)
    list.emplace_back(json::Object{{"keyid", id}, {"sig", base::to_hex(signature)}});
  return json::write(json::Object{{"signatures", std::move(list)}, {"signed", signed_part}}, style);
}

MetaFile describe(std::string_view file_bytes, std::uint64_t version) {
  return {version, file_bytes.size(), {{"sha256", sha256_of(file_bytes).hex()}}};
}

TargetFile describe_target(std::string_view file_bytes) {
  return {file_bytes.size(), {{"sha256", sha256_of(file_bytes).hex()}}, nullptr};
}

}  // namespace trust::tuf
