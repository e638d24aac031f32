#include "releaser/stages/given_signatures.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace fs = std::filesystem;
namespace tuf = trust::tuf;
constexpr std::size_t kMaxGivenFiles = 10'000;
constexpr std::size_t kMaxRoleBytes = tuf::kByteLimits.targets;
constexpr std::string_view kMinisig = ".minisig";
constexpr std::string_view kSignAgain = "; let its holder sign again (--sign-only)";

void read_folder(const base::Path& root, const base::Path& folder, GivenSignatures& given,
                 std::size_t& count) {
  for (const std::string& entry : base::list_directory(folder)) {
    if (entry.starts_with('.')) continue;
    const base::Path path = folder / entry;
    const fs::file_type type = base::type_of(path, base::Links::not_followed);
    if (type == fs::file_type::directory) {
      read_folder(root, path, given, count);
      continue;
    }
    if (type != fs::file_type::regular || ++count > kMaxGivenFiles) {
      throw Error(Errc::config, cat(path.string(), ": ",
                                    type == fs::file_type::regular ? "there are too many files here"
                                                                   : "is no regular file",
                                    "; give the folder that --sign-only wrote"));
    }
    const bool is_minisig = entry.ends_with(kMinisig);
    const std::string name = path.lexically_relative(root).string();
    given[name].push_back({path, base::with_context(path.string(), [&] {
                             return base::read_file(
                                 path, is_minisig ? trust::kMaxSignatureBytes : kMaxRoleBytes);
                           })});
  }
}

std::string role_prefix(std::string_view channel, std::uint64_t version) {
  return cat("metadata/", version, ".", channel, ".");
}

bool is_signature_of(std::string_view name, std::string_view channel, std::uint64_t version) {
  return name.starts_with(role_prefix(channel, version)) && name.ends_with(".json");
}

bool is_role_signature(const Run& run, std::string_view name) {
  return std::any_of(run.drafted_roles.begin(), run.drafted_roles.end(), [&](const auto& role) {
    return is_signature_of(name, role.first, role.second);
  });
}

// "metadata/3.stable.…"
std::string role_prefixes(const Run& run) {
  std::vector<std::string> prefixes;
  prefixes.reserve(run.drafted_roles.size());
  for (const auto& [channel, version] : run.drafted_roles)
    prefixes.push_back(role_prefix(channel, version) + "…");
  return base::join(prefixes, ", ");
}

// What is signed, for messages.
std::string subject_of(const Run& run) {
  if (!run.identity) return cat("this change of ", run.config.product.name);
  return cat(run.config.product.name, " ", run.identity->version.text());
}

// What a valid signature says that it signs.
std::optional<std::string> proven_sha256(std::string_view text, const trust::PublicKey& key) {
  const std::vector<trust::PublicKey> keys{key};
  try {
    return trust::verify_comment(text, keys).find("sha256");
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

GivenSignatures read_signatures(const std::vector<base::Path>& folders) {
  GivenSignatures given;
  std::size_t count = 0;
  for (const base::Path& folder : folders) {
    const std::size_t before = count;
    if (base::type_of(folder) == fs::file_type::directory) {
      read_folder(folder, folder, given, count);
    }
    if (count > before) continue;
    throw Error(Errc::not_found, cat("--signatures ", folder.string(),
                                     ": no signatures there; give the folder that --sign-only "
                                     "wrote"));
  }
  return given;
}

GivenSignatures read_signatures_if_any(const base::Path& folder) {
  GivenSignatures given;
  std::size_t count = 0;
  if (base::type_of(folder) == fs::file_type::directory) read_folder(folder, folder, given, count);
  return given;
}

void check_given_names(const Run& run, const std::vector<SignedFile>& files) {
  for (const auto& entry : run.given) {
    const std::string& name = entry.first;
    const auto& each = entry.second;
    if (is_role_signature(run, name)) continue;
    const bool is_known = std::any_of(files.begin(), files.end(), [&](const SignedFile& file) {
      const auto suffixes = run.signatures.find(file.path);
      return suffixes != run.signatures.end() &&
             std::any_of(
                 suffixes->second.begin(), suffixes->second.end(),
                 [&](const std::string& suffix) { return name == file.public_name + suffix; });
    });
    if (is_known) continue;
    const bool is_of_other_metadata = name.starts_with("metadata/") && name.ends_with(".json");
    throw Error(is_of_other_metadata ? Errc::conflict : Errc::config,
                cat(each.front().file.string(), ": this is no signature of ", subject_of(run),
                    is_of_other_metadata ? cat(" as it is drafted now (", role_prefixes(run), ")",
                                               std::string(kSignAgain))
                                         : std::string("; take it out of the folder")));
  }
}

void check_given(const GivenSignature& given, const SignedFile& file,
                 const trust::TrustedComment& wanted, const trust::PublicKey& key) {
  if (is_current(given.text, file, wanted, key)) return;
  base::with_context(given.file.string(), [&] {
    const std::string by = trust::unverified_key_id(given.text);
    if (by != key.id_text()) {
      throw Error(Errc::untrusted,
                  cat("this is by key ", by, ", and not by key ", key.id_text(),
                      "; take it out of the folder, and", std::string(kSignAgain).substr(1)));
    }
    const auto signed_bytes = proven_sha256(given.text, key);
    if (!signed_bytes) {
      throw Error(Errc::untrusted, cat("the signature is damaged", kSignAgain));
    }
    if (*signed_bytes != file.sha256.hex()) {
      throw Error(Errc::conflict,
                  cat("this signs other bytes (sha256 ", base::safe_text(*signed_bytes, 64),
                      ") than ", file.path.string(), " has (", file.sha256.hex(), ")", kSignAgain));
    }
    throw Error(
        Errc::untrusted,
        cat("this signs the right bytes under another description, \"",
            base::safe_text(trust::verify_comment(given.text, std::vector{key}).text(), 300), "\"",
            kSignAgain));
  });
}

ChannelSignatures given_role_signatures(const Run& run, const PlannedRole& role,
                                        std::string_view message) {
  ChannelSignatures signatures;
  const auto check = [&](const GivenSignature& given) {
    const tuf::Envelope envelope = tuf::parse_envelope(given.text, kMaxRoleBytes);
    if (envelope.canonical != message) {
      throw Error(Errc::conflict, cat("this signs another draft of the metadata of ", role.name,
                                      " than that of ", subject_of(run), kSignAgain));
    }
    if (envelope.signatures.empty()) {
      throw Error(Errc::untrusted, cat("there is no signature in it", kSignAgain));
    }
    for (const auto& [id, signature] : envelope.signatures) {
      const auto key =
          std::find_if(role.authority.keys.begin(), role.authority.keys.end(),
                       [&, &wanted = id](const tuf::Key& each) { return each.id == wanted; });
      if (key == role.authority.keys.end()) {
        throw Error(Errc::untrusted,
                    cat("key ", base::safe_text(id, 64), " is none of those that sign ", role.name,
                        "; sign with one of them"));
      }
      if (!tuf::checks_ed25519(*key, message, signature)) {
        throw Error(Errc::untrusted, cat("the signature is damaged", kSignAgain));
      }
      signatures.insert_or_assign(tuf::identity_of(*key), signature);
    }
  };
  for (const auto& [name, files] : run.given) {
    if (!is_signature_of(name, role.name, role.version)) continue;
    for (const GivenSignature& given : files)
      base::with_context(given.file.string(), [&] { check(given); });
  }
  return signatures;
}

void drop_stale_role_signatures(const Run& run, std::string_view channel,
                                std::string_view message) {
  const base::Path folder = run.signatures_out / "metadata";
  const std::string middle = cat(".", channel, ".");
  for (const std::string& name : base::list_directory(folder)) {
    if (name.starts_with('.') || name.find(middle) == std::string::npos) continue;
    try {
      const std::string text = base::read_file(folder / name, kMaxRoleBytes);
      if (tuf::parse_envelope(text, kMaxRoleBytes).canonical == message) continue;
    } catch (const Error&) {
      // It signs nothing.
    }
    run.around.messages.say(
        cat("removed ", (folder / name).string(), ", which signed another draft"));
    base::remove_if_exists(folder / name);
  }
}

std::optional<std::string> kept_signature(const Run& run, const std::string& name) {
  if (!run.options.sign_only) return std::nullopt;
  return base::read_file_if_exists(run.signatures_out / name, trust::kMaxSignatureBytes);
}

namespace {

// What a killed run left under temporary names.
void remove_leftovers_of_signing(const Run& run) {
  std::vector<std::string> folders{"", "metadata", "releases"};
  if (run.identity) folders.push_back(cat("releases/", run.identity->tag()));
  for (const std::string& folder : folders)
    base::remove_stale_temporaries(run.signatures_out / folder);
}

}  // namespace

void keep_signatures(const Run& run, const std::vector<SignedFile>& files) {
  remove_leftovers_of_signing(run);
  for (const SignedFile& file : files) {
    const auto suffixes = run.signatures.find(file.path);
    if (suffixes == run.signatures.end()) continue;
    for (const std::string& suffix : suffixes->second) {
      const base::Path kept = run.signatures_out / (file.public_name + suffix);
      if (run.unsigned_files.contains(file.public_name + suffix)) {
        base::remove_if_exists(kept);
        continue;
      }
      write_if_changed(kept,
                       base::read_file(file.path.string() + suffix, trust::kMaxSignatureBytes),
                       0644, base::Durability::flushed);
    }
  }
}

void keep_role_signature(const Run& run, const PlannedRole& channel,
                         const base::json::Value& content, const trust::PublicKey& key,
                         const std::string& signature) {
  write_if_changed(
      run.signatures_out / cat(role_prefix(channel.name, channel.version), key.id_text(), ".json"),
      tuf::write_envelope(content, {{tuf::key_of(key).id, signature}}, base::json::Style::pretty),
      0644, base::Durability::flushed);
}

}  // namespace releaser
