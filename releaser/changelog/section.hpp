#pragma once

#include "manifest-schema/version.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// CHANGELOG.md as people write it: Keep a Changelog ("## [1.2.0] - 2026-11-20"), "## v1.2.0",
// "# Version 1.2.0", "### tool 1.2.0", headings underlined with = or -, and what tools of
// Conventional Commits write. Pure.
namespace releaser {

// What stands below the heading of that version, without link definitions and blank lines around
// it; nothing where there is no such heading. It ends at the next version's heading, or at one of
// its own level.
std::optional<std::string> section_of(std::string_view changelog, const schema::Version& version,
                                      std::string_view product);
// "Unreleased" or "Next".
std::optional<std::string> unreleased_section(std::string_view changelog);
// The versions that have a heading, as they come.
std::vector<schema::Version> versions_in(std::string_view changelog, std::string_view product);

// At most `max_bytes`, cut between lines, with a last line that tells how many are missing.
std::string shorten(const std::string& text, std::size_t max_bytes);

}  // namespace releaser
