#pragma once

#include "base/json.hpp"
#include "releaser/commands/job_report.hpp"
#include "releaser/commands/release_run.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

// What publish and the commands that move pointers have in common.
namespace releaser {

// Calls `work` for a run that changes destinations; with RunOptions::dry_run the same run, in a
// dist/ that goes away, which ends before the last effect.
// A job that runs this is told of it.
void run_or_rehearse(const Services& services, const base::Arguments& arguments, RunOptions options,
                     const JobSubject& subject, const std::function<void(Run&)>& work);

// Of --json.
base::json::Array json_of_actions(const Run& run);
base::json::Array json_of_failures(const Run& run);
base::json::Array json_of_proposed(const Run& run);

// What was done at places of these names, each action in its words; or "nothing to do".
std::string what_was_done(const Run& run, const std::vector<std::string_view>& places);

// A line for tap and bucket each, unless they failed, and for each pull request that waits for a
// person.
void print_packages(const Run& run, std::ostream& out);

// A path as a person types it.
std::string short_path(const base::Path& path);

// "3 files written and verified", or "nothing to do".
std::string what_was_written(const Run& run, const Destination& destination);

// Of a destination, a tap or a bucket, by its name.
bool has_failed(const Run& run, const std::string& name);

// Throws Errc::partial with a line for each destination that failed.
void throw_if_some_failed(const Run& run);

}  // namespace releaser
