#include "agent/commands/commands.hpp"
#include "agent/listing.hpp"
#include "agent/machine.hpp"
#include "agent/settings.hpp"
#include "agent/site_access.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

// What is installed is worth showing without a network. This catch is that boundary; bytes that
// cannot be trusted stay an error.
std::optional<Available> look_around(const Services& services, const Config& config) {
  try {
    const SiteAccess site = open_site(services, config);
    return read_situation(services, site, config, {}).input.available;
  } catch (const base::Error& error) {
    if (error.code() != base::Errc::network && error.code() != base::Errc::not_found) throw;
    services.messages.warn(base::cat("only what is installed is shown: ", error.what()));
    return std::nullopt;
  }
}

int run_list(const Services& services, bool only_installed) {
  const Config config = usable_config(services);
  ListingInput input{.installed = installed_versions(services.layout),
                     .complete = {},
                     .current = current_version(services.layout),
                     .previous = previous_version(services.layout),
                     .available = std::nullopt,
                     .hold = read_rollback_hold(services.layout),
                     .blocklist = read_blocklist(services.layout),
                     .skipped = config.skip_versions,
                     .pin = config.pin_version,
                     .machine = this_machine()};
  for (const schema::Version& version : input.installed) {
    if (looks_complete(services.layout, version)) input.complete.push_back(version);
  }
  if (!only_installed) input.available = look_around(services, config);
  const std::vector<ListedVersion> versions = make_listing(input);
  if (services.json) {
    services.out << base::json::write(listing_json(versions, services.identity.product,
                                                   config.channel, input.available.has_value()),
                                      base::json::Style::pretty);
  } else {
    services.out << listing_text(versions);
  }
  return 0;
}

}  // namespace

base::Command list_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "list";
  command.summary = "show the versions that are installed and those that are available";
  command.description =
      "Newest first; `*` marks the current one. Remarks tell what keeps a version from being "
      "taken. Writes nothing.";
  command.options = {{.name = "--installed",
                      .short_name = "",
                      .value = "",
                      .help = "do not ask the site",
                      .choices = {}}};
  command.examples = {{"list", "all versions of this channel"},
                      {"list --installed", "what can be gone back to without a network"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_list(services_of(arguments), arguments.has("--installed"));
  };
  return command;
}

}  // namespace agent
