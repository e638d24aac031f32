#include "releaser/trust/draft_files.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/config/config.hpp"
#include "releaser/trust/changes.hpp"
#include "trust/digest.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/canonical_json.hpp"
#include "trust/tuf/envelope.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using trust::tuf::RoleType;
namespace json = base::json;
namespace tuf = trust::tuf;

constexpr std::size_t kMaxCeremonyBytes = std::size_t{256} * 1024;
constexpr std::size_t kMaxSignatureFileBytes = std::size_t{16} * 1024;
constexpr std::string_view kSignatureEnd = ".signature.json";

base::Path draft_folder(const base::Path& folder) { return folder / "draft"; }
base::Path ceremony_file(const base::Path& folder) {
  return draft_folder(folder) / "ceremony.json";
}

// Calls `read` with the object of a file of ours, whose errors get the file's name.
template <class Read>
auto read_own_file(const base::Path& file, const std::string& text, std::size_t max_bytes,
                   std::string_view advice, const Read& read) {
  try {
    return base::with_context(file.string(), [&] {
      const json::Value value = json::parse(text, {.max_bytes = max_bytes}, Errc::config);
      const json::ObjectReader reader(value, "", Errc::config);
      const std::uint64_t schema = reader.number("schema");
      if (schema > kCeremonySchema) {
        throw Error(Errc::config, cat("has schema ", schema, ", and this cco-release knows ",
                                      kCeremonySchema, "; use a newer cco-release"));
      }
      return read(reader);
    });
  } catch (const Error& error) {
    throw Error(error.code(), base::with_advice(error.what(), advice));
  }
}

constexpr std::string_view kTakeAgain =
    "take the draft again from whoever wrote it, or begin again with `cco-release trust rotate "
    "--discard`";

UnverifiedCeremony::File read_entry(const json::ObjectReader& entry) {
  const std::string name = entry.text("name");
  for (const RoleType type : {RoleType::root, RoleType::targets}) {
    const std::string end = cat(".", role_name(type), ".json");
    if (!name.ends_with(end)) continue;
    const auto version = base::parse_decimal(name.substr(0, name.size() - end.size()));
    if (version && *version > 0) return {name, type, *version, entry.text("sha256")};
  }
  entry.fail("name", "is neither N.root.json nor N.targets.json");
}

std::string read_draft_file(const base::Path& file, std::size_t max_bytes) {
  auto text = base::read_file_if_exists(file, max_bytes);
  if (text) return *std::move(text);
  throw Error(Errc::config, cat(file.string(), " is missing; ", kTakeAgain));
}

[[noreturn]] void fail_edited(const base::Path& file) {
  throw Error(Errc::untrusted,
              cat(file.string(), " was edited after it was written; ", kTakeAgain));
}

// What this program would write for the same content: anything else in a draft could not be shown
// to a holder.
void require_shown(const json::Value& written, const DraftFile& file, const base::Path& path) {
  if (canonical_sha256(written) == file.sha256) return;
  throw Error(Errc::config, cat(path.string(),
                                " holds fields that this cco-release cannot show; sign it with "
                                "the one that wrote it"));
}

// What holders would read as "2 of 2 keys" and nobody could ever fulfil.
void require_countable(const tuf::Authority& authority, std::string_view role,
                       const base::Path& path) {
  const std::size_t count = distinct_keys(authority);
  if (count == authority.keys.size() && authority.threshold <= count) return;
  throw Error(Errc::untrusted,
              cat(path.string(), ": ", base::safe_text(role, 80), " asks for ", authority.threshold,
                  " signatures of ", authority.keys.size(), " keys, ", count,
                  " of them different, which no holder should sign; ", kTakeAgain));
}

void require_countable(const Draft& draft, RoleType type, const base::Path& path) {
  if (type == RoleType::root) {
    for (const auto& [role, authority] : draft.root->roles)
      require_countable(authority, role_name(role), path);
    return;
  }
  for (const tuf::Delegation& delegation : draft.targets->delegations)
    require_countable(delegation.authority, delegation.name, path);
}

DraftFile read_draft_part(const UnverifiedCeremony::File& entry, const base::Path& folder,
                          Draft& draft) {
  const base::Path path = draft_folder(folder) / entry.name;
  const std::size_t limit =
      entry.type == RoleType::root ? tuf::ByteLimits{}.root : tuf::ByteLimits{}.targets;
  const std::string text = read_draft_file(path, limit);
  DraftFile file{.name = entry.name, .type = entry.type, .version = entry.version};
  try {
    base::with_context(path.string(), [&] {
      const tuf::Envelope envelope = tuf::parse_envelope(text, limit);
      file.signed_part = envelope.unverified_signed;
      file.sha256 = trust::sha256_of(envelope.canonical).hex();
      if (file.sha256 != entry.sha256 || !envelope.signatures.empty()) return;
      if (entry.type == RoleType::root) {
        draft.root = parse_root(envelope);
      } else {
        draft.targets = parse_targets(envelope);
      }
    });
  } catch (const Error& error) {
    throw Error(error.code(), base::with_advice(error.what(), kTakeAgain));
  }
  const bool is_root = entry.type == RoleType::root;
  if (is_root ? !draft.root : !draft.targets) fail_edited(path);
  const tuf::Header& header = is_root ? static_cast<const tuf::Header&>(*draft.root)
                                      : static_cast<const tuf::Header&>(*draft.targets);
  if (header.version != entry.version) fail_edited(path);
  require_shown(is_root ? tuf::write_root(*draft.root) : tuf::write_targets(*draft.targets), file,
                path);
  require_countable(draft, entry.type, path);
  return file;
}

bool is_among(const std::vector<Requirement>& requirements, const std::string& key_id) {
  return std::any_of(requirements.begin(), requirements.end(), [&](const Requirement& each) {
    return std::any_of(each.authority.keys.begin(), each.authority.keys.end(),
                       [&](const tuf::Key& key) { return key.id == key_id; });
  });
}

HolderSignature read_signature(const base::Path& path, const DraftFile& file,
                               const TrustFolder& folder) {
  const std::string text = base::read_file(path, kMaxSignatureFileBytes);
  constexpr std::string_view kSignAgain = "remove that file and let its holder sign again";
  return read_own_file(path, text, kMaxSignatureFileBytes, kSignAgain, [&](const auto& reader) {
    const auto key = trust::PublicKey::parse(reader.text("public_key"));
    const auto bytes = base::from_hex(reader.text("sig"));
    const tuf::Key metadata_key = tuf::key_of(key);
    if (reader.text("file") != file.name) reader.fail("file", cat("is not ", file.name));
    const std::string sha256 = reader.text("sha256");
    if (sha256 != file.sha256) {
      throw Error(Errc::conflict,
                  cat(key.line(), " signed another draft of ", file.name, " (SHA-256 ",
                      base::safe_text(sha256, 12), "…, and this one is ", file.sha256.substr(0, 12),
                      "…); agree on one of them, remove that signature and let its holder sign "
                      "again"));
    }
    if (!is_among(folder.requirements(file), metadata_key.id)) {
      throw Error(Errc::untrusted, cat(key.line(), " is no key of that role; remove that file"));
    }
    if (!bytes ||
        !tuf::checks_ed25519(metadata_key, tuf::canonical_json(file.signed_part), *bytes)) {
      throw Error(Errc::untrusted, cat("the signature of ", key.line(), " is wrong; ", kSignAgain));
    }
    return HolderSignature{key, metadata_key.id, *bytes};
  });
}

void require_next_version(const DraftFile& file, const TrustFolder& folder) {
  std::uint64_t now = 0;
  if (file.type == RoleType::root) {
    now = folder.root ? folder.root->version : 0;
  } else if (folder.targets) {
    now = folder.targets->version;
  } else if (folder.is_being_finalized) {
    return;  // it may be the next one already
  }
  if (file.version == now + 1) return;
  throw Error(Errc::conflict,
              cat("draft/", file.name, " would follow version ", file.version - 1, ", but ", now,
                  " is final; `cco-release trust rotate --discard` begins again"));
}

}  // namespace

bool has_ceremony(const base::Path& folder) {
  return base::type_of(ceremony_file(folder)) != std::filesystem::file_type::not_found;
}

std::optional<UnverifiedCeremony> read_ceremony(const base::Path& folder) {
  const base::Path file = ceremony_file(folder);
  const auto text = base::read_file_if_exists(file, kMaxCeremonyBytes);
  if (!text) return std::nullopt;
  return read_own_file(file, *text, kMaxCeremonyBytes, kTakeAgain, [&](const auto& reader) {
    UnverifiedCeremony ceremony;
    ceremony.product = base::safe_text(reader.text("product"), 80);
    for (const json::ObjectReader& entry : reader.objects("files"))
      ceremony.files.push_back(read_entry(entry));
    std::sort(ceremony.files.begin(), ceremony.files.end(),
              [](const auto& left, const auto& right) { return left.type < right.type; });
    const bool is_double =
        ceremony.files.size() == 2 && ceremony.files[0].type == ceremony.files[1].type;
    if (ceremony.files.empty() || ceremony.files.size() > 2 || is_double) {
      reader.fail("files", "must name one root, one targets, or both");
    }
    for (const std::string& line : reader.texts("keys"))
      ceremony.names.add(trust::PublicKey::parse(line));
    return ceremony;
  });
}

Draft prove_draft(const UnverifiedCeremony& ceremony, const base::Path& folder,
                  TrustFolder& folder_so_far) {
  folder_so_far.names.add(ceremony.names);
  Draft draft{.product = ceremony.product, .files = {}, .root = {}, .targets = {}};
  for (const auto& entry : ceremony.files)
    draft.files.push_back(read_draft_part(entry, folder, draft));
  if (!folder_so_far.root && !draft.root) {
    throw Error(Errc::config,
                cat(ceremony_file(folder).string(), " names no first root; ", kTakeAgain));
  }
  folder_so_far.draft = draft;  // requirements() reads its root
  const std::vector<std::string> names = base::list_directory(draft_folder(folder));
  for (DraftFile& file : draft.files) {
    require_next_version(file, folder_so_far);
    const std::string begin = cat(file.version, ".", role_name(file.type), ".");
    for (const std::string& name : names) {
      const bool is_signature = name.starts_with(begin) && name.ends_with(kSignatureEnd);
      if (!is_signature || !is_file_name(name)) continue;
      HolderSignature signature = read_signature(draft_folder(folder) / name, file, folder_so_far);
      const bool is_known =
          std::any_of(file.signatures.begin(), file.signatures.end(),
                      [&](const auto& each) { return each.key_id == signature.key_id; });
      if (!is_known) file.signatures.push_back(std::move(signature));
    }
  }
  return draft;
}

KeyNames read_key_names(const base::Path& folder) {
  KeyNames names;
  const base::Path file = folder / "keys.json";
  const auto text = base::read_file_if_exists(file, kMaxCeremonyBytes);
  if (!text) return names;
  return read_own_file(file, *text, kMaxCeremonyBytes,
                       "remove it: it only gives names to keys in messages",
                       [&](const auto& reader) {
                         for (const std::string& line : reader.texts("keys"))
                           names.add(trust::PublicKey::parse(line));
                         return names;
                       });
}

namespace {

json::Array lines_of(const KeyNames& names) {
  json::Array lines;
  for (std::string& line : names.lines())
    lines.emplace_back(std::move(line));
  return lines;
}

}  // namespace

void write_key_names(const base::Path& folder, const KeyNames& names) {
  base::write_file_atomically(
      folder / "keys.json",
      json::write(json::Object{{"schema", kCeremonySchema}, {"keys", lines_of(names)}},
                  json::Style::pretty));
}

void write_draft(const base::Path& folder, const Draft& draft, const KeyNames& names) {
  remove_draft(folder);  // what a run that was stopped may have left
  base::make_directories(draft_folder(folder));
  json::Array files;
  for (const DraftFile& file : draft.files) {
    base::write_file_atomically(draft_folder(folder) / file.name,
                                tuf::write_envelope(file.signed_part, {}, json::Style::pretty));
    files.emplace_back(json::Object{{"name", file.name}, {"sha256", file.sha256}});
  }
  base::write_file_atomically(ceremony_file(folder),
                              json::write(json::Object{{"schema", kCeremonySchema},
                                                       {"product", draft.product},
                                                       {"files", std::move(files)},
                                                       {"keys", lines_of(names)}},
                                          json::Style::pretty));
}

void write_signature(const base::Path& folder, const DraftFile& file,
                     const HolderSignature& signature) {
  base::write_file_atomically(draft_folder(folder) / signature_name(file, signature.key_id),
                              json::write(json::Object{{"schema", kCeremonySchema},
                                                       {"file", file.name},
                                                       {"sha256", file.sha256},
                                                       {"public_key", signature.key.line()},
                                                       {"sig", base::to_hex(signature.bytes)}},
                                          json::Style::pretty));
}

void remove_draft(const base::Path& folder) {
  base::remove_if_exists(ceremony_file(folder));
  base::remove_tree(draft_folder(folder));
}

void remove_abandoned_draft(const base::Path& folder) {
  if (!has_ceremony(folder)) base::remove_tree(draft_folder(folder));
}

}  // namespace releaser
