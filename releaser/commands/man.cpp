#include "releaser/commands/man.hpp"

#include "base/error.hpp"

namespace releaser {

base::Command add_man(const Services& services, const base::Program& program) {
  return {.name = "man",
          .aliases = {},
          .summary = "print the manual page",
          .description = "The page is roff text for section 1, with all commands and options.",
          .options = {},
          .positionals = {},
          .examples = {{"cco-release man > cco-release.1", "writes the page to a file"},
                       {"cco-release man | man -l -", "shows it"}},
          .run = [&services, &program](const base::Arguments& /*arguments*/) {
            services.out << base::man_page(program);
            return base::exit_status(base::Errc::done);
          }};
}

}  // namespace releaser
