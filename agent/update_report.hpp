#pragma once

#include "agent/install.hpp"
#include "agent/plan.hpp"
#include "base/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// A decision as people and programs read it. Texts out of manifests are made safe for a terminal
// here.

// "tool 1.1.0 -> 1.2.0 (2.9 MB)", its warnings and notes: what stands before the question.
std::string offer_text(const Install& install, const std::string& product,
                       const std::optional<schema::Version>& current);

// The question after the offer. A downgrade that somebody named is not taken on Enter; one that the
// plan chose leaves a withdrawn version. A named version is not offered to be skipped.
enum class AskedFor { newest, this_version };
struct OfferQuestion {
  std::string text;  // "Update? (y: yes, n: not now, s: skip this version)"
  std::string default_answer;
  bool may_skip = false;
};
OfferQuestion offer_question(const Install& install, const schema::Version& current,
                             AskedFor asked_for);

// One line a release: "1.2.0  pinned  is outside of the pin 1.1".
std::string explain_text(const Decision& decision);

// One line: "1.2.0 is available (2.9 MB; installed: 1.1.0); to take it: tool-updater update". Of a
// Refused, nothing: that is an error. `program` and `options` are what that command begins and ends
// with: "tool-updater", " --from bundle".
std::string outcome_text(const Decision& decision, const std::string& program,
                         const std::optional<schema::Version>& current,
                         std::string_view options = "");

// For --json. `installed`: what was done, if anything. Form: docs/agent-json.md.
struct UpdateFacts {
  std::string product;
  std::optional<schema::Version> current;  // before
  schema::Channel channel = schema::Channel::stable;
};
base::json::Value update_json(const Decision& decision, const UpdateFacts& facts,
                              const std::optional<InstallOutcome>& installed);

}  // namespace agent
