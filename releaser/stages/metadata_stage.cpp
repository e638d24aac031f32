#include "releaser/stages/metadata_stage.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/awaited_signatures.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/signed_files.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/staging.hpp"
#include "trust/minisign.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;

// That of the release, where its metadata has to be signed.
ChannelRoles channel_of(const Run& run, const MetadataPlan& plan) {
  const std::string_view name = schema::channel_name(run.identity->channel);
  for (const PlannedRole& role : plan.channels)
    if (role.name == name && role.has_to_be_signed()) return {&role};
  return {};
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

bool is_in_dist(const Run& run, std::string_view channel, const std::string& manifest) {
  const auto stolen =
      run.config.sign ? product_keys(*run.config.sign).stolen : std::vector<trust::PublicKey>();
  const base::Path& dist = dist_with_records(run);
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

Skipped metadata_stage(Run& run) {
  if (!run.config.trust) return "there is no [trust]";
  if (run.skips("sign")) return "--skip sign";
  if (!run.publishes() || run.destinations.empty()) return "nothing is published";
  WantedMetadata wanted{*run.trust, channel_manifests(run),
                        role_terms(trust_policy(run.config), Renewal::near_the_end), run.around.now,
                        [&](std::string_view channel, const std::string& manifest) {
                          return is_in_dist(run, channel, manifest);
                        }};
  wanted.may_stay = run.before.find(run.identity->version) != nullptr;
  if (run.draft) {
    wanted.drafted.emplace(schema::channel_name(run.draft->channel),
                           tuf::Header{run.draft->role_version, run.draft->role_expires});
  }
  find_left_files(run);
  const bool is_dry = run.options.dry_run;
  const MetadataPlan plan = plan_metadata(run.public_metadata, wanted, [&](const tuf::Key& key) {
    return is_dry ? may_have_key(run, key) : find_key(run, key) != nullptr;
  });
  const ChannelRoles channel = channel_of(run, plan);
  if (run.options.sign_only) {
    if (!is_dry) sign_channels(run, signed_files(run), channel);
    return std::nullopt;
  }
  for (const std::string& warning : plan.warnings)
    run.around.messages.warn(warning);
  RoleSignatures given;
  if (run.options.resumes()) {
    given = take_role_signatures(run, channel, signing_command(run));
  } else {
    note_awaited(run, channel, [&](const PlannedRole&, const tuf::Key& key) {
      return is_dry ? may_have_key(run, key) : find_key(run, key) != nullptr;
    });
  }
  if (!run.awaits.empty()) {
    run.metadata.clear();
    // Without a new manifest nothing is left to draft: only other signatures are missing.
    if (channel.empty()) {
      throw Error(Errc::config,
                  cat(base::join(run.awaits, "; "), "; nothing new is public", kRunWhereTheKeyIs));
    }
    write_release_draft(run, *channel.front());
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

}  // namespace releaser
