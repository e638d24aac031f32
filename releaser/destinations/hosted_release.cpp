#include "releaser/destinations/hosted_release.hpp"

#include <string_view>

namespace releaser {
namespace {

std::optional<trust::Sha256> parse_digest(const std::optional<std::string>& text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!text || !text->starts_with(kPrefix)) return std::nullopt;
  return trust::Sha256::from_hex(std::string_view(*text).substr(kPrefix.size()));
}

}  // namespace

HostedAsset parse_asset(const base::json::ObjectReader& asset) {
  // Gitea has no states: what it lists is whole.
  const std::string state = asset.optional_text("state").value_or("uploaded");
  return {.id = asset.number("id"),
          .name = asset.text("name"),
          .size = asset.number("size"),
          .is_whole = state == "uploaded",
          .sha256 = parse_digest(asset.optional_text("digest")),
          .uuid = asset.optional_text("uuid").value_or("")};
}

HostedRelease parse_release(const base::json::ObjectReader& release) {
  HostedRelease found{.id = release.number("id"),
                      .tag = release.text("tag_name"),
                      .name = release.optional_text("name").value_or(""),
                      .notes = release.optional_text("body").value_or(""),
                      .page = release.optional_text("html_url").value_or(""),
                      .upload_url = release.optional_text("upload_url").value_or(""),
                      .created = release.optional_text("created_at").value_or(""),
                      .is_draft = release.boolean("draft", false),
                      .is_prerelease = release.boolean("prerelease", false),
                      .is_immutable = release.boolean("immutable", false),
                      .assets = {}};
  const auto assets = release.objects("assets");
  found.assets.reserve(assets.size());
  for (const auto& asset : assets)
    found.assets.push_back(parse_asset(asset));
  return found;
}

AssetAction reconcile(const WantedAsset& wanted, const HostedRelease& found) {
  AssetAction action;
  bool is_there = false;
  bool is_different = false;
  for (const HostedAsset& asset : found.assets) {
    if (asset.name != wanted.name) continue;
    const bool may_be_it = asset.is_whole && asset.size == wanted.size;
    if (may_be_it && asset.sha256 == wanted.sha256 && !is_there) {
      is_there = true;
    } else if (may_be_it && !asset.sha256) {
      action.candidates.push_back(asset.id);
    } else if (!asset.is_whole || found.is_draft) {
      action.remove.push_back(asset.id);
    } else if (asset.sha256 != wanted.sha256) {
      is_different = true;
    }
  }
  if (found.is_immutable) action.remove.clear();
  if (is_different) {
    action = {.step = AssetStep::refuse, .candidates = {}, .remove = {}};
  } else if (is_there) {
    // What is there by its digest makes its doubles superfluous.
    if (found.is_draft)
      action.remove.insert(action.remove.end(), action.candidates.begin(), action.candidates.end());
    action.candidates.clear();
    action.step = AssetStep::nothing;
  } else if (!action.candidates.empty()) {
    action.step = AssetStep::compare_bytes;
  } else {
    action.step = found.is_immutable ? AssetStep::refuse_missing : AssetStep::upload;
  }
  return action;
}

}  // namespace releaser
