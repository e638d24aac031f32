#include "releaser/stages/draft_signature.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/policy.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

std::vector<trust::PublicKey> draft_keys(const Run& run) {
  if (!run.config.trust) return {};
  const TrustPolicy policy = trust_policy(run.config);
  return policy.role("timestamp").keys;
}

}  // namespace

std::optional<std::string> sign_draft(Run& run, const std::string& text, std::string_view subject,
                                      base::Time time, const std::optional<std::string>& known) {
  try {
    check_draft_signature(run, text, subject, known);
    return known;
  } catch (const Error&) {
    // None, or not of these bytes.
  }
  const trust::TrustedComment comment({{"timestamp", cat(time.time_since_epoch().count())},
                                       {"file", std::string(kDraftName)},
                                       {"hashed", ""},
                                       {"app", run.config.product.name},
                                       {"version", std::string(subject)},
                                       {"sha256", trust::sha256_of(text).hex()}});
  for (const trust::PublicKey& key : draft_keys(run)) {
    if (run.options.dry_run) {
      if (may_have_key(run, trust::tuf::key_of(key))) return "not made in a dry run";
      continue;
    }
    const Signer* const signer = find_key(run, trust::tuf::key_of(key));
    if (signer != nullptr) return signer->sign(trust::blake2b_of(text), comment);
  }
  return std::nullopt;
}

void check_draft_signature(const Run& run, const std::string& text, std::string_view subject,
                           const std::optional<std::string>& signature) {
  base::with_context(kDraftName, [&] {
    const std::string_view advice =
        subject == kPointersSubject
            ? "; run the command without --sign-only and --signatures, with a key of the timestamp"
            : "; run cco-release publish again where it is built, with a key of the timestamp";
    if (!signature) {
      throw Error(Errc::untrusted, cat("nobody has signed this draft", advice));
    }
    try {
      const auto proof = trust::verify(text, *signature, draft_keys(run));
      proof.comment().require("app", run.config.product.name);
      proof.comment().require("file", kDraftName);
      proof.comment().require("version", subject);
    } catch (const Error& error) {
      throw Error(Errc::untrusted,
                  cat(error.what(), ": no key of the timestamp has signed this draft", advice));
    }
  });
}

}  // namespace releaser
