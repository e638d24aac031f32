#include "agent/repair.hpp"

#include "agent/commands/changing.hpp"
#include "agent/managed.hpp"
#include "agent/settings.hpp"
#include "agent/site_access.hpp"
#include "agent/site_memory.hpp"
#include "agent/state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <optional>
#include <variant>

namespace agent {
namespace {

// Nothing here is whole: the site has it.
InstallOutcome fetch_anew(const Services& services, const WriteAccess& access) {
  const Config config = config_for_change(services).config;
  const SiteAccess site = open_site(services, config);
  Situation situation = read_situation(services, site, config, {}, {.keep = Keep::yes});
  write_watermark(services.layout, situation.watermark);
  situation.input.installed.current_is_damaged = situation.input.installed.current.has_value();
  const Decision decision = make_plan(situation.input);
  if (const auto* refused = std::get_if<Refused>(&decision.outcome)) {
    throw base::Error(refused->code, refused->reason);
  }
  const auto* install = std::get_if<Install>(&decision.outcome);
  if (install == nullptr) {
    throw base::Error(base::Errc::not_found,
                      base::cat("no version is whole here, and the site has none that may be "
                                "taken; `",
                                services.layout.program, " update --explain` says why"));
  }
  return install_release(services, access, *site.http,
                         {.operation = Operation::repair,
                          .version = install->version,
                          .channel = install->channel,
                          .platform = install->platform,
                          .entry = install->entry,
                          .configured_bases = site.configured_bases,
                          .archive = std::nullopt,
                          .keep_versions = config.keep_versions,
                          .pin_version = config.pin_version,
                          .hold = false,
                          .receipt_channel = std::nullopt,
                          .receipt_base_urls = {}});
}

bool is_current_whole(const Layout& layout) {
  const auto current = current_version(layout);
  return current && complete(layout, *current);
}

int run_repair(const Services& services) {
  require_unmanaged(services);
  const auto before = current_version(services.layout);
  const WriteAccess access(services, WriteAccess::WhenLocked::wait_briefly,
                           WriteAccess::Recovery::by_order);
  std::vector<std::string> done = {access.recovered(), repair_current(services)};
  std::optional<InstallOutcome> fetched;
  if (!is_current_whole(services.layout)) {
    fetched = fetch_anew(services, access);
    done = {base::cat(fetched->version.text(), " was fetched anew")};
  }
  std::erase(done, std::string());
  const std::vector<std::string> rest = repair_rest(services);
  done.insert(done.end(), rest.begin(), rest.end());
  InstallOutcome outcome = fetched ? *fetched
                                   : InstallOutcome{.from = before,
                                                    .version = *current_version(services.layout),
                                                    .downloaded_bytes = 0,
                                                    .remarks = {},
                                                    .found_instead = {}};
  outcome.remarks.insert(outcome.remarks.begin(), done.begin(), done.end());
  report_change(
      services, outcome, done.empty() ? "unchanged" : "repaired",
      base::cat(services.identity.product, " ", outcome.version.text(),
                done.empty() ? " is whole; there was nothing to mend" : " is whole and in place"));
  require_found(services, outcome);
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command repair_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "repair";
  command.summary = "mend what something else broke, and start again where updates are stopped";
  command.description =
      "Reads every byte of what is installed. Where the current version is not whole, it goes to "
      "the "
      "previous one, else to the newest that is, else it fetches a release anew; nothing but that "
      "last step needs the network. Versions that are not whole are removed, links and receipt "
      "made "
      "anew, and updates that doctor calls stopped start again.";
  command.examples = {
      {"repair", "mend what can be mended here, or from the site"},
      {"repair --json", "the same, for scripts: action and remarks tell what was done"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_repair(services_of(arguments));
  };
  return command;
}

}  // namespace agent
