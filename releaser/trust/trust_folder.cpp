#include "releaser/trust/trust_folder.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/trust/draft_files.hpp"
#include "trust/digest.hpp"
#include "trust/tuf/canonical_json.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using trust::tuf::RoleType;
namespace tuf = trust::tuf;

constexpr tuf::ByteLimits kLimits;
constexpr std::string_view kBringBack = "bring the folder back from git or from another copy";

// Runs `work` about one final file, whose name and what to do its errors get.
template <class Work>
auto about_file(const base::Path& file, const Work& work) {
  try {
    return base::with_context(file.string(), work);
  } catch (const Error& error) {
    throw Error(error.code(), base::with_advice(error.what(), kBringBack));
  }
}

// Versions of the N.root.json that stand there, ascending.
std::vector<std::uint64_t> root_versions(const base::Path& folder) {
  std::vector<std::uint64_t> versions;
  for (const std::string& name : base::list_directory(folder)) {
    if (!name.ends_with(".root.json")) continue;
    const auto version =
        base::parse_decimal(name.substr(0, name.size() - std::string_view(".root.json").size()));
    if (version) versions.push_back(*version);
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

std::string read_needed(const base::Path& file, std::size_t max_bytes) {
  auto text = base::read_file_if_exists(file, max_bytes);
  if (!text) {
    throw Error(Errc::config,
                cat(file.string(), " is missing; bring it back, from git or from another copy"));
  }
  return *std::move(text);
}

std::vector<std::string> read_roots(const base::Path& folder) {
  std::vector<std::string> roots;
  for (const std::uint64_t version : root_versions(folder)) {
    for (std::uint64_t next = roots.size() + 1; next <= version; ++next) {
      roots.push_back(read_needed(folder / draft_name(RoleType::root, next), kLimits.root));
    }
  }
  return roots;
}

// The newest of a chain that starts with version 1, each link signed by two sets of keys.
tuf::Root prove_chain(const base::Path& folder, const std::vector<std::string>& roots) {
  const auto place = [&](std::size_t version) {
    return folder / draft_name(RoleType::root, version);
  };
  // Expiry is not looked at here: no time is needed.
  tuf::TrustedMetadata chain = about_file(place(1), [&] {
    return tuf::TrustedMetadata(roots.front(), base::Time{}, tuf::checks_ed25519);
  });
  if (chain.root().version != 1) {
    throw Error(Errc::untrusted,
                cat(place(1).string(), " has version ", chain.root().version, "; ", kBringBack));
  }
  for (std::size_t version = 2; version <= roots.size(); ++version) {
    const bool is_next =
        about_file(place(version), [&] { return chain.update_root(roots[version - 1]); });
    if (!is_next) {
      throw Error(Errc::untrusted,
                  cat(place(version).string(), " has version ", version - 1, "; ", kBringBack));
    }
  }
  return chain.root();
}

tuf::Targets prove_targets(const base::Path& file, const std::string& bytes,
                           const tuf::Root& root) {
  return about_file(file, [&] {
    const tuf::Envelope envelope = tuf::parse_envelope(bytes, kLimits.targets);
    require_threshold(envelope, root.roles.at(RoleType::targets), tuf::checks_ed25519, "targets");
    return parse_targets(envelope);
  });
}

// Has any file of the ceremony become final already? Throws Errc::conflict where another file of
// that version is.
bool has_become_final(const UnverifiedCeremony& ceremony, const base::Path& folder,
                      const std::vector<std::string>& roots,
                      const std::optional<std::string>& targets) {
  bool any = false;
  for (const auto& file : ceremony.files) {
    if (file.type == RoleType::root && file.version > roots.size() + 1) {
      throw Error(
          Errc::conflict,
          cat("draft/", file.name, " would follow version ", file.version - 1, ", but ",
              roots.size(), " is final; `cco-release trust rotate --discard` begins again"));
    }
    std::optional<std::string> final_sha256;
    if (file.type == RoleType::root && file.version <= roots.size()) {
      final_sha256 = about_file(folder / file.name, [&] {
        const std::string& bytes = roots[file.version - 1];
        return trust::sha256_of(tuf::parse_envelope(bytes, kLimits.root).canonical).hex();
      });
    }
    if (file.type == RoleType::targets && targets) {
      about_file(folder / "targets.json", [&] {
        const tuf::Envelope envelope = tuf::parse_envelope(*targets, kLimits.targets);
        if (parse_targets(envelope).version < file.version) return;
        final_sha256 = trust::sha256_of(envelope.canonical).hex();
      });
    }
    if (!final_sha256) continue;
    const bool has_successor = file.type == RoleType::root && file.version < roots.size();
    if (*final_sha256 != file.sha256 || has_successor) {
      throw Error(Errc::conflict,
                  cat((folder / "draft" / file.name).string(), " is a draft, and ",
                      has_successor ? "a later version" : "another one of that version",
                      " is final already; `cco-release trust rotate --discard` begins again"));
    }
    any = true;
  }
  return any;
}

Requirement make_requirement(std::string who, const tuf::Authority& authority,
                             const std::vector<HolderSignature>& signatures) {
  Requirement requirement{.who = std::move(who), .authority = authority};
  std::uint64_t count = 0;
  for (const tuf::Key& key : authority.keys) {
    const bool has_signed = std::any_of(signatures.begin(), signatures.end(),
                                        [&](const auto& each) { return each.key_id == key.id; });
    if (has_signed) {
      ++count;
    } else {
      requirement.missing.push_back(key);
    }
  }
  if (count >= authority.threshold) {
    requirement.missing.clear();
  } else {
    requirement.missing_count = authority.threshold - count;
  }
  return requirement;
}

}  // namespace

const DraftFile* Draft::find(RoleType type) const {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& each) { return each.type == type; });
  return found == files.end() ? nullptr : &*found;
}

std::vector<Requirement> TrustFolder::requirements(const DraftFile& file) const {
  std::vector<Requirement> all;
  if (file.type == RoleType::root) {
    if (root) {
      all.push_back(make_requirement(cat("the root keys of version ", root->version),
                                     root->roles.at(RoleType::root), file.signatures));
    }
    all.push_back(make_requirement(cat("the root keys of version ", draft->root->version),
                                   draft->root->roles.at(RoleType::root), file.signatures));
  } else {
    const tuf::Root& signing = draft->root ? *draft->root : *root;
    all.push_back(
        make_requirement("the targets keys", signing.roles.at(RoleType::targets), file.signatures));
  }
  return all;
}

bool TrustFolder::is_complete() const {
  return draft && std::all_of(draft->files.begin(), draft->files.end(), [&](const auto& file) {
           const auto all = requirements(file);
           return std::all_of(all.begin(), all.end(),
                              [](const auto& each) { return each.missing_count == 0; });
         });
}

bool has_trust_files(const base::Path& folder) {
  return !root_versions(folder).empty() ||
         base::type_of(folder / "root.json") != std::filesystem::file_type::not_found ||
         base::type_of(folder / "targets.json") != std::filesystem::file_type::not_found ||
         has_ceremony(folder);
}

std::string draft_name(RoleType type, std::uint64_t version) {
  return cat(version, ".", role_name(type), ".json");
}

std::string signature_name(const DraftFile& file, std::string_view key_id) {
  return cat(file.version, ".", role_name(file.type), ".", key_id.substr(0, 16), ".signature.json");
}

std::string canonical_sha256(const base::json::Value& signed_part) {
  return trust::sha256_of(tuf::canonical_json(signed_part)).hex();
}

TrustFolder read_trust_folder(const base::Path& folder, Interrupted interrupted) {
  if (!has_trust_files(folder)) {
    throw Error(Errc::not_found, cat("there is no metadata in ", folder.string(),
                                     "; `cco-release trust init` makes it"));
  }
  TrustFolder found;
  found.path = folder;
  found.names = read_key_names(folder);
  found.roots = read_roots(folder);
  const auto ceremony = read_ceremony(folder);
  auto targets = base::read_file_if_exists(folder / "targets.json", kLimits.targets);

  if (ceremony) {
    found.is_being_finalized = has_become_final(*ceremony, folder, found.roots, targets);
  }
  if (found.is_being_finalized) {
    if (interrupted == Interrupted::refused) {
      throw Error(Errc::conflict,
                  cat(folder.string(), ": `cco-release trust finalize` was stopped; run it again"));
    }
    for (const auto& file : ceremony->files) {
      if (file.type == RoleType::root) found.roots.resize(file.version - 1);
    }
  }
  if (!found.roots.empty()) {
    found.root = prove_chain(folder, found.roots);
    if (!found.is_being_finalized) {
      if (read_needed(folder / "root.json", kLimits.root) != found.roots.back()) {
        const std::string newest = draft_name(RoleType::root, found.roots.size());
        throw Error(Errc::untrusted,
                    cat((folder / "root.json").string(), " and ", newest,
                        " differ, and they are one; ", kBringBack, ", or copy ", newest, " to it"));
      }
      found.targets_bytes = read_needed(folder / "targets.json", kLimits.targets);
      found.targets = prove_targets(folder / "targets.json", found.targets_bytes, *found.root);
    }
  } else if (!found.is_being_finalized && !ceremony) {
    (void)read_needed(folder / draft_name(RoleType::root, 1), kLimits.root);
  }
  if (ceremony) found.draft = prove_draft(*ceremony, folder, found);
  return found;
}

}  // namespace releaser
