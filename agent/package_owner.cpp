#include "agent/package_owner.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace agent {
namespace {

struct ManagerWords {
  PackageManager manager;
  std::string_view name;
  std::string_view update;  // the package's name follows
  std::string_view removal;
};

constexpr std::array<ManagerWords, 13> kManagerWords{{
    {PackageManager::homebrew, "homebrew", "brew upgrade ", "brew uninstall "},
    {PackageManager::scoop, "scoop", "scoop update ", "scoop uninstall "},
    {PackageManager::snap, "snap", "sudo snap refresh ", "sudo snap remove "},
    {PackageManager::nix, "nix", "nix profile upgrade ", "nix profile remove "},
    {PackageManager::npm, "npm", "npm update -g ", "npm uninstall -g "},
    {PackageManager::chocolatey, "chocolatey", "choco upgrade ", "choco uninstall "},
    {PackageManager::winget, "winget", "winget upgrade --exact --id ",
     "winget uninstall --exact --id "},
    {PackageManager::apt, "apt", "sudo apt-get install --only-upgrade ", "sudo apt-get remove "},
    {PackageManager::dnf, "dnf", "sudo dnf upgrade ", "sudo dnf remove "},
    {PackageManager::yum, "yum", "sudo yum update ", "sudo yum remove "},
    {PackageManager::zypper, "zypper", "sudo zypper update ", "sudo zypper remove "},
    // Arch supports no upgrade of one package alone.
    {PackageManager::pacman, "pacman", "sudo pacman -Syu ", "sudo pacman -R "},
    {PackageManager::apk, "apk", "sudo apk add --upgrade ", "sudo apk del "},
}};

const ManagerWords& words_of(PackageManager manager) {
  return *std::find_if(kManagerWords.begin(), kManagerWords.end(),
                       [manager](const ManagerWords& words) { return words.manager == manager; });
}

}  // namespace

std::string_view manager_name(PackageManager manager) { return words_of(manager).name; }

std::string update_command(const PackageOwner& owner) {
  return base::cat(words_of(owner.manager).update, owner.package);
}

std::string removal_command(const PackageOwner& owner) {
  return base::cat(words_of(owner.manager).removal, owner.package);
}

bool is_package_name(std::string_view name) {
  constexpr std::size_t kMost = 200;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+/:~-";
  return !name.empty() && name.size() <= kMost && name.front() != '-' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace agent
