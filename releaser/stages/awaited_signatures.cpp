#include "releaser/stages/awaited_signatures.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/given_signatures.hpp"
#include "releaser/stages/stage.hpp"
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

void note_awaited(Run& run, const ChannelRoles& channels, const SignedBy& signed_by) {
  run.awaits.clear();
  std::map<std::string, std::size_t> files;  // by key
  for (const auto& [name, key] : run.unsigned_files)
    ++files[key];
  struct Lack {
    const PlannedRole* channel;
    MissingSignatures missing;
    std::size_t there;
  };
  std::vector<Lack> lacks;
  lacks.reserve(channels.size());
  for (const PlannedRole* const channel : channels) {
    std::set<std::string> signers;
    MissingSignatures missing{channel->name, 0, {}};
    for (const tuf::Key& key : channel->authority.keys) {
      if (signed_by(*channel, key)) {
        signers.insert(tuf::identity_of(key));
      } else {
        missing.of.push_back(key);
      }
    }
    if (signers.size() >= channel->authority.threshold) continue;
    missing.count = channel->authority.threshold - signers.size();
    lacks.push_back({channel, std::move(missing), signers.size()});
  }
  for (const auto& [line, count] : files) {
    const bool is_current = line == run.config.sign->public_key;
    std::string text = cat("the ", is_current ? "" : "old ", "release key ", line, " (",
                           run.config.place(is_current ? "sign.public_key" : "sign.old_public_key"),
                           ") has to sign ", count, count == 1 ? " file" : " files");
    const std::string identity = tuf::identity_of(tuf::key_of(trust::PublicKey::parse(line)));
    for (Lack& lack : lacks) {
      const auto& [role, missing, of] = lack.missing;
      if (missing != 1 || of.size() != 1 || tuf::identity_of(of.front()) != identity) continue;
      text += cat(" and the metadata of ", role);
      lack.missing.count = 0;
    }
    run.awaits.push_back(std::move(text));
  }
  for (const Lack& lack : lacks) {
    if (lack.missing.count == 0) continue;
    std::string text = describe_missing(lack.missing, trust_policy(run.config));
    const auto threshold = lack.channel->authority.threshold;
    if (threshold > 1) text += cat(" (", lack.there, " of ", threshold, " are there)");
    run.awaits.push_back(std::move(text));
  }
}

void sign_channels(Run& run, const std::vector<SignedFile>& files, const ChannelRoles& channels) {
  // Only now: a draft that is refused leaves nothing behind.
  keep_signatures(run, files);
  std::map<std::string, ChannelSignatures, std::less<>> signatures;
  bool has_any = false;
  for (const PlannedRole* const channel : channels) {
    const json::Value content = content_of(*channel);
    const std::string message = tuf::canonical_json(content);
    // Those that the folder has, by this holder or others.
    drop_stale_role_signatures(run, channel->name, message);
    run.given = read_signatures_if_any(run.signatures_out);
    ChannelSignatures& made = signatures[channel->name];
    made = given_role_signatures(run, *channel, message);
    for (const tuf::Key& key : channel->authority.keys) {
      if (made.contains(tuf::identity_of(key))) continue;
      const Signer* const signer = find_key(run, key);
      if (signer == nullptr) continue;
      const std::string signature = signer->sign_message(message);
      if (!tuf::checks_ed25519(key, message, signature)) {
        throw Error(Errc::internal, cat("a new signature of ", channel->name, " does not verify"));
      }
      keep_role_signature(run, *channel, content, signer->public_key(), signature);
      made.insert_or_assign(tuf::identity_of(key), signature);
    }
    if (!made.empty()) has_any = true;
  }
  std::size_t wanted = 0;
  for (const auto& [file, suffixes] : run.signatures)
    wanted += suffixes.size();
  if (!has_any && run.unsigned_files.size() == wanted) {
    throw Error(Errc::config,
                cat("none of the keys that were given signs ",
                    run.identity ? "this release" : "this change", "; nothing was signed"));
  }
  note_awaited(run, channels, [&](const PlannedRole& channel, const tuf::Key& key) {
    return signatures.at(channel.name).contains(tuf::identity_of(key));
  });
}

RoleSignatures take_role_signatures(Run& run, const ChannelRoles& channels,
                                    const std::string& command) {
  RoleSignatures all;
  std::map<std::string, ChannelSignatures, std::less<>> given;
  for (const PlannedRole* const channel : channels) {
    given[channel->name] =
        given_role_signatures(run, *channel, tuf::canonical_json(content_of(*channel)));
    for (const auto& [key, signature] : given[channel->name])
      all.emplace(key, signature);
  }
  note_awaited(run, channels, [&](const PlannedRole& channel, const tuf::Key& key) {
    return given.at(channel.name).contains(tuf::identity_of(key)) || find_key(run, key) != nullptr;
  });
  if (!run.awaits.empty()) {
    throw Error(Errc::config,
                cat(base::join(run.awaits, "; "), "; nothing new is public: let the holder run ",
                    command, ", and give that folder by --signatures too"));
  }
  return all;
}

}  // namespace releaser
