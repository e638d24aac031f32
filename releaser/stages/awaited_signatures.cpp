#include "releaser/stages/awaited_signatures.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/given_signatures.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/canonical_json.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;
namespace json = base::json;

json::Value content_of(const PlannedRole& role) {
  tuf::Targets content = role.content;
  content.version = role.version;
  content.expires = role.expires;
  return tuf::write_targets(content);
}

}  // namespace

// Who still has to sign, where `signed_by` has signed for the channel.
void note_awaited(Run& run, const PlannedRole* channel,
                  const std::function<bool(const tuf::Key&)>& signed_by) {
  run.awaits.clear();
  std::map<std::string, std::size_t> files;  // by key
  for (const auto& [name, key] : run.unsigned_files)
    ++files[key];
  std::set<std::string> signers;
  MissingSignatures missing{channel == nullptr ? "" : channel->name, 0, {}};
  if (channel != nullptr) {
    for (const tuf::Key& key : channel->authority.keys) {
      if (signed_by(key)) {
        signers.insert(tuf::identity_of(key));
      } else {
        missing.of.push_back(key);
      }
    }
    if (signers.size() < channel->authority.threshold)
      missing.count = channel->authority.threshold - signers.size();
  }
  for (const auto& [line, count] : files) {
    const bool is_current = line == run.config.sign->public_key;
    std::string text = cat("the ", is_current ? "" : "old ", "release key ", line, " (",
                           run.config.place(is_current ? "sign.public_key" : "sign.old_public_key"),
                           ") has to sign ", count, count == 1 ? " file" : " files");
    const bool is_for_metadata_too =
        missing.count == 1 && missing.of.size() == 1 &&
        tuf::identity_of(missing.of.front()) ==
            tuf::identity_of(tuf::key_of(trust::PublicKey::parse(line)));
    if (is_for_metadata_too) {
      text += cat(" and the metadata of ", missing.role);
      missing.count = 0;
    }
    run.awaits.push_back(std::move(text));
  }
  if (missing.count == 0) return;
  std::string text = describe_missing(missing, trust_policy(run.config));
  if (channel->authority.threshold > 1) {
    text += cat(" (", signers.size(), " of ", channel->authority.threshold, " are there)");
  }
  run.awaits.push_back(std::move(text));
}

// --sign-only: each key of the channel that is here signs its metadata.
void sign_channel(Run& run, const PlannedRole* channel) {
  // Only now: a draft that is refused leaves nothing behind.
  keep_signatures(run, signed_files(run));
  RoleSignatures signatures;
  if (channel != nullptr) {
    const json::Value content = content_of(*channel);
    const std::string message = tuf::canonical_json(content);
    // Those that the folder has, by this holder or others.
    drop_stale_role_signatures(run, message);
    run.given = read_signatures_if_any(run.signatures_out);
    signatures = given_role_signatures(run, *channel, message);
    for (const tuf::Key& key : channel->authority.keys) {
      if (signatures.contains(tuf::identity_of(key))) continue;
      const Signer* const signer = find_key(run, key);
      if (signer == nullptr) continue;
      const std::string signature = signer->sign_message(message);
      if (!tuf::checks_ed25519(key, message, signature)) {
        throw Error(Errc::internal, cat("a new signature of ", channel->name, " does not verify"));
      }
      keep_role_signature(run, content, signer->public_key(), signature);
      signatures.insert_or_assign(tuf::identity_of(key), signature);
    }
  }
  std::size_t wanted = 0;
  for (const auto& [file, suffixes] : run.signatures)
    wanted += suffixes.size();
  if (signatures.empty() && run.unsigned_files.size() == wanted) {
    throw Error(Errc::config,
                "none of the keys that were given signs this release; nothing was signed");
  }
  note_awaited(run, channel,
               [&](const tuf::Key& key) { return signatures.contains(tuf::identity_of(key)); });
}

// --signatures: all that holders had to sign is there.
RoleSignatures take_role_signatures(Run& run, const PlannedRole* channel) {
  RoleSignatures given;
  if (channel != nullptr) {
    given = given_role_signatures(run, *channel, tuf::canonical_json(content_of(*channel)));
  }
  note_awaited(run, channel, [&](const tuf::Key& key) {
    return given.contains(tuf::identity_of(key)) || find_key(run, key) != nullptr;
  });
  if (!run.awaits.empty()) {
    throw Error(Errc::config,
                cat(base::join(run.awaits, "; "), "; nothing new is public: let the holder run ",
                    signing_command(run), ", and give that folder by --signatures too"));
  }
  return given;
}

}  // namespace releaser
