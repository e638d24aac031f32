#pragma once

#include "agent/install.hpp"
#include "agent/plan.hpp"
#include "base/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

// A decision as people and programs read it. Texts out of manifests are made safe for a terminal
// here.

// "tool 1.1.0 -> 1.2.0 (2.9 MB)", its warnings and notes: what stands before the question.
std::string offer_text(const Install& install, const std::string& product,
                       const std::optional<schema::Version>& current);

// One line a release: "1.2.0  pinned  is outside of the pin 1.1".
std::string explain_text(const Decision& decision);

// One line: "1.2.0 is available (2.9 MB; installed: 1.1.0); to take it: tool-updater update". Of a
// Refused, nothing: that is an error.
std::string outcome_text(const Decision& decision, const std::string& program,
                         const std::optional<schema::Version>& current);

// For --json. `installed`: what was done, if anything. Form: docs/agent-json.md.
struct UpdateFacts {
  std::string product;
  std::optional<schema::Version> current;  // before
  schema::Channel channel = schema::Channel::stable;
};
base::json::Value update_json(const Decision& decision, const UpdateFacts& facts,
                              const std::optional<InstallOutcome>& installed);

}  // namespace agent
