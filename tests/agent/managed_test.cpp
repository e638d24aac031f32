#include "agent/managed.hpp"

#include "agent/build_form.hpp"
#include "base/command_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using agent::Keeper;
using agent::PackageManager;
using agent::PackageOwner;
using agent::SelfUpdate;

TEST_SUITE("agent/managed") {
  TEST_CASE("who keeps a program, by every combination of facts") {
    const PackageOwner package{PackageManager::apt, "tool"};
    struct Row {
      SelfUpdate self_update;
      bool is_own_version, has_installation, has_owner;
      Keeper keeper;
    };
    constexpr SelfUpdate kOffered = SelfUpdate::offered;
    constexpr SelfUpdate kLeft = SelfUpdate::left_to_distribution;
    const Row rows[] = {
        {kOffered, false, false, false, Keeper::nobody},
        {kOffered, false, false, true, Keeper::package},
        {kOffered, false, true, false, Keeper::itself},
        // The package's program is not the installation's, whatever that is good for.
        {kOffered, false, true, true, Keeper::package},
        {kOffered, true, false, false, Keeper::itself},
        {kOffered, true, false, true, Keeper::itself},
        {kOffered, true, true, false, Keeper::itself},
        {kOffered, true, true, true, Keeper::itself},
        {kLeft, false, false, false, Keeper::distribution},
        {kLeft, false, false, true, Keeper::package},
        {kLeft, false, true, false, Keeper::distribution},
        {kLeft, false, true, true, Keeper::package},
        {kLeft, true, false, false, Keeper::distribution},
        {kLeft, true, false, true, Keeper::package},
        {kLeft, true, true, false, Keeper::distribution},
        {kLeft, true, true, true, Keeper::package},
    };
    for (const Row& row : rows) {
      CAPTURE(static_cast<int>(row.self_update));
      CAPTURE(row.is_own_version);
      CAPTURE(row.has_installation);
      CAPTURE(row.has_owner);
      const auto found =
          agent::decide_ownership({.self_update = row.self_update,
                                   .is_own_version = row.is_own_version,
                                   .has_installation = row.has_installation,
                                   .owner = row.has_owner ? std::optional(package) : std::nullopt});
      CHECK((found.keeper == row.keeper));
      CHECK(found.owner.has_value() == (row.keeper == Keeper::package));
    }
  }

  TEST_CASE("each manager has its own words") {
    struct Row {
      PackageManager manager;
      const char* name;
      const char* update;
      const char* removal;
    };
    const Row rows[] = {
        {PackageManager::homebrew, "homebrew", "brew upgrade x", "brew uninstall x"},
        {PackageManager::scoop, "scoop", "scoop update x", "scoop uninstall x"},
        {PackageManager::snap, "snap", "sudo snap refresh x", "sudo snap remove x"},
        {PackageManager::nix, "nix", "nix profile upgrade x", "nix profile remove x"},
        {PackageManager::npm, "npm", "npm update -g x", "npm uninstall -g x"},
        {PackageManager::chocolatey, "chocolatey", "choco upgrade x", "choco uninstall x"},
        {PackageManager::winget, "winget", "winget upgrade --exact --id x",
         "winget uninstall --exact --id x"},
        {PackageManager::apt, "apt", "sudo apt-get install --only-upgrade x",
         "sudo apt-get remove x"},
        {PackageManager::dnf, "dnf", "sudo dnf upgrade x", "sudo dnf remove x"},
        {PackageManager::yum, "yum", "sudo yum update x", "sudo yum remove x"},
        {PackageManager::zypper, "zypper", "sudo zypper update x", "sudo zypper remove x"},
        {PackageManager::pacman, "pacman", "sudo pacman -Syu x", "sudo pacman -R x"},
        {PackageManager::apk, "apk", "sudo apk add --upgrade x", "sudo apk del x"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.name);
      CHECK(agent::manager_name(row.manager) == row.name);
      CHECK(agent::update_command({row.manager, "x"}) == row.update);
      CHECK(agent::removal_command({row.manager, "x"}) == row.removal);
    }
  }

  TEST_CASE("a build for distributions says so where it refuses, and nowhere else") {
    std::vector<base::Command> commands;
    for (const char* name : {"install", "update", "rollback", "repair", "uninstall", "run",
                             "service install", "notice", "list", "status", "doctor", "audit"}) {
      base::Command command;
      command.name = name;
      commands.push_back(std::move(command));
    }
    agent::say_left_to_distribution(commands);
    const auto count = std::count_if(commands.begin(), commands.end(), [](const auto& command) {
      return command.summary.find("not in this build") != std::string::npos &&
             command.description.find("package manager that installed it") != std::string::npos;
    });
    CHECK(count == 8);
    CHECK(commands.back().description.empty());
  }
}
