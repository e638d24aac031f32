#pragma once

#include "base/terminal.hpp"
#include "releaser/config/config.hpp"
#include "releaser/stages/problems.hpp"
#include "releaser/stages/run.hpp"
#include "releaser/tag/next_version.hpp"

#include <optional>
#include <string>
#include <vector>

namespace releaser {

struct TagOptions {
  std::optional<schema::Version> version;  // nothing: the next one
  schema::Channel channel = schema::Channel::stable;
  std::optional<Bump> bump;  // nothing: as the commits ask for it
  std::string remote = "origin";
  bool pushes = true;
  bool allow_backport = false;
};

// What has to be done for a tag, found without a change.
struct TagPlan {
  schema::Version version;
  std::string commit;
  bool is_made = false;    // at this commit already
  bool is_signed = false;  // git is configured to sign
  bool has_to_be_pushed = false;
  std::string message;
  [[nodiscard]] std::string tag() const { return "v" + version.text(); }
};

// Looks at the repository, the remote and what is public (nothing where there is no destination
// yet). What keeps the tag from being made is among `problems`; nothing where no version is known.
std::optional<TagPlan> plan_tag(const Config& config, const TagOptions& options,
                                const PublicState& before, base::Time now, Problems& problems);

// Runs a command of [tag] checks in the project's folder; its output is the user's to read. Throws
// Errc::config where it does not end with 0.
void run_check(const Config& config, const Argv& check);
// Throws Errc::config where git cannot, with its words: for a signature, or a name.
void make_tag(const Config& config, const TagPlan& plan);
// Throws Errc::network or permission, with git's words.
void push_tag(const Config& config, const TagPlan& plan, const std::string& remote);

}  // namespace releaser
