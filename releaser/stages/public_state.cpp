#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/signed_manifest.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"

#include <algorithm>

namespace releaser {

using base::cat;
using base::Errc;
using base::Error;
PublicState read_public_state(const Destination& destination, const Config& config,
                              const base::Path& own_site) {
  PublicState state;
  for (const auto channel : schema::kManifestsOfSite) {
    if (is_by_stolen_key(destination, channel, config, own_site)) {
      state.stolen.insert(channel);
      continue;
    }
    auto shown = read_signed_manifest(destination, channel, config, own_site);
    if (!shown) continue;
    if (channel) {
      state.channels.emplace(*channel, std::move(shown->manifest));
    } else {
      state.combined = std::move(shown->manifest);
    }
  }
  return state;
}

bool has_signed_checksums(const Destination& destination, const Run& run) {
  const std::string name = cat("releases/", run.identity->tag(), "/checksums.sha256");
  auto text = destination.read(name, kMaxChecksumsBytes);
  const ProductKeys keys = product_keys(*run.config.sign);
  const auto signature = find_signature(name, keys.trusted, [&](const std::string& file) {
    return destination.read(file, trust::kMaxSignatureBytes);
  });
  if (!text || !signature) return false;
  try {
    const auto proof = trust::verify(std::move(*text), *signature, keys.trusted);
    proof.comment().require("app", run.config.product.name);
    proof.comment().require("version", run.identity->version.text());
    return true;
  } catch (const Error&) {
    return false;
  }
}

Known check_follows(const Destination& follower, const Run& run, Problems& problems) {
  Known site = Known::no;
  for (const auto channel : schema::kManifestsOfSite) {
    const std::string name = schema::manifest_name(channel);
    const schema::Manifest* const first = run.before.manifest(channel);
    std::optional<SignedManifest> own;
    try {
      own = read_signed_manifest(follower, channel, run.config, run.folder / "site");
    } catch (const Error& error) {
      if (error.code() != Errc::untrusted) throw;
      problems.warn(cat(follower.place(), ": ", name,
                        " there is damaged; publishing replaces it by that of ",
                        run.destinations.front()->place()));
    }
    if (!own) continue;
    site = Known::yes;
    if (first != nullptr && own->manifest.generation <= first->generation) continue;
    throw Error(Errc::conflict,
                cat(name, " has generation ", own->manifest.generation, " there, but ",
                    first == nullptr ? std::string("none") : cat(first->generation), " at ",
                    run.destinations.front()->place(),
                    ", which the others follow; nothing was changed: put the newer destination "
                    "first in ",
                    run.config.file.filename().string(), ", or copy its site to the first"));
  }
  return site;
}

void check_against_public_state(const Run& run, Problems& problems) {
  const ReleaseIdentity& identity = *run.identity;
  if (identity.is_snapshot) return;
  const std::string version = identity.version.text();
  if (const schema::Release* const there = run.before.find(identity.version, identity.channel)) {
    if (there->channel != identity.channel) {
      problems.add(
          Errc::conflict,
          cat(version, " is public already in channel ", schema::channel_name(there->channel),
              "; promote offers it to another one, or choose a new version"));
    }
    if (there->commit && identity.commit && *there->commit != *identity.commit) {
      problems.add(Errc::conflict, cat(version, " is public from commit ", *there->commit,
                                       ", and not ", *identity.commit,
                                       "; check that one out or put the tag back, or choose a new "
                                       "version"));
    }
    if (there->date != identity.date) {
      problems.add(Errc::conflict,
                   cat(version, " is public already with the date ", base::format_time(there->date),
                       ", and not ", base::format_time(identity.date),
                       "; give that date with --date, or choose a new version"));
    }
    for (const Target& target : run.targets) {
      const auto entry = there->platforms.find(target.platform);
      if (entry == there->platforms.end()) continue;
      for (const InputBinary& binary : target.binaries) {
        const bool will_be_stamped =
            binary.packed == binary.source &&
            (binary.role != BinaryRole::product || !run.config.hooks.after_stamp.empty());
        if (will_be_stamped || binary.sha256 == trust::Sha256()) continue;
        for (const schema::BinaryEntry& known : entry->second.binaries) {
          if (known.path == binary.name && known.sha256 != binary.sha256) {
            problems.add(Errc::conflict,
                         cat(version, " is public already with another ", binary.name, " for ",
                             target.platform.name(), "; choose a new version"));
          }
        }
      }
    }
    return;
  }
  if (const auto floor = run.before.security_floor(); floor && identity.version < *floor) {
    problems.add(cat(version, " is below the security floor ", floor->text(),
                     ", which no agent goes under; choose a version from there on"));
  }
  const auto head = run.before.newest(identity.channel);
  if (head && identity.version < *head && !run.options.allow_backport) {
    problems.add(cat(version, " is lower than ", head->text(), ", the newest of channel ",
                     schema::channel_name(identity.channel),
                     "; choose a higher version, or say --allow-backport"));
  }
  const auto stable = run.before.newest(schema::Channel::stable);
  if (identity.version.is_prerelease() && stable && identity.version.core() <= *stable &&
      !(head && identity.version < *head)) {
    problems.add(cat("pre-release ", version, " comes after ", stable->text(),
                     ", which is stable already; choose a version above it"));
  }
  if (identity.version.is_prerelease() && identity.channel == schema::Channel::stable) {
    problems.warn(cat(version, " is a pre-release and goes to channel stable under that name"));
  }
}

}  // namespace releaser
