#include "agent/uninstall.hpp"

#include "agent/commands/changing.hpp"
#include "agent/managed.hpp"
#include "agent/probe.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {

base::Command uninstall_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "uninstall";
  command.summary = "remove the program, its versions and what was added to PATH";
  command.description =
      "Ends the service, and removes its units, the links, the lines in shell files, and the "
      "folder with all versions. The configuration stays unless --purge is given. Files that this "
      "program did not make stay.";
  command.options = {{.name = "--purge",
                      .short_name = "",
                      .value = "",
                      .help = "remove config.toml too",
                      .choices = {}}};
  command.examples = {{"uninstall", "remove everything but the configuration"},
                      {"uninstall --purge", "remove the configuration too"}};
  command.run = [services_of](const base::Arguments& arguments) {
    const Services& services = services_of(arguments);
    require_unmanaged(services, Wanted::removal);
    const std::vector<std::string> remarks =
        uninstall(services, arguments.has("--purge") ? Purge::yes : Purge::no);
    for (const std::string& remark : remarks) {
      services.messages.warn(remark);
    }
    if (services.json) {
      services.out << base::json::write(
          base::json::Object{{"schema", 1},
                             {"product", services.identity.product},
                             {"action", "uninstalled"},
                             {"remarks", base::json::Array(remarks.begin(), remarks.end())}},
          base::json::Style::pretty);
    } else {
      services.out << services.identity.product << " is removed from "
                   << services.layout.root.native() << '\n';
    }
    return base::exit_status(base::Errc::done);
  };
  return command;
}

base::Command probe_command(const schema::Identity& identity, std::ostream& out) {
  base::Command command;
  command.name = "__probe";
  command.summary = "tell version and self-test, for the update that installs this";
  command.description = "One line of JSON; needs no home, no network and no file.";
  command.examples = {{"__probe", "what an update asks of a new agent"}};
  command.hidden = true;
  command.run = [&identity, &out](const base::Arguments&) {
    out << own_probe_report(identity) << '\n';
    return base::exit_status(base::Errc::done);
  };
  return command;
}

}  // namespace agent
