#pragma once

#include "releaser/stages/run.hpp"

#include <optional>
#include <string>
#include <string_view>

// A staged draft is signed by a key of the timestamp, which CI has: whoever else can write where
// releases wait cannot have another release signed (docs/adr/0091).
namespace releaser {

inline constexpr std::string_view kDraftSignatureName = "draft.json.minisig";
inline constexpr std::string_view kPointersSubject = "pointers";  // no version

// The signature of `text`, the one of `known` where that is valid; nothing where no key of the
// timestamp is at hand.
//   subject  what waits: a version, or kPointersSubject
std::optional<std::string> sign_draft(Run& run, const std::string& text, std::string_view subject,
                                      base::Time time, const std::optional<std::string>& known);

// Throws Errc::untrusted for a draft of this run's product and of `subject` that no such key
// signed.
void check_draft_signature(const Run& run, const std::string& text, std::string_view subject,
                           const std::optional<std::string>& signature);

}  // namespace releaser
