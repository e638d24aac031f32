#include "agent/managed.hpp"

#include "agent/install.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <system_error>

namespace agent {
namespace {

struct ManagedPlace {
  std::string_view part;     // of the path
  std::string_view command;  // the product's name follows
};

constexpr std::array<ManagedPlace, 10> kManagedPlaces{{
    {"/Cellar/", "brew upgrade "},
    {"/homebrew/", "brew upgrade "},
    {"/linuxbrew/", "brew upgrade "},
    {"/scoop/apps/", "scoop update "},
    {"/nix/store/", "nix profile upgrade "},
    {"/node_modules/", "npm update -g "},
    {"/snap/", "snap refresh "},
    {"/mise/installs/", "mise upgrade "},
    {"/.asdf/installs/", "asdf install "},
    {"/flatpak/", "flatpak update "},
}};

bool is_in_system_folder(const base::Path& executable) {
  const std::string& text = executable.native();
  for (const std::string_view folder :
       {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/lib/"}) {
    if (text.starts_with(folder)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<std::string> package_manager_command(const base::Path& executable,
                                                   std::string_view product,
                                                   bool distribution_list_exists) {
  for (const ManagedPlace& place : kManagedPlaces) {
    if (executable.native().find(place.part) != std::string::npos) {
      return base::cat(place.command, product);
    }
  }
  if (is_in_system_folder(executable)) {
    return distribution_list_exists
               ? base::cat("apt-get install --only-upgrade ", product)
               : base::cat("the package manager of this system, for ", product);
  }
  return std::nullopt;
}

void require_unmanaged(const Services& services) {
  const Layout& layout = services.layout;
  if (services.executable.native().starts_with(layout.versions.native() + '/')) {
    return;
  }
  std::error_code ignored;
  const bool listed = std::filesystem::exists(
      base::Path("/var/lib/dpkg/info") / base::cat(layout.product, ".list"), ignored);
  if (const auto command = package_manager_command(services.executable, layout.product, listed)) {
    throw base::Error(base::Errc::managed,
                      base::cat(services.executable.native(),
                                " belongs to a package manager; update it by: ", *command));
  }
  if (!std::filesystem::exists(layout.state_file("receipt.json"), ignored) &&
      !std::filesystem::exists(layout.state_file("journal.json"), ignored)) {
    throw base::Error(
        base::Errc::managed,
        base::cat(services.executable.native(), " was not installed by ", layout.program,
                  ", and there is no installation in ", layout.root.native(), "; run `",
                  layout.program, " install` for one that updates itself"));
  }
}

}  // namespace agent
