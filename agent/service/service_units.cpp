#include "agent/service/service_units.hpp"

#include "agent/account.hpp"
#include "agent/own_folders.hpp"
#include "agent/settings.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// ProtectHome= of the units.
bool is_hidden_from_system(const base::Path& path) {
  constexpr std::array<std::string_view, 3> kHidden{"/home/", "/root/", "/run/user/"};
  return std::any_of(kHidden.begin(), kHidden.end(),
                     [&](std::string_view folder) { return path.native().starts_with(folder); });
}

bool may_be_entered_by_all(const base::Path& folder) {
  std::error_code error;
  const auto permissions = std::filesystem::status(folder, error).permissions();
  return !error &&
         (permissions & std::filesystem::perms::others_exec) != std::filesystem::perms::none;
}

void require_readable_way(const base::Path& root) {
  for (base::Path folder = root;; folder = folder.parent_path()) {
    if (is_hidden_from_system(root) || !may_be_entered_by_all(folder)) {
      throw Error(Errc::cannot_write,
                  cat("a service without rights cannot read ", root.native(),
                      "; install for the whole machine, by `install --prefix /usr/local` as root"));
    }
    if (folder == folder.parent_path()) {
      return;
    }
  }
}

// A service of the system must not go on with a program that is gone, and a timer that is loaded
// outlives its file.
void stop_units(const Systemd& systemd, const std::vector<UnitFile>& units) {
  std::vector<std::string> arguments{"stop"};
  for (const UnitFile& unit : units) {
    if (unit.owner == UnitOwner::this_installation) {
      arguments.push_back(unit.name.name);
    }
  }
  if (arguments.size() > 1) {
    systemd.ask(arguments);
  }
}

}  // namespace

UnitFacts unit_facts(const Services& services) {
  const Layout& layout = services.layout;
  const std::string config_variable = variable_prefix(layout.program) + "CONFIG_PATH";
  return {.product = layout.product,
          .program = layout.program,
          .root = layout.root,
          .bin_directory = layout.bin_directory,
          .config_file = config_path(services),
          .config_variable = config_variable};
}

base::Path unit_directory(const Services& services, UnitScope scope) {
  return unit_directory(services.environment, services.layout.home, scope);
}

void require_fit_for_system(const Layout& layout) {
  if (!runs_as_root()) {
    throw Error(Errc::cannot_write,
                cat("a service of the whole machine is root's to install; run `sudo ",
                    (layout.bin_directory / layout.program).native(),
                    " service install --system`, or leave --system out"));
  }
  require_own_root(layout);
  require_readable_way(std::filesystem::canonical(layout.root));
}

std::vector<base::Path> take_units_away(const Services& services, UnitScope scope) {
  const UnitFacts facts = unit_facts(services);
  const base::Path directory = unit_directory(services, scope);
  const std::vector<UnitFile> units = inspect_units(directory, facts, scope);
  const bool is_there = std::any_of(units.begin(), units.end(), [](const UnitFile& unit) {
    return unit.owner == UnitOwner::this_installation;
  });
  if (!is_there) {
    return {};
  }
  const Systemd systemd(services.environment, scope);
  if (!systemd.unreachable_because()) {
    stop_units(systemd, units);
  }
  std::vector<base::Path> removed = remove_units(directory, facts, scope);
  if (!systemd.unreachable_because()) {
    systemd.ask({"daemon-reload"});
  }
  return removed;
}

void take_all_units_away(const Services& services, std::vector<std::string>& remarks) {
  std::vector<UnitScope> scopes;
  if (!services.layout.home.empty()) {
    scopes.push_back(UnitScope::user);
  }
  if (runs_as_root()) {
    scopes.push_back(UnitScope::system);
  }
  for (const UnitScope scope : scopes) {
    try {
      take_units_away(services, scope);
    } catch (const Error& error) {
      remarks.emplace_back(error.what());
    }
  }
}

}  // namespace agent
