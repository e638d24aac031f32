#pragma once

#include "base/clock.hpp"
#include "manifest-schema/manifest.hpp"
#include "trust/minisign.hpp"
#include "trust/public_key.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace test {

// A moment for tests: 2026-11-20T12:00:00Z.
base::Time now();
base::Time time_at(std::string_view text);

// A key pair that tests sign with.
class SigningKey {
 public:
  SigningKey();  // a new one
  SigningKey(SigningKey&&) noexcept;
  ~SigningKey();

  [[nodiscard]] const trust::PublicKey& public_key() const;
  // The whole text of a .minisig file.
  [[nodiscard]] std::string sign(std::string_view bytes,
                                 const trust::TrustedComment& comment) const;
  // Signs what parse_manifest takes.
  [[nodiscard]] trust::SignedBytes signed_bytes(const std::string& bytes,
                                                const trust::TrustedComment& comment) const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

// The comment that cco-release writes for a manifest of this text.
trust::TrustedComment manifest_comment(std::string_view product, std::string_view file,
                                       std::string_view channel, std::string_view text);

struct SignedText {
  std::string text, signature;
};
// The two files of a channel's manifest, as a site shows them. The combined manifest where the
// manifest has no channel.
SignedText sign_manifest(const schema::Manifest& manifest, const SigningKey& key);
// Any text under the name of that channel's manifest.
SignedText sign_manifest_text(std::string text, std::string_view product,
                              std::optional<schema::Channel> channel, const SigningKey& key);

// A release with one archive a platform, "https://releases.example.com/<product>/releases/v<V>/…";
// the digests are those of `archive_bytes` and of the binary's `binary_bytes`.
struct ReleaseBlueprint {
  std::string product = "tool";
  std::string version = "1.0.0";
  schema::Channel channel = schema::Channel::stable;
  std::vector<std::string> platforms{"linux-x86_64"};
  std::string archive_bytes = "archive";
  std::string binary_bytes = "binary";
  base::Time published = now();
};
schema::Release make_release(const ReleaseBlueprint& blueprint);

// A stable manifest without versions, generation 1.
schema::Manifest make_manifest(std::string_view product = "tool",
                               schema::Channel channel = schema::Channel::stable);
// Adds the release and makes it the latest of the manifest's channel where it is the newest.
void add_release(schema::Manifest& manifest, const ReleaseBlueprint& blueprint);

}  // namespace test
