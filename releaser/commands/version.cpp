#include "releaser/commands/version.hpp"

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace releaser {
namespace {

namespace json = base::json;

int run_version(const base::Arguments& arguments, std::ostream& out) {
  const base::BuildInfo info = base::build_info();
  if (wants_json(arguments)) {
    out << json::write(json::Object{{"schema", 1},
                                    {"name", "cco-release"},
                                    {"version", info.version},
                                    {"commit", info.commit},
                                    {"date", info.date}},
                       json::Style::pretty);
  } else {
    out << "cco-release " << info.version << "\ncommit " << info.commit << "\ndate   " << info.date
        << '\n';
  }
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_version(const Services& services) {
  return {.name = "version",
          .aliases = {},
          .summary = "print version, commit and date of this program",
          .description = "",
          .options = {},
          .positionals = {},
          .examples = {{"cco-release version --json", "prints the same for programs"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_version(arguments, services.out);
          }};
}

}  // namespace releaser
