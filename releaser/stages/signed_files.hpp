#pragma once

#include "releaser/stages/run.hpp"
#include "trust/minisign.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace releaser {

// A file of this run that gets a minisign signature.
struct SignedFile {
  base::Path path;          // in dist/V
  std::string public_name;  // below the destination
  trust::Sha256 sha256;
  trust::Blake2b blake2b;
  base::Time time;  // of what is signed, so that signing again gives the same bytes
  std::vector<std::pair<std::string, std::string>> more;  // fields: version, platform, channel
  bool is_asset = true;  // of a release, so that it never changes, its signature neither
};

// All of them, after the render stage; after a theft also those of earlier releases.
std::vector<SignedFile> signed_files(const Run& run);

// Manifests and top-level installers among them: those of run.manifests and run.installer_of, from
// dist/V/site.
std::vector<SignedFile> signed_documents(const Run& run);

// Fills in run.signatures with what each file has, a signature of before where it says the same.
//   foreseen  run.to_be_signed gets those that would be made; no key is used
//   done      makes them; run.unsigned_files gets those whose key is not at hand, and without
//             [trust] that is an Error
enum class Signing { foreseen, done };
void sign_files(Run& run, const std::vector<SignedFile>& files, Signing signing);

// The trusted comment that its signature has.
trust::TrustedComment comment_of(const Run& run, const SignedFile& file);

// Does this signature say, validly, what a new one would say?
bool is_current(std::string_view signature, const SignedFile& file,
                const trust::TrustedComment& wanted, const trust::PublicKey& key);

}  // namespace releaser
