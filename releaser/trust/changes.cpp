#include "releaser/trust/changes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using base::cat;
using trust::tuf::Authority;
using trust::tuf::Delegation;
using trust::tuf::Header;
using trust::tuf::Key;
using trust::tuf::RoleType;
using Lines = std::vector<std::string>;

bool holds(const Authority& authority, const Key& key) {
  return std::any_of(authority.keys.begin(), authority.keys.end(),
                     [&](const Key& each) { return identity_of(each) == identity_of(key); });
}

void describe_authority(const Authority* before, const Authority& after, std::string_view role,
                        const KeyNames& names, Lines& lines) {
  if (before == nullptr) {
    lines.push_back(cat(role, ": ", threshold_text(after), " must sign"));
    for (const Key& key : after.keys)
      lines.push_back(cat("  ", names.name(key)));
    return;
  }
  for (const Key& key : before->keys) {
    if (!holds(after, key)) lines.push_back(cat("key ", names.name(key), " goes out of ", role));
  }
  for (const Key& key : after.keys) {
    if (!holds(*before, key)) lines.push_back(cat("key ", names.name(key), " comes into ", role));
  }
  if (threshold_text(*before) != threshold_text(after)) {
    lines.push_back(
        cat(role, ": ", threshold_text(after), " must sign, before: ", threshold_text(*before)));
  }
}

void describe_header(const Header* before, const Header& after, Lines& lines) {
  lines.push_back(
      cat("expires ", base::format_date(after.expires),
          before == nullptr ? "" : cat(", before: ", base::format_date(before->expires))));
}

std::string texts_of(const std::vector<std::string>& texts) {
  Lines safe;
  for (const std::string& text : texts)
    safe.push_back(base::safe_text(text, 120));
  return base::join(safe, ", ");
}

// What a channel may sign for, where that is not its manifest alone.
void describe_reach(const Delegation* before, const Delegation& after, const std::string& name,
                    Lines& lines) {
  const bool is_same = before != nullptr && before->paths == after.paths &&
                       before->hash_prefixes == after.hash_prefixes &&
                       before->terminating == after.terminating;
  const bool is_usual = after.hash_prefixes.empty() && after.terminating &&
                        after.paths == Lines{cat(after.name, ".version-manifest.json")};
  if (is_same || (before == nullptr && is_usual)) return;
  lines.push_back(cat("channel ", name, " signs for ",
                      after.hash_prefixes.empty()
                          ? texts_of(after.paths)
                          : cat("names whose hashes begin with ", texts_of(after.hash_prefixes)),
                      after.terminating ? "" : ", and so may roles after it"));
}

}  // namespace

std::string threshold_text(const Authority& authority) {
  const std::size_t count = distinct_keys(authority);
  return cat(authority.threshold, " of ", count, count == 1 ? " key" : " keys");
}

std::size_t distinct_keys(const Authority& authority) {
  std::set<std::string> identities;
  for (const Key& key : authority.keys)
    identities.insert(identity_of(key));
  return identities.size();
}

Lines describe_changes(const trust::tuf::Root* before, const trust::tuf::Root& after,
                       const KeyNames& names) {
  Lines lines;
  for (const RoleType type : trust::tuf::kRoleTypes) {
    describe_authority(before == nullptr ? nullptr : &before->roles.at(type), after.roles.at(type),
                       role_name(type), names, lines);
  }
  if (!after.consistent_snapshot && (before == nullptr || before->consistent_snapshot)) {
    lines.emplace_back("consistent snapshots are switched off");
  } else if (before != nullptr && after.consistent_snapshot && !before->consistent_snapshot) {
    lines.emplace_back("consistent snapshots are switched on");
  }
  if (before != nullptr && lines.empty()) lines.emplace_back("no key changes");
  describe_header(before, after, lines);
  return lines;
}

Lines describe_changes(const trust::tuf::Targets* before, const trust::tuf::Targets& after,
                       const KeyNames& names) {
  Lines lines;
  for (const Delegation& delegation : after.delegations) {
    const Delegation* const earlier =
        before == nullptr ? nullptr : before->find_delegation(delegation.name);
    const std::string name = base::safe_text(delegation.name, 80);
    if (before != nullptr && earlier == nullptr) lines.push_back(cat("channel ", name, " is new"));
    describe_authority(earlier == nullptr ? nullptr : &earlier->authority, delegation.authority,
                       cat("channel ", name), names, lines);
    describe_reach(earlier, delegation, name, lines);
  }
  if (before != nullptr) {
    for (const Delegation& delegation : before->delegations) {
      if (after.find_delegation(delegation.name) == nullptr) {
        lines.push_back(cat("channel ", base::safe_text(delegation.name, 80), " is gone"));
      }
    }
  }
  for (const auto& [path, file] : after.files) {
    lines.push_back(
        cat("targets itself signs for ", base::safe_text(path, 120), ", ", file.length, " bytes"));
  }
  if (before != nullptr && lines.empty()) lines.emplace_back("no channel changes");
  describe_header(before, after, lines);
  return lines;
}

}  // namespace releaser
