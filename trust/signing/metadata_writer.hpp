#pragma once

#include "trust/signing/secret_key.hpp"
#include "trust/tuf/metadata.hpp"

#include <map>
#include <string>

// Writes the metadata that trust/tuf reads. Version of the specification written: 1.0.34.

namespace trust::tuf {

// The "signed" part, as its canonical form is signed.
base::json::Value write_root(const Root& root);
base::json::Value write_timestamp(const Timestamp& timestamp);
base::json::Value write_snapshot(const Snapshot& snapshot);
base::json::Value write_targets(const Targets& targets);

// A minisign key as metadata names it.
Key key_of(const PublicKey& key);

// Raw signatures by key id.
using Signatures = std::map<std::string, std::string>;
void add_signature(Signatures& signatures, const SecretKey& key,
                   const base::json::Value& signed_part);
// The whole file. Compact, since timestamps are fetched often; pretty for what people read.
std::string write_envelope(const base::json::Value& signed_part, const Signatures& signatures,
                           base::json::Style style = base::json::Style::compact);

// What other metadata says of a file of this version: its length and SHA-256.
MetaFile describe(std::string_view file_bytes, std::uint64_t version);
TargetFile describe_target(std::string_view file_bytes);

}  // namespace trust::tuf
