#include "trust/tuf/metadata.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "trust/digest.hpp"

#include <algorithm>
#include <set>

namespace trust::tuf {
namespace {

using base::cat;
using base::Errc;
namespace json = base::json;

std::uint64_t read_version(const json::ObjectReader& reader) {
  const std::uint64_t version = reader.number("version");
  if (version == 0) reader.fail("version", "must be at least 1");
  return version;
}

// "1.0.34", "1.0".
bool is_first_edition(std::string_view specification) {
  const auto parts = base::split(specification, '.');
  return (parts.size() == 2 || parts.size() == 3) && parts.front() == "1" &&
         std::all_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return base::parse_decimal(part).has_value(); });
}

// Fields of all types. Of the specification, every 1.x can be read.
json::ObjectReader read_header(const Envelope& envelope, RoleType type, Header& header) {
  json::ObjectReader reader(envelope.unverified_signed, "", Errc::untrusted);
  const std::string found = reader.text("_type");
  if (found != role_name(type)) {
    reader.fail("_type", cat("is ", base::safe_text(found, 40), ", and not ", role_name(type)));
  }
  const std::string specification = reader.text("spec_version");
  if (!is_first_edition(specification)) {
    reader.fail("spec_version", cat("is ", base::safe_text(specification, 40),
                                    ", which this program does not know; update it"));
  }
  header.version = read_version(reader);
  const auto expires = base::parse_time(reader.text("expires"));
  if (!expires) reader.fail("expires", "must be a time such as 2030-01-01T00:00:00Z");
  header.expires = *expires;
  return reader;
}

Hashes read_hashes(const json::ObjectReader& reader) {
  Hashes hashes;
  const auto members = reader.optional_object("hashes");
  if (!members) return hashes;
  for (const auto& [name, value] : members->members()) {
    const auto* const digest = value.get_if<std::string>();
    if (digest == nullptr) members->fail(base::safe_text(name, 40), "must be a string");
    // It becomes part of a file's name.
    const auto bytes = base::from_hex(*digest);
    if (!bytes || bytes->empty()) {
      members->fail(base::safe_text(name, 40), "must be hexadecimal digits");
    }
    hashes.emplace(name, base::lower_case(*digest));
  }
  if (hashes.empty()) reader.fail("hashes", "must not be empty");
  return hashes;
}

MetaFile read_meta_file(const json::ObjectReader& reader) {
  return {read_version(reader), reader.optional_number("length"), read_hashes(reader)};
}

TargetFile read_target_file(const json::ObjectReader& reader) {
  TargetFile file{reader.number("length"), read_hashes(reader), nullptr};
  if (file.hashes.empty()) reader.fail("hashes", "must be an object");
  if (const json::Value* const custom = reader.find("custom")) file.custom = *custom;
  return file;
}

Delegation read_delegation(const json::ObjectReader& reader, const std::vector<Key>& keys) {
  if (reader.find("terminating") == nullptr) reader.fail("terminating", "is missing");
  Delegation delegation{.name = reader.text("name"),
                        .authority = read_authority(reader, keys),
                        .terminating = reader.boolean("terminating", false),
                        .paths = reader.texts("paths"),
                        .hash_prefixes = reader.texts("path_hash_prefixes")};
  if (delegation.name.empty()) reader.fail("name", "must not be empty");
  const bool has_paths = reader.find("paths") != nullptr;
  const bool has_prefixes = reader.find("path_hash_prefixes") != nullptr;
  if (has_paths && has_prefixes) {
    reader.fail("path_hash_prefixes", "must not stand beside paths");
  }
  if (!has_paths && !has_prefixes) reader.fail("paths", "is missing");
  return delegation;
}

bool is_name_of_top_level(std::string_view name) {
  return std::any_of(kRoleTypes.begin(), kRoleTypes.end(),
                     [&](RoleType type) { return role_name(type) == name; });
}

void read_delegations(const json::ObjectReader& reader, Targets& targets) {
  const std::vector<Key> keys = read_keys(reader.object("keys"));
  // In their place others may use hashes alone (TAP 15), which lead to no role here.
  if (reader.find("roles") == nullptr && reader.find("succinct_roles") == nullptr) {
    reader.fail("roles", "is missing");
  }
  std::set<std::string> names;
  for (const json::ObjectReader& role : reader.objects("roles")) {
    Delegation delegation = read_delegation(role, keys);
    if (is_name_of_top_level(delegation.name)) role.fail("name", "is that of a top-level role");
    if (!names.insert(delegation.name).second) role.fail("name", "is that of an earlier role");
    targets.delegations.push_back(std::move(delegation));
  }
}

}  // namespace

std::string_view role_name(RoleType type) {
  switch (type) {
    case RoleType::root:
      return "root";
    case RoleType::timestamp:
      return "timestamp";
    case RoleType::snapshot:
      return "snapshot";
    case RoleType::targets:
      break;
  }
  return "targets";
}

bool matches_pattern(std::string_view pattern, std::string_view path) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos;  // the last `*`, and where what it stands for ends
  std::size_t star_end = 0;
  while (at < path.size()) {
    const bool is_literal =
        in_pattern < pattern.size() && pattern[in_pattern] != '*' &&
        (pattern[in_pattern] == path[at] || (pattern[in_pattern] == '?' && path[at] != '/'));
    if (is_literal) {
      ++at;
      ++in_pattern;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      star_end = at;
    } else if (star != std::string_view::npos && path[star_end] != '/') {
      in_pattern = star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

bool Delegation::covers(std::string_view target_path) const {
  if (std::any_of(paths.begin(), paths.end(), [&](const std::string& pattern) {
        return matches_pattern(pattern, target_path);
      })) {
    return true;
  }
  if (hash_prefixes.empty()) return false;
  const std::string digest = sha256_of(target_path).hex();
  return std::any_of(hash_prefixes.begin(), hash_prefixes.end(),
                     [&](const std::string& prefix) { return digest.starts_with(prefix); });
}

const Delegation* Targets::find_delegation(std::string_view name) const {
  const auto found = std::find_if(delegations.begin(), delegations.end(),
                                  [&](const Delegation& each) { return each.name == name; });
  return found == delegations.end() ? nullptr : &*found;
}

Root parse_root(const Envelope& envelope) {
  Root root;
  const auto reader = read_header(envelope, RoleType::root, root);
  root.consistent_snapshot = reader.boolean("consistent_snapshot", false);
  const std::vector<Key> keys = read_keys(reader.object("keys"));
  const json::ObjectReader roles = reader.object("roles");
  for (const RoleType type : kRoleTypes)
    root.roles.emplace(type, read_authority(roles.object(role_name(type)), keys));
  return root;
}

Timestamp parse_timestamp(const Envelope& envelope) {
  Timestamp timestamp;
  const auto reader = read_header(envelope, RoleType::timestamp, timestamp);
  timestamp.snapshot = read_meta_file(reader.object("meta").object("snapshot.json"));
  return timestamp;
}

Snapshot parse_snapshot(const Envelope& envelope) {
  Snapshot snapshot;
  const auto reader = read_header(envelope, RoleType::snapshot, snapshot);
  const json::ObjectReader files = reader.object("meta");
  for (const auto& [name, value] : files.members()) {
    snapshot.files.emplace(
        name, read_meta_file({value, files.place_of(base::safe_text(name, 80)), files.errc()}));
  }
  if (!snapshot.files.contains("targets.json")) files.fail("targets.json", "is missing");
  return snapshot;
}

Targets parse_targets(const Envelope& envelope) {
  Targets targets;
  const auto reader = read_header(envelope, RoleType::targets, targets);
  const json::ObjectReader files = reader.object("targets");
  for (const auto& [path, value] : files.members()) {
    targets.files.emplace(
        path, read_target_file({value, files.place_of(base::safe_text(path, 80)), files.errc()}));
  }
  if (const auto delegations = reader.optional_object("delegations")) {
    read_delegations(*delegations, targets);
  }
  return targets;
}

std::string file_name(std::string_view role) { return base::percent_encode(role) + ".json"; }

void require_file(std::string_view unverified_bytes, const std::optional<std::uint64_t>& length,
                  const Hashes& hashes, std::string_view name) {
  const auto fail = [&](std::string_view problem) {
    throw base::Error(Errc::untrusted, cat(base::safe_text(name, 200), ' ', problem));
  };
  if (length && unverified_bytes.size() != *length) {
    fail(cat("has ", unverified_bytes.size(), " bytes, and not ", *length));
  }
  bool is_checked = hashes.empty();
  for (const auto& [algorithm, digest] : hashes) {
    const auto found = algorithm == "sha256"   ? sha256_of(unverified_bytes).hex()
                       : algorithm == "sha512" ? sha512_hex(unverified_bytes)
                                               : std::string();
    if (found.empty()) continue;
    if (found != digest) fail(cat("has another ", algorithm));
    is_checked = true;
  }
  if (!is_checked) fail("has no hash that this program knows");
}

}  // namespace trust::tuf
