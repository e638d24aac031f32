#pragma once

#include "base/file.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/changelog/commits.hpp"
#include "releaser/config/config.hpp"

#include <optional>
#include <string>

namespace releaser {

// Where the words about a version come from.
enum class ChangelogSource { file, git };

struct Changelog {
  ChangelogSource source = ChangelogSource::file;
  std::string text;   // Markdown, ends without a line end
  std::string since;  // of git: the tag that it begins after; empty: the first commit
};

// [changelog] from; without it, the file where it is there, else git.
ChangelogSource changelog_source(const Config& config);

// What is to be said of a version, by [changelog]: the file's section (of a pre-release that has
// none, that of its core or the unreleased one), or the commits since `since`, else since the
// newest version below. Throws Errc::not_found for a file without the section or with an empty one,
// and for a tag that is not there; Errc::config where git cannot know (no repository, a shallow
// clone).
Changelog read_changelog(const Config& config, const std::optional<schema::Version>& version,
                         const std::optional<std::string>& since);

// The commits of a range like "v1.0.0..HEAD", the newest first; throws as above.
std::vector<Commit> commits_between(const base::Path& root, const std::string& since,
                                    const std::string& until);
// The newest tag of a version below `version` (nothing: below all) that `commit` descends from;
// empty where there is none.
std::string tag_below(const base::Path& root, const std::string& commit,
                      const std::optional<schema::Version>& version);

}  // namespace releaser
