#pragma once

#include "base/environment.hpp"
#include "base/file.hpp"
#include "releaser/config/config.hpp"
#include "releaser/trust/signer.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// [sign] command: a program that signs where the key is not (a hardware key, a cloud KMS).
//
// It is run once for each signature, without a shell, in the project's folder, with the message on
// its standard input and `environment` as its whole environment. It writes the Ed25519 signature
// (RFC 8032, of the message as it is, not of a digest of it) to standard output: 64 bytes, in
// base64 on one line. {key} in its arguments is the public key that is wanted ("RW…"), {key_id} the
// number of that key as minisign prints it. Messages are
//   - the 64 bytes of the BLAKE2b-512 digest of a file, for its minisign signature;
//   - those 64 bytes of signature with the text of the trusted comment behind them;
//   - the canonical form of metadata.
struct SignerProgram {
  std::vector<std::string> argv;
  std::vector<trust::PublicKey> keys;  // that it holds
  base::Path directory;
  std::vector<std::string> environment;                          // "NAME=value"
  std::chrono::milliseconds deadline = std::chrono::minutes(2);  // of each signature
};

// Where the program is, or nothing where this machine has none.
std::optional<base::Path> find_program(const SignerProgram& program);

// The signature of 64 bytes, verified. Throws
//   Errc::config     for a program that is missing, ends badly, gives no signature, or takes too
//                    long, with the last line that it wrote to standard error;
//   Errc::untrusted  for a signature that is not that key's over this message.
std::string sign_by_program(const SignerProgram& program, const trust::PublicKey& key,
                            std::string_view message);

// That of the configuration, which has one. Of the environment it gets what every program needs,
// and the variables of command_env.
SignerProgram signer_program(const Config& config, const base::Environment& environment);

// Each of its keys, as one that can sign.
std::vector<Signer> signers_of(const SignerProgram& program);

}  // namespace releaser
