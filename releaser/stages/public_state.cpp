#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::string_view kPutBack =
    "nothing was changed: put back the last good copy of it and of its .minisig (dist/V/site of "
    "the "
    "newest release has both), or publish to an empty folder";
constexpr std::size_t kMaxChecksumsBytes = 64UL * 1024;

schema::Manifest believe(std::string text, std::string_view signature, const std::string& name,
                         const Config& config) {
  const ProductKeys keys = product_keys(*config.sign);
  const auto bytes = trust::verify(std::move(text), signature, keys.trusted);
  bytes.comment().require("app", config.product.name);
  bytes.comment().require("file", name);
  return schema::parse_manifest(bytes);
}

// A kill between a manifest and its signature leaves the new manifest beside the old signature.
// dist/V/site of the run that was killed has both, so the same command goes on from there.
std::optional<schema::Manifest> believe_own(const std::string& text, const std::string& name,
                                            const Config& config, const base::Path& own_site) {
  const auto own = base::read_file_if_exists(own_site / name, schema::kMaxManifestBytes);
  const auto signature =
      base::read_file_if_exists(own_site / cat(name, ".minisig"), trust::kMaxSignatureBytes);
  if (!own || !signature || *own != text) return std::nullopt;
  try {
    return believe(text, *signature, name, config);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// A manifest by a key that the configuration does not name is most often whole: somebody changed
// the key.
void check_key_is_named(std::string_view signature, const std::string& name, const Config& config) {
  std::string found;
  try {
    found = trust::unverified_key_id(signature);
  } catch (const Error&) {
    return;  // damaged: that is told
  }
  const ProductKeys keys = product_keys(*config.sign);
  if (claimed_key(keys.trusted, signature) != nullptr) return;
  throw Error(Errc::untrusted,
              cat(config.place("sign.public_key"), ": public_key is key ", keys.current.id_text(),
                  ", but what is public is signed by key ", found, " (", name,
                  "): if public_key was changed here, name the key before it as old_public_key, or "
                  "in stolen_public_keys if somebody else may have it; if not, ",
                  kPutBack));
}

std::optional<schema::Manifest> read_manifest(const Destination& destination,
                                              const std::string& name, const Config& config,
                                              const base::Path& own_site) {
  const auto read = [&](const std::string& file, std::size_t max_bytes) {
    try {
      return destination.read(file, max_bytes);
    } catch (const Error& error) {
      throw Error(error.code(), base::with_advice(error.what(), kPutBack));
    }
  };
  const auto text = read(name, schema::kMaxManifestBytes);
  const auto signature = read(cat(name, ".minisig"), trust::kMaxSignatureBytes);
  if (!text && !signature) return std::nullopt;
  try {
    if (!text) throw Error(Errc::untrusted, "is missing beside its signature");
    if (!signature) throw Error(Errc::untrusted, "its signature is missing");
    return believe(*text, *signature, name, config);
  } catch (const Error& error) {
    if (text) {
      if (auto own = believe_own(*text, name, config, own_site)) return own;
    }
    if (signature) check_key_is_named(*signature, name, config);
    throw Error(Errc::untrusted, cat(name, ": ", error.what(), "; ", kPutBack));
  }
}

bool is_by_stolen_key(const Destination& destination, const std::string& name, const Config& config,
                      const base::Path& own_site) {
  const auto signature = destination.read(signature_name(name), trust::kMaxSignatureBytes);
  if (!signature || claimed_key(product_keys(*config.sign).stolen, *signature) == nullptr) {
    return false;
  }
  const auto text = destination.read(name, schema::kMaxManifestBytes);
  return text && !believe_own(*text, name, config, own_site);
}

}  // namespace

PublicState read_public_state(const Destination& destination, const Config& config,
                              const base::Path& own_site) {
  PublicState state;
  for (const auto channel : schema::kManifestsOfSite) {
    const std::string name = schema::manifest_name(channel);
    if (is_by_stolen_key(destination, name, config, own_site)) {
      state.stolen.insert(channel);
      continue;
    }
    auto manifest = read_manifest(destination, name, config, own_site);
    if (!channel) {
      state.combined = std::move(manifest);
    } else if (manifest) {
      state.channels.emplace(*channel, std::move(*manifest));
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
    std::optional<schema::Manifest> own;
    try {
      own = read_manifest(follower, name, run.config, run.folder / "site");
    } catch (const Error& error) {
      if (error.code() != Errc::untrusted) throw;
      problems.warn(cat(follower.place(), ": ", name,
                        " there is damaged; publishing replaces it by that of ",
                        run.destinations.front()->place()));
    }
    if (!own) continue;
    site = Known::yes;
    if (first != nullptr && own->generation <= first->generation) continue;
    throw Error(Errc::conflict,
                cat(name, " has generation ", own->generation, " there, but ",
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
  if (const schema::Release* const there = run.before.find(identity.version)) {
    if (there->channel != identity.channel) {
      problems.add(Errc::conflict, cat(version, " is public already in channel ",
                                       schema::channel_name(there->channel),
                                       "; publish it there, or choose a new version"));
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
