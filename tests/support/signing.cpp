#include "tests/support/signing.hpp"

#include "base/text.hpp"
#include "trust/signing/secret_key.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace test {

using base::cat;

struct SigningKey::State {
  trust::SecretKey key = trust::SecretKey::generate();
};

SigningKey::SigningKey() : m_state(std::make_unique<State>()) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

const trust::PublicKey& SigningKey::public_key() const { return m_state->key.public_key(); }

std::string SigningKey::sign(std::string_view bytes, const trust::TrustedComment& comment) const {
  return m_state->key.sign(trust::blake2b_of(bytes), comment);
}

trust::SignedBytes SigningKey::signed_bytes(const std::string& bytes,
                                            const trust::TrustedComment& comment) const {
  return trust::verify(bytes, sign(bytes, comment), std::array{public_key()});
}

base::Time time_at(std::string_view text) {
  const auto time = base::parse_time(text);
  if (!time) throw std::invalid_argument(cat("not a time: ", text));
  return *time;
}

base::Time now() { return time_at("2026-11-20T12:00:00Z"); }

trust::TrustedComment manifest_comment(std::string_view product, std::string_view file,
                                       std::string_view channel, std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields{
      {"timestamp", "1795176000"}, {"file", std::string(file)}, {"hashed", ""}};
  fields.emplace_back("app", product);
  if (!channel.empty()) fields.emplace_back("channel", channel);
  fields.emplace_back("sha256", trust::sha256_of(text).hex());
  return trust::TrustedComment(std::move(fields));
}

SignedText sign_manifest_text(std::string text, std::string_view product,
                              std::optional<schema::Channel> channel, const SigningKey& key) {
  const auto comment =
      manifest_comment(product, schema::manifest_name(channel),
                       channel ? schema::channel_name(*channel) : std::string_view(), text);
  std::string signature = key.sign(text, comment);
  return {std::move(text), std::move(signature)};
}

SignedText sign_manifest(const schema::Manifest& manifest, const SigningKey& key) {
  return sign_manifest_text(schema::write_manifest(manifest), manifest.product, manifest.channel,
                            key);
}

schema::Release make_release(const ReleaseBlueprint& blueprint) {
  schema::Release release;
  release.date = blueprint.published - std::chrono::hours(1);
  release.published = blueprint.published;
  release.channel = blueprint.channel;
  for (const std::string& name : blueprint.platforms) {
    const auto platform = schema::Platform::find(name);
    if (!platform) throw std::invalid_argument(cat("no platform: ", name));
    const std::string asset = cat(blueprint.product, "-v", blueprint.version, "-", platform->name(),
                                  platform->archive_suffix());
    const std::string binary = cat(blueprint.product, platform->executable_suffix());
    const auto url = base::Url::parse(cat("https://releases.example.com/", blueprint.product,
                                          "/releases/v", blueprint.version, "/", asset));
    release.platforms.emplace(
        *platform,
        schema::PlatformEntry{.url = url,
                              .mirrors = {},
                              .sha256 = trust::sha256_of(blueprint.archive_bytes),
                              .size = blueprint.archive_bytes.size(),
                              .unpacked_size = blueprint.binary_bytes.size(),
                              .entries = 1,
                              .binaries = {{.path = binary,
                                            .sha256 = trust::sha256_of(blueprint.binary_bytes),
                                            .size = blueprint.binary_bytes.size()}},
                              .agent = std::nullopt,
                              .probe = {binary, "--version"},
                              .requirements = {},
                              .alternatives = {},
                              .deltas = {}});
  }
  return release;
}

schema::Manifest make_manifest(std::string_view product, schema::Channel channel) {
  schema::Manifest manifest;
  manifest.product = product;
  manifest.channel = channel;
  manifest.generation = 1;
  manifest.generated = now();
  return manifest;
}

void add_release(schema::Manifest& manifest, const ReleaseBlueprint& blueprint) {
  const schema::Version version = schema::Version::parse(blueprint.version);
  manifest.versions.insert_or_assign(version, make_release(blueprint));
  manifest.generated = std::max(manifest.generated, blueprint.published);
  const auto newest =
      std::find_if(manifest.versions.begin(), manifest.versions.end(),
                   [&](const auto& entry) { return entry.second.channel == blueprint.channel; });
  manifest.latest.insert_or_assign(blueprint.channel, newest->first);
}

}  // namespace test
