#pragma once

#include <string>
#include <string_view>

namespace agent {

enum class PackageManager {
  homebrew,
  scoop,
  snap,
  nix,
  npm,
  chocolatey,
  winget,
  apt,
  dnf,
  yum,
  zypper,
  pacman,
  apk,
};

// What a receipt on this machine says of a program.
struct PackageOwner {
  PackageManager manager;
  std::string package;  // as its manager calls it, whatever the program is called
  bool operator==(const PackageOwner&) const = default;
};

// "homebrew", "apt", for people and --json.
std::string_view manager_name(PackageManager manager);
// What a person types to update the package, or to remove it: "sudo apt-get install --only-upgrade
// tool". Every command names this one package.
std::string update_command(const PackageOwner& owner);
std::string removal_command(const PackageOwner& owner);

// May this stand in a command for a person to paste? Letters, digits and "@._+/:~-" (a tap's and a
// scope's name have a slash), no dash in front, at most 200 bytes.
bool is_package_name(std::string_view name);

}  // namespace agent
