#include "releaser/destinations/release_words.hpp"

namespace releaser {
namespace {

bool has_own_name(const HostedRelease& draft) {
  return !draft.name.empty() && draft.name != draft.tag;
}

}  // namespace

bool would_change(const HostedRelease& draft, const AssetRelease& words) {
  return (!has_own_name(draft) && words.title != draft.name) ||
         (draft.notes.empty() && !words.notes.empty()) ||
         draft.is_prerelease != words.is_prerelease;
}

base::json::Object fields_of(const HostedRelease& draft, const AssetRelease& words,
                             bool stays_draft, bool has_make_latest) {
  base::json::Object fields{
      {"tag_name", words.tag}, {"draft", stays_draft}, {"prerelease", words.is_prerelease}};
  if (!has_own_name(draft)) fields.emplace_back("name", words.title);
  if (draft.notes.empty() && !words.notes.empty()) fields.emplace_back("body", words.notes);
  if (words.commit) fields.emplace_back("target_commitish", *words.commit);
  // Without it GitHub takes each release for the latest one, also one of an old line.
  if (has_make_latest && !stays_draft)
    fields.emplace_back("make_latest", words.is_latest && !words.is_prerelease ? "true" : "false");
  return fields;
}

}  // namespace releaser
