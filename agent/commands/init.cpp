#include "agent/commands/commands.hpp"
#include "agent/config_file.hpp"
#include "agent/own_folders.hpp"
#include "agent/settings.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

using base::cat;

int run_init(const Services& services) {
  const Layout& layout = services.layout;
  require_own_home(services);
  base::make_directories(layout.state);
  const bool is_new = write_default_config(services);
  const base::Path config = config_path(services);
  const auto current = current_version(layout);
  if (services.json) {
    services.out << base::json::write(
        base::json::Object{
            {"schema", 1},
            {"product", services.identity.product},
            {"root", layout.root.string()},
            {"config_file", config.string()},
            {"config_written", is_new},
            {"current", current ? base::json::Value(current->text()) : base::json::Value()}},
        base::json::Style::pretty);
    return 0;
  }
  const std::string& program = layout.program;
  services.out << "Welcome to " << services.identity.product << ".\n"
               << (is_new ? "Your configuration, all of it comments: " : "Your configuration: ")
               << config.string() << "\nVersions are kept in: " << layout.root.string() << "\n\n"
               << (current ? cat("Installed: ", current->text(), "\n")
                           : cat("Nothing is installed yet: ", program, " install\n"))
               << "Look for updates:   " << program << " update\n"
               << "Go back:            " << program << " rollback\n"
               << "What is where:      " << program << " status\n"
               << "Change a setting:   " << program << " config set updates.channel beta\n";
  return 0;
}

}  // namespace

base::Command init_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "init";
  command.summary = "make the folders and a commented config.toml";
  command.description = "For the first run. What is there already stays as it is.";
  command.examples = {{"init", "make what is missing and say where it is"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_init(services_of(arguments));
  };
  return command;
}

}  // namespace agent
