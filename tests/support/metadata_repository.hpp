#pragma once

#include "base/file.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/signing/secret_key.hpp"
#include "trust/tuf/metadata.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace test {

using KeyPair = std::shared_ptr<const trust::SecretKey>;
KeyPair new_key();

// The largest version that metadata may have.
inline constexpr std::uint64_t kMaxVersion = std::uint64_t{1} << 53;

// A TUF repository in memory, signed with real keys. A test edits the metadata as it is to be next,
// and publish() signs what has changed; it attacks by editing what is signed or `files`, which is
// all that a client sees:
//
//   auto before = repository.files;                          // to replay an older file later
//   repository.timestamp.expires = test::time_at("2026-01-01T00:00:00Z");
//   repository.snapshot.version = test::kMaxVersion;         // fast-forward
//   repository.publish();
//   repository.files["metadata/timestamp.json"] = before["metadata/timestamp.json"];
//
// ReleaseServer::mirror shows the files in memory, write_to() to a server of folders.
class MetadataRepository {
 public:
  // Version 1 of everything is published: one key each for root, targets, snapshot and timestamp,
  // no delegations, all valid until 2030.
  explicit MetadataRepository(bool consistent_snapshot = true);

  // --- as they will be published next
  trust::tuf::Root root;
  trust::tuf::Timestamp timestamp;  // what it says of the snapshot is filled in by publish()
  trust::tuf::Snapshot snapshot;    // and what this says of the targets roles
  trust::tuf::Targets targets;
  std::map<std::string, trust::tuf::Targets, std::less<>> delegated;  // by role
  // Who signs, by role. Keys that nobody put into `root` or a delegation are strangers.
  std::map<std::string, std::vector<KeyPair>, std::less<>> signers;
  bool gives_hashes = true;  // lengths and hashes of metadata, beside versions
  // Sees what is about to be signed: unknown fields, missing ones, wrong types, no JSON by TUF.
  std::function<void(std::string_view role, base::json::Object& signed_part)> before_signing;

  // --- what a client sees: "metadata/2.snapshot.json", "targets/<sha256>.<name>"
  std::map<std::string, std::string, std::less<>> files;

  // Gives a role new keys that sign for it, where it is named (root, or every delegation to it).
  void set_keys(std::string_view role, std::vector<KeyPair> keys, std::uint64_t threshold = 1);
  // The same with one new key in the place of all.
  KeyPair rotate(std::string_view role);

  // A new role with a key of its own, which `delegator` delegates to; an existing role gets one
  // more delegation, by its own keys.
  trust::tuf::Delegation& delegate(std::string_view delegator, std::string_view role,
                                   std::vector<std::string> paths, bool terminating = false);
  // Lists the bytes in a targets role.
  void add_target(std::string_view role, std::string_view path, std::string bytes);
  trust::tuf::Targets& targets_of(std::string_view role);

  // Every role that is not what was published last gets the next version, unless the test has set
  // another one itself, and is signed; what others say of it follows. The next root is signed by
  // the signers of the one before, too.
  void publish();
  // Signs one role exactly as it stands, and nothing follows. Gives the path of the file.
  std::string write_role(std::string_view role);

  [[nodiscard]] std::string path_of(std::string_view role) const;  // of what was written last
  [[nodiscard]] const std::string& file_of(std::string_view role) const;
  [[nodiscard]] const std::string& root_file(std::uint64_t version) const;
  [[nodiscard]] std::string target_path(std::string_view role, std::string_view path);

  // Changes a file after it was signed.
  void tamper(std::string_view path,
              const std::function<void(base::json::Object& signed_part)>& edit);
  // Signs anything with any keys, in place of the signatures that are there.
  static std::string forge(const base::json::Value& signed_part, const std::vector<KeyPair>& keys);
  void write_to(const base::Path& folder) const;

 private:
  struct Published {
    std::string text;  // canonical, by whom it was signed included
    std::uint64_t version = 0;
    std::string path;
  };
  trust::tuf::Header& header_of(std::string_view role);
  [[nodiscard]] base::json::Object signed_part(std::string_view role);
  [[nodiscard]] std::vector<KeyPair> signers_of(std::string_view role) const;
  [[nodiscard]] std::string text_of(std::string_view role);
  bool publish_role(std::string_view role);
  trust::tuf::MetaFile describe(std::string_view role) const;

  std::map<std::string, Published, std::less<>> m_published;
  std::map<std::string, std::string, std::less<>> m_target_bytes;  // by SHA-256
  std::vector<KeyPair> m_last_root_signers;
};

}  // namespace test
