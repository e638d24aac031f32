#include "tests/releaser/pointers/world.hpp"

#include "base/text.hpp"
#include "releaser/stages/merge_manifest.hpp"
#include "tests/support/signing.hpp"

namespace test {

using base::cat;
using releaser::PublicManifests;
using schema::Manifest;

PublicManifests published(const std::vector<Listed>& releases) {
  PublicManifests all;
  base::Time time = now();
  for (const Listed& each : releases) {
    const schema::Release release =
        make_release({.version = each.version, .channel = each.channel, .published = time});
    time += std::chrono::hours(1);
    const auto own = all.channels.find(each.channel);
    all.channels.insert_or_assign(
        each.channel, releaser::merge_manifest(
                          own == all.channels.end() ? std::nullopt : std::optional(own->second),
                          "tool", each.channel, version(each.version), release));
    all.combined =
        releaser::merge_manifest(all.combined, "tool", {}, version(each.version), release);
  }
  return all;
}

const PublicManifests& two_stable() {
  static const PublicManifests manifests = published({{"1.0.0"}, {"1.1.0"}});
  return manifests;
}

const PublicManifests& stable_and_beta() {
  using schema::Channel;
  static const PublicManifests manifests = published(
      {{"1.0.0"}, {"1.1.0-beta.1", Channel::beta}, {"1.1.0"}, {"1.2.0-beta.1", Channel::beta}});
  return manifests;
}

base::Time later() { return now() + std::chrono::hours(100); }

releaser::Edited edited(const releaser::EditResult& result) {
  if (const auto* const problem = std::get_if<releaser::NotPossible>(&result)) {
    throw base::Error(problem->code, problem->problem);
  }
  return std::get<releaser::Edited>(result);
}

std::string refusal(const releaser::EditResult& result) {
  const auto* const problem = std::get_if<releaser::NotPossible>(&result);
  return problem == nullptr ? "" : cat(base::exit_status(problem->code), ": ", problem->problem);
}

std::string shown(const PublicManifests& manifests, std::string_view name) {
  const Manifest* manifest = nullptr;
  if (name == "all") {
    manifest = manifests.combined ? &*manifests.combined : nullptr;
  } else if (const auto found = manifests.channels.find(*schema::parse_channel(name));
             found != manifests.channels.end()) {
    manifest = &found->second;
  }
  if (manifest == nullptr) return "none";
  std::string text = cat(manifest->generation, ":");
  for (const auto& [version, release] : manifest->versions) {
    text += cat(" ", version.text());
    if (!manifest->channel) text += cat("/", schema::channel_name(release.channel));
    if (release.yanked) text += "(yanked)";
  }
  for (const auto& [channel, latest] : manifest->latest)
    text += cat(" ", schema::channel_name(channel), "=", latest.text());
  if (manifest->security_floor) text += cat(" floor ", manifest->security_floor->text());
  if (manifest->halt) text += " halted";
  return text;
}

schema::Version version(std::string_view text) { return schema::Version::parse(text); }

namespace {

std::string broken_rule(const Manifest* before, const Manifest& after) {
  const std::string name = schema::manifest_name(after.channel);
  const bool changed = before == nullptr || !(*before == after);
  const std::uint64_t expected = before == nullptr ? 1 : before->generation + (changed ? 1 : 0);
  if (after.generation != expected) return cat(name, ": generation ", after.generation);
  if (before != nullptr && after.generated < before->generated) return cat(name, ": older");
  const SigningKey key;
  const SignedText text = sign_manifest(after, key);
  const auto read = schema::parse_manifest(
      key.signed_bytes(text.text, manifest_comment(after.product, name, "", text.text)));
  return read == after ? "" : cat(name, ": is not read as it was written");
}

}  // namespace

std::string broken_rule(const PublicManifests& before, const releaser::Edited& after) {
  for (const auto& [channel, manifest] : after.manifests.channels) {
    const auto was = before.channels.find(channel);
    std::string broken =
        broken_rule(was == before.channels.end() ? nullptr : &was->second, manifest);
    if (!broken.empty()) return broken;
  }
  return broken_rule(before.combined ? &*before.combined : nullptr, *after.manifests.combined);
}

}  // namespace test
