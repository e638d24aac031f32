#pragma once

#include "releaser/metadata/write_metadata.hpp"
#include "releaser/stages/signed_files.hpp"

#include <map>
#include <string>
#include <vector>

// Folders of signatures that travel from holders of keys: `publish --sign-only` writes one,
// `publish --signatures` reads them. Names in them are those of the public files:
//
//   releases/v1.0.0/tool.tar.gz.minisig     stable.version-manifest.json.minisig   …
//   metadata/3.stable.<key number>.json     the channel's metadata with the signature of one key
namespace releaser {

// Reads folders; names that begin with "." are passed over. Throws Errc::not_found for a folder
// that is missing or empty, Errc::config for what is larger than any signature or no file.
GivenSignatures read_signatures(const std::vector<base::Path>& folders);

// The same of one folder that may be missing.
GivenSignatures read_signatures_if_any(const base::Path& folder);

// Throws Errc::config for a file that is no signature of this release or change.
void check_given_names(const Run& run, const std::vector<SignedFile>& files);

// Throws
//   Errc::untrusted  for one that is damaged, or by another key;
//   Errc::conflict   for one that is valid for other bytes.
void check_given(const GivenSignature& given, const SignedFile& file,
                 const trust::TrustedComment& wanted, const trust::PublicKey& key);

// The signatures of metadata among those that were given, raw, by the identity of their key; each
// is over `message`. Throws as check_given() does, and Errc::untrusted for a key that is none of
// the role.
using ChannelSignatures = std::map<std::string, std::string, std::less<>>;
ChannelSignatures given_role_signatures(const Run& run, const PlannedRole& role,
                                        std::string_view message);

// --sign-only: what the folder of --out has under this name, by this holder or another.
std::optional<std::string> kept_signature(const Run& run, const std::string& name);

// The folder of --out may be that of another holder, or of an earlier draft: what signs no bytes of
// this one goes.
void drop_stale_role_signatures(const Run& run, std::string_view channel, std::string_view message);
// Writes into the folder of --out: the minisign signatures of this run; what it could not sign
// goes.
void keep_signatures(const Run& run, const std::vector<SignedFile>& files);
// And the signature of one key over the metadata of a channel.
void keep_role_signature(const Run& run, const PlannedRole& channel,
                         const base::json::Value& content, const trust::PublicKey& key,
                         const std::string& signature);

}  // namespace releaser
