#pragma once

#include "base/clock.hpp"
#include "base/command_table.hpp"
#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/terminal.hpp"
#include "trust/signing/secret_key.hpp"

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace releaser {

class WorkflowJob;

// What main found out once, for the outermost functions; everything deeper gets the two or three
// values that it needs.
struct Services {
  const base::Environment& environment;  // without the secrets
  base::Time now;
  base::Terminal terminal;
  std::ostream& out;     // results
  std::ostream& errors;  // messages
  // CCO_RELEASE_KEY and CCO_RELEASE_PASSWORD: contents, taken out of the environment first.
  std::optional<trust::SecretBytes> release_key;
  std::optional<trust::SecretBytes> release_password;
  // Takes another secret out of the process environment, by the name that the configuration gives.
  std::function<std::optional<std::string>(const std::string& variable)> take_secret = {};
  // The job of GitHub Actions or the like that runs this, or null. `errors` is its guarded stream.
  WorkflowJob* job = nullptr;
};

// The options that every command has, in the order of --help.
std::vector<base::Option> common_options();

// Messages as --quiet and --verbose want them.
base::Messages messages_of(const Services& services, const base::Arguments& arguments);
// --json
bool wants_json(const base::Arguments& arguments);
// Shall a result that the messages tell anyway stand on standard output by itself? A program that
// reads it wants that; a person at a terminal would read it twice.
bool wants_bare_result(const Services& services, const base::Messages& messages);
// --dist, or nothing: then it is default_dist of the configuration (release_run.hpp).
base::Path dist_path_of(const base::Arguments& arguments);
// --date as YYYY-MM-DDTHH:MM:SSZ or YYYY-MM-DD, or nothing. Throws Errc::usage for anything else.
std::optional<base::Time> date_of(const base::Arguments& arguments);
// --parallelism, else the number of cores. Throws Errc::usage unless it is 1 to 256.
unsigned parallelism_of(const base::Arguments& arguments);

}  // namespace releaser
