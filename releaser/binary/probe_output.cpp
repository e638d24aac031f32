#include "releaser/binary/probe_output.hpp"

#include "base/text.hpp"
#include "releaser/binary/text_match.hpp"

#include <cctype>

namespace releaser {
namespace {

using base::cat;

// May a version end before this text?
bool ends_version(std::string_view rest) {
  if (rest.empty()) return true;
  if (is_alphanumeric(rest[0])) return false;
  const bool joins = rest[0] == '.' || rest[0] == '-';
  return !joins || rest.size() == 1 || !is_alphanumeric(rest[1]);
}

// May a version begin behind this text? A "v" is no part of the word.
bool begins_version(std::string_view text) {
  if (text.ends_with('v') || text.ends_with('V')) text.remove_suffix(1);
  if (text.empty()) return true;
  return !is_alphanumeric(text.back()) && text.back() != '.';
}

}  // namespace

bool holds_version(std::string_view text, std::string_view version) {
  for (auto at = text.find(version); at != std::string_view::npos;
       at = text.find(version, at + 1)) {
    if (begins_version(text.substr(0, at)) && ends_version(text.substr(at + version.size()))) {
      return true;
    }
  }
  return false;
}

std::string version_output_warning(const base::ProcessResult& result, std::string_view version) {
  if (result.timed_out) return "gave no answer to --version in time";
  if (result.signal) return cat("crashed at --version (signal ", *result.signal, ")");
  if (holds_version(result.output, version) || holds_version(result.errors, version)) return "";
  const auto& text = base::trim(result.output).empty() ? result.errors : result.output;
  const auto lines = base::split_lines(base::trim(text));
  if (lines.empty()) {
    return cat("says nothing to --version; build it so that it says ", version);
  }
  const auto line = base::safe_text(lines.front(), 80);
  return cat("says \"", line, "\" to --version, and not ", version,
             "; build it from this version's sources");
}

}  // namespace releaser
