#include "releaser/stages/metadata_stage.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/given_signatures.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/signed_files.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"
#include "releaser/trust/trust_folder.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/canonical_json.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
namespace tuf = trust::tuf;
using std::chrono::days;
constexpr tuf::ByteLimits kLimits;
constexpr days kNearTheEnd{60};
constexpr std::string_view kRunWhereTheKeyIs =
    "; run the same command where it is, or give it by --key FILE (repeat it for several)";

std::string key_line(const tuf::Key& key, const TrustPolicy& policy) {
  for (const TrustRole& role : policy.roles) {
    for (const trust::PublicKey& own : role.keys)
      if (tuf::identity_of(tuf::key_of(own)) == tuf::identity_of(key)) return own.line();
  }
  return cat("ed25519:", key.value);
}

tuf::Root newest_root(const FinalTrust& trust) {
  return tuf::parse_root(tuf::parse_envelope(trust.roots.back(), kLimits.root));
}

tuf::Targets targets_of(const FinalTrust& trust) {
  return tuf::parse_targets(tuf::parse_envelope(trust.targets, kLimits.targets));
}

void compare_with_policy(const FinalTrust& trust, const Config& config, Problems& problems) {
  const TrustPolicy policy = trust_policy(config);
  const tuf::Root root = newest_root(trust);
  const tuf::Targets targets = targets_of(trust);
  std::vector<std::string> other;
  for (const TrustRole& role : policy.roles) {
    std::string found;
    if (const tuf::Delegation* const delegation = targets.find_delegation(role.name)) {
      found = delegation->authority.fingerprint();
    }
    for (const tuf::RoleType type : tuf::kRoleTypes)
      if (tuf::role_name(type) == role.name) found = root.roles.at(type).fingerprint();
    if (found != role.authority.fingerprint()) other.push_back(role.name);
  }
  if (other.empty()) return;
  problems.warn(cat(config.place("trust"), ": [trust] gives other keys to ",
                    base::join(other, ", "),
                    " than the trust folder, whose keys count until new ones are final; begin "
                    "with cco-release trust rotate"));
}

void check_lifetimes(const FinalTrust& trust, base::Time now, Problems& problems) {
  for (const auto& [name, expires] : {std::pair("root", newest_root(trust).expires),
                                      std::pair("targets", targets_of(trust).expires)}) {
    const std::string when = base::format_time(expires);
    if (expires <= now) {
      problems.add(Errc::expired, cat(name, " of the trust folder expired at ", when,
                                      "; sign a new one: cco-release trust rotate"));
    } else if (expires - now < kNearTheEnd) {
      problems.warn(cat(name, " of the trust folder expires at ", when,
                        "; sign a new one in time: cco-release trust rotate"));
    }
  }
}

}  // namespace

std::map<std::string, std::string, std::less<>> channel_manifests(const Run& run) {
  const tuf::Targets targets = targets_of(*run.trust);
  std::map<std::string, std::string, std::less<>> manifests;
  for (const schema::Channel channel : schema::kChannels) {
    const std::string name = schema::manifest_name(channel);
    const std::string role(schema::channel_name(channel));
    if (run.manifests.contains(name)) {
      manifests[role] = base::read_file(run.folder / "site" / name, schema::kMaxManifestBytes);
    } else if (const auto found = run.before.signed_alone.find(channel);
               found != run.before.signed_alone.end() && targets.find_delegation(role)) {
      manifests[role] = found->second;
    }
  }
  return manifests;
}

RoleTerms role_terms(const TrustPolicy& policy, Renewal renewal) {
  RoleTerms terms;
  for (const TrustRole& role : policy.roles) {
    RoleTerm term{role.lifetime, role.renew_below};
    if (renewal == Renewal::near_the_end) {
      term.renew_below =
          std::min({term.renew_below, term.lifetime / 3, std::chrono::seconds(kNearTheEnd)});
    }
    terms.emplace(role.name, term);
  }
  return terms;
}

FinalTrust read_final_trust(const Config& config, std::string_view home) {
  TrustFolder folder = read_trust_folder(config.resolve(config.trust->folder, home));
  if (folder.roots.empty() || !folder.targets) {
    throw Error(Errc::config, cat(folder.path.string(),
                                  " has no final root yet; let its holders sign it, then "
                                  "run cco-release trust finalize"));
  }
  return {std::move(folder.roots), std::move(folder.targets_bytes)};
}

ReadPublic reader_of(const Destination& destination) {
  return [&destination](std::string_view name, std::size_t max_bytes) {
    return destination.read(name, max_bytes);
  };
}

std::string describe_missing(const MissingSignatures& missing, const TrustPolicy& policy) {
  std::vector<std::string> lines;
  lines.reserve(missing.of.size());
  for (const tuf::Key& key : missing.of)
    lines.push_back(key_line(key, policy));
  return cat("the metadata of ", missing.role, " needs ", missing.count, " more ",
             missing.count == 1 ? "signature" : "signatures", ", by key ",
             base::join(lines, " or "));
}

MetadataFiles sign_metadata(Run& run, const MetadataPlan& plan, const WantedMetadata& wanted,
                            const RoleSignatures& given) {
  const KeyAtHand at_hand = [&](const tuf::Key& key) {
    return given.contains(tuf::identity_of(key)) || find_key(run, key) != nullptr;
  };
  const auto missing = missing_signatures(plan, at_hand);
  if (!missing.empty()) {
    const TrustPolicy policy = trust_policy(run.config);
    std::vector<std::string> texts;
    texts.reserve(missing.size());
    for (const MissingSignatures& role : missing)
      texts.push_back(describe_missing(role, policy));
    throw Error(Errc::config,
                cat(base::join(texts, "; "), "; nothing new is public", kRunWhereTheKeyIs));
  }
  const SignMessage sign = [&](const tuf::Key& key,
                               std::string_view message) -> std::optional<std::string> {
    // Those that were given are over one message.
    if (const auto found = given.find(tuf::identity_of(key));
        found != given.end() && tuf::checks_ed25519(key, message, found->second)) {
      return found->second;
    }
    const Signer* const signer = find_key(run, key);
    if (signer == nullptr) return std::nullopt;
    return signer->sign_message(message);
  };
  return write_metadata(plan, run.public_metadata, wanted, at_hand, sign);
}

void find_left_files(Run& run) {
  std::vector<ReadPublic> places;
  places.reserve(run.destinations.size());
  for (const auto& destination : run.destinations)
    places.push_back(reader_of(*destination));
  read_left_files(run.public_metadata, places, *run.trust);
}

bool is_in_dist(const Run& run, std::string_view channel, const std::string& manifest) {
  const auto stolen =
      run.config.sign ? product_keys(*run.config.sign).stolen : std::vector<trust::PublicKey>();
  const base::Path& dist =
      run.dist_to_copy_record_from.empty() ? run.options.dist : run.dist_to_copy_record_from;
  const std::vector<std::string> versions = base::list_directory(dist);
  return std::any_of(versions.begin(), versions.end(), [&](const std::string& version) {
    const base::Path file = dist / version / "site" / target_name(channel);
    std::error_code ignored;
    if (std::filesystem::file_size(file, ignored) != manifest.size() || ignored ||
        base::read_file(file, manifest.size()) != manifest) {
      return false;
    }
    // It may have been made of what a thief had put there; publishing makes it anew.
    const auto signature =
        base::read_file_if_exists(signature_name(file.string()), trust::kMaxSignatureBytes);
    return stolen.empty() || (signature && claimed_key(stolen, *signature) == nullptr);
  });
}

void note_expired_channels(Run& run, const MetadataPlan& plan) {
  for (const PlannedRole& channel : plan.channels)
    if (channel.expires <= run.around.now) run.expired_channels.insert(channel.name);
}

bool has_agent(const Config& config) {
  return config.agent && (!config.agent->binary.empty() ||
                          std::any_of(config.overrides.begin(), config.overrides.end(),
                                      [](const auto& each) { return !each.second.agent.empty(); }));
}

std::string agent_without_trust(const Config& config) {
  return cat(
      config.place("agent"),
      ": [agent] needs [trust]: an agent believes metadata alone; run cco-release trust init");
}

bool check_trust(Run& run, Problems& problems) {
  if (!run.config.trust) {
    if (has_agent(run.config)) problems.add(agent_without_trust(run.config));
    return false;
  }
  const TrustPolicy policy = trust_policy(run.config);
  for (const std::string& problem : policy.problems)
    problems.add(problem);
  for (const std::string& warning : policy.warnings)
    problems.warn(warning);
  if (!policy.problems.empty() || run.skips("sign") || run.destinations.empty()) return false;
  bool is_read = false;
  problems.collect([&] {
    base::with_context(run.config.place("trust"),
                       [&] { run.trust = read_final_trust(run.config, run.home); });
    compare_with_policy(*run.trust, run.config, problems);
    check_lifetimes(*run.trust, run.around.now, problems);
    const Destination& first = *run.destinations.front();
    base::with_context(first.place(), [&] {
      run.public_metadata =
          read_public_metadata(reader_of(first), *run.trust, remembered_floors(run, first));
      is_read = true;
      check_metadata_not_replayed(run);
    });
  });
  return is_read;
}

void check_metadata_keys(Run& run, Problems& problems) {
  if (!run.trust || !run.publishes()) return;
  const TrustPolicy policy = trust_policy(run.config);
  const auto require = [&](const std::string& role, const tuf::Authority& authority) {
    MissingSignatures missing{role, 0, {}};
    std::set<std::string> there;
    for (const tuf::Key& key : authority.keys) {
      if (may_have_key(run, key)) {
        there.insert(tuf::identity_of(key));
      } else {
        missing.of.push_back(key);
      }
    }
    if (there.size() >= authority.threshold) return;
    missing.count = authority.threshold - there.size();
    problems.add(
        cat(describe_missing(missing, policy), "; nothing was published", kRunWhereTheKeyIs));
  };
  const std::string channel(schema::channel_name(run.identity->channel));
  const tuf::Targets targets = targets_of(*run.trust);
  const auto release_key = tuf::key_of(trust::PublicKey::parse(run.config.sign->public_key));
  const tuf::Delegation* const delegation = targets.find_delegation(channel);
  if (delegation != nullptr) {
    // Without these keys the release is made, and waits.
    const auto here =
        std::count_if(delegation->authority.keys.begin(), delegation->authority.keys.end(),
                      [&](const tuf::Key& key) { return may_have_key(run, key); });
    const bool will_wait = static_cast<std::uint64_t>(here) < delegation->authority.threshold ||
                           !may_have_key(run, release_key);
    if (will_wait) return;
  } else {
    problems.add(cat("targets.json of the trust folder delegates nothing to channel ", channel,
                     "; cco-release trust rotate makes new targets for what [trust] says"));
  }
  const tuf::Root root = newest_root(*run.trust);
  require("snapshot", root.roles.at(tuf::RoleType::snapshot));
  require("timestamp", root.roles.at(tuf::RoleType::timestamp));
}

namespace {

const PlannedRole* channel_of(const Run& run, const MetadataPlan& plan) {
  const std::string_view name = schema::channel_name(run.identity->channel);
  for (const PlannedRole& role : plan.channels)
    if (role.name == name && role.has_to_be_signed()) return &role;
  return nullptr;
}

json::Value content_of(const PlannedRole& role) {
  tuf::Targets content = role.content;
  content.version = role.version;
  content.expires = role.expires;
  return tuf::write_targets(content);
}

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

}  // namespace

Skipped metadata_stage(Run& run) {
  if (!run.config.trust) return "there is no [trust]";
  if (run.skips("sign")) return "--skip sign";
  if (!run.publishes() || run.destinations.empty()) return "nothing is published";
  WantedMetadata wanted{*run.trust, channel_manifests(run),
                        role_terms(trust_policy(run.config), Renewal::near_the_end), run.around.now,
                        [&](std::string_view channel, const std::string& manifest) {
                          return is_in_dist(run, channel, manifest);
                        }};
  if (run.draft) {
    wanted.drafted.emplace(schema::channel_name(run.draft->channel),
                           tuf::Header{run.draft->role_version, run.draft->role_expires});
  }
  find_left_files(run);
  const bool is_dry = run.options.dry_run;
  const MetadataPlan plan = plan_metadata(run.public_metadata, wanted, [&](const tuf::Key& key) {
    return is_dry ? may_have_key(run, key) : find_key(run, key) != nullptr;
  });
  const PlannedRole* const channel = channel_of(run, plan);
  if (run.options.sign_only) {
    if (!is_dry) sign_channel(run, channel);
    return std::nullopt;
  }
  for (const std::string& warning : plan.warnings)
    run.around.messages.warn(warning);
  RoleSignatures given;
  if (run.options.resumes()) {
    given = take_role_signatures(run, channel);
  } else {
    note_awaited(run, channel, [&](const tuf::Key& key) {
      return is_dry ? may_have_key(run, key) : find_key(run, key) != nullptr;
    });
  }
  if (!run.awaits.empty()) {
    run.metadata.clear();
    // Without a new manifest nothing is left to draft: only other signatures are missing.
    if (channel == nullptr) {
      throw Error(Errc::config,
                  cat(base::join(run.awaits, "; "), "; nothing new is public", kRunWhereTheKeyIs));
    }
    write_release_draft(run, *channel);
    return "it waits for signatures";
  }
  for (const PlannedRole* const role : plan.roles()) {
    if (!role->has_to_be_signed()) continue;
    run.around.messages.detail(
        cat("metadata: ", role->name, " ", role->version, ": ", role->reason));
  }
  note_expired_channels(run, plan);
  run.metadata.clear();
  if (is_dry && !plan.signs_nothing()) {
    run.metadata = unsigned_metadata(plan);
    return std::nullopt;
  }
  run.metadata = sign_metadata(run, plan, wanted, given);
  for (const MetadataFile& file : run.metadata)
    write_if_changed(run.folder / "site" / file.name, file.bytes);
  return std::nullopt;
}

void check_follower_metadata(const Run& run, const Destination& follower) {
  if (run.metadata.empty() || run.options.dry_run) return;
  PublicMetadata there;
  try {
    there = read_public_metadata(reader_of(follower), *run.trust);
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
    run.around.messages.warn(cat(follower.place(), ": the metadata there is damaged; publishing ",
                                 "replaces it by that of ", run.destinations.front()->place()));
    return;
  }
  if (!there.set) return;
  const tuf::Timestamp own =
      tuf::parse_timestamp(tuf::parse_envelope(timestamp_of(run.metadata), kLimits.timestamp));
  if (there.set->timestamp.version <= own.version) return;
  throw Error(Errc::conflict,
              cat(kTimestampFile, " has version ", there.set->timestamp.version, " there, but ",
                  own.version, " at ", run.destinations.front()->place(),
                  ", which the others follow; nothing was changed: put the newer destination "
                  "first in ",
                  run.config.file.filename().string(), ", or copy its site to the first"));
}

void verify_metadata_before_announcing(const Run& run, const Destination& destination) {
  if (run.metadata.empty()) return;
  std::map<std::string, const std::string*, std::less<>> to_come;
  for (const MetadataFile& file : run.metadata) {
    const bool is_root = file.name.ends_with(".root.json");
    if (is_root || file.name == kTimestampFile) to_come.emplace(file.name, &file.bytes);
  }
  WalkStart start{.trusted_root = run.trust->roots.front(), .now = run.around.now};
  start.except = run.expired_channels;
  walk_metadata(start, [&](std::string_view name, std::size_t max_bytes) {
    const auto found = to_come.find(name);
    return found == to_come.end() ? destination.read(name, max_bytes)
                                  : std::optional(*found->second);
  });
}

}  // namespace releaser
