#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/given_signatures.hpp"
#include "releaser/stages/product_keys.hpp"
#include "releaser/stages/signed_files.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"

namespace releaser {
namespace {

using base::cat;

// What is public as a signature of the file, under `suffix`.
std::optional<std::string> public_signature(const Run& run, const SignedFile& file,
                                            const std::string& suffix) {
  if (run.destinations.empty()) return std::nullopt;
  const std::string name = file.public_name + suffix;
  return run.holder_of(name).read(name, trust::kMaxSignatureBytes);
}

void sign_by(Run& run, const SignedFile& file, const std::string& suffix,
             const trust::PublicKey& key, Signing signing) {
  const base::Path target = file.path.string() + suffix;
  const trust::TrustedComment comment = comment_of(run, file);
  run.signatures[file.path].push_back(suffix);
  if (const auto given = run.given.find(file.public_name + suffix); given != run.given.end()) {
    for (const GivenSignature& each : given->second)
      check_given(each, file, comment, key);
    write_if_changed(target, given->second.front().text);
    return;
  }
  const auto own = base::read_file_if_exists(target, trust::kMaxSignatureBytes);
  if (own && is_current(*own, file, comment, key)) return;
  if (const auto kept = kept_signature(run, file.public_name + suffix);
      kept && is_current(*kept, file, comment, key)) {
    write_if_changed(target, *kept);
    return;
  }
  const auto there = public_signature(run, file, suffix);
  if (there && is_current(*there, file, comment, key)) {
    write_if_changed(target, *there);
    return;
  }
  if (signing == Signing::foreseen) {
    run.to_be_signed[file.public_name].push_back(file.public_name + suffix);
    return;
  }
  const Signer* const signer = find_key(run, trust::tuf::key_of(key));
  if (signer == nullptr) {
    if (!run.config.trust) unlocked_key(run, key);  // tells it
    run.unsigned_files.emplace(file.public_name + suffix, key.line());
    return;
  }
  const std::string signature = signer->sign(file.blake2b, comment);
  if (!is_current(signature, file, comment, key)) {
    throw base::Error(base::Errc::internal,
                      cat("the new signature of ", file.public_name, " does not verify"));
  }
  write_if_changed(target, signature);
}

// An asset that another key of the product signed when it became public keeps that signature.
const trust::PublicKey* key_that_signed(const Run& run, const SignedFile& file,
                                        const std::vector<trust::PublicKey>& keys,
                                        std::string& signature) {
  if (!file.is_asset) return nullptr;
  auto there = public_signature(run, file, ".minisig");
  if (!there) return nullptr;
  const trust::PublicKey* const key = claimed_key(keys, *there);
  if (key == nullptr || !is_current(*there, file, comment_of(run, file), *key)) return nullptr;
  signature = std::move(*there);
  return key;
}

void sign_file(Run& run, const SignedFile& file, const ProductKeys& keys, Signing signing) {
  std::string signature;
  const trust::PublicKey* const trusted = key_that_signed(run, file, keys.trusted, signature);
  if (trusted != nullptr && !(*trusted == keys.current)) {
    run.signatures[file.path].emplace_back(".minisig");
    write_if_changed(file.path.string() + ".minisig", signature);
    return;
  }
  if (key_that_signed(run, file, keys.stolen, signature) != nullptr) {
    run.signatures[file.path].emplace_back(".minisig");
    write_if_changed(file.path.string() + ".minisig", signature);
    sign_by(run, file, signature_name("", keys.current), keys.current, signing);
    return;
  }
  sign_by(run, file, ".minisig", keys.current, signing);
  if (keys.old) sign_by(run, file, signature_name("", *keys.old), *keys.old, signing);
}

}  // namespace

void sign_files(Run& run, const std::vector<SignedFile>& files, Signing signing) {
  const ProductKeys keys = product_keys(*run.config.sign);
  run.signatures.clear();
  run.unsigned_files.clear();
  run.to_be_signed.clear();
  for (const SignedFile& file : files) {
    base::with_context(file.public_name, [&] { sign_file(run, file, keys, signing); });
  }
}

Skipped sign_stage(Run& run) {
  const std::vector<SignedFile> files = signed_files(run);
  sign_files(run, files, run.options.dry_run ? Signing::foreseen : Signing::done);
  check_given_names(run, files);
  return std::nullopt;
}

}  // namespace releaser
