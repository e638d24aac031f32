#pragma once

#include "base/clock.hpp"
#include "base/json.hpp"
#include "trust/tuf/envelope.hpp"
#include "trust/tuf/key.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The four types of metadata of the TUF specification 1.0.34, as parsed. Fields that are not known
// stay in the signed bytes and are otherwise ignored.

namespace trust::tuf {

enum class RoleType { root, timestamp, snapshot, targets };
inline constexpr std::array kRoleTypes{RoleType::root, RoleType::timestamp, RoleType::snapshot,
                                       RoleType::targets};
std::string_view role_name(RoleType type);  // "root", also the "_type"

// How large metadata may be before it is read further.
struct ByteLimits {
  std::size_t root = std::size_t{512} * 1024;
  std::size_t timestamp = std::size_t{16} * 1024;
  std::size_t snapshot = std::size_t{64} * 1024;
  std::size_t targets = std::size_t{256} * 1024;
};
inline constexpr ByteLimits kByteLimits;

struct Header {
  std::uint64_t version = 0;  // at least 1
  base::Time expires{};
};

struct Root : Header {
  bool consistent_snapshot = false;
  std::map<RoleType, Authority> roles;  // all four
};

using Hashes = std::map<std::string, std::string>;  // "sha256" -> hexadecimal digits

// What one piece of metadata says of another.
struct MetaFile {
  std::uint64_t version = 0;
  std::optional<std::uint64_t> length;
  Hashes hashes;  // often empty
};

struct Timestamp : Header {
  MetaFile snapshot;
};

struct Snapshot : Header {
  std::map<std::string, MetaFile, std::less<>> files;  // "targets.json", "stable.json"
};

struct TargetFile {
  std::uint64_t length = 0;
  Hashes hashes;
  base::json::Value custom;  // null: none
};

struct Delegation {
  std::string name;
  Authority authority;
  bool terminating = false;
  std::vector<std::string> paths;          // patterns, or
  std::vector<std::string> hash_prefixes;  // beginnings of the hexadecimal SHA-256 of a path

  [[nodiscard]] bool covers(std::string_view target_path) const;
};

struct Targets : Header {
  std::map<std::string, TargetFile, std::less<>> files;
  std::vector<Delegation> delegations;  // in their order, which is their precedence

  [[nodiscard]] const Delegation* find_delegation(std::string_view name) const;
};

// Each reads the "signed" part of an envelope, whose "_type" must be that of the function; whether
// somebody may sign it is decided elsewhere. They throw Errc::untrusted with the place of what is
// wrong.
Root parse_root(const Envelope& envelope);
Timestamp parse_timestamp(const Envelope& envelope);
Snapshot parse_snapshot(const Envelope& envelope);
Targets parse_targets(const Envelope& envelope);

// Does a shell-style pattern cover the path? `*` and `?` stand for anything but `/`.
bool matches_pattern(std::string_view pattern, std::string_view path);

// "name%20of%20role.json": a role's file, without its version, so that no name leads out of a
// folder.
std::string file_name(std::string_view role);

// Throws Errc::untrusted unless the bytes have this length (where one is given) and all hashes that
// are known (SHA-256, SHA-512). With hashes given of which none is known, it throws too.
void require_file(std::string_view unverified_bytes, const std::optional<std::uint64_t>& length,
                  const Hashes& hashes, std::string_view name);

}  // namespace trust::tuf
