#include "agent/package_receipts.hpp"

#include <doctest/doctest.h>

#include <map>
#include <vector>

using agent::PackageManager;
using agent::PackageOwner;
using base::Path;

namespace {

// A machine with these files, below a folder of its own.
class Machine {
 public:
  explicit Machine(const std::map<std::string, std::string>& files)
      : m_directory(std::filesystem::temp_directory_path(), "machine.") {
    for (const auto& [name, text] : files) {
      const Path file = root() / name;
      base::make_directories(file.parent_path());
      base::write_file_atomically(file, text, 0644, base::Durability::none);
    }
  }
  [[nodiscard]] const Path& root() const { return m_directory.path(); }
  [[nodiscard]] std::string owner(const Path& program) const {
    const auto found = agent::find_package_owner(root(), program);
    return found ? agent::update_command(*found) : "";
  }

 private:
  base::TemporaryDirectory m_directory;
};

struct Row {
  const char* what;
  std::map<std::string, std::string> files;
  const char* program;
  const char* command;  // empty: nobody's
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(Machine(row.files).owner(row.program) == row.command);
  }
}

}  // namespace

TEST_SUITE("agent/package_receipts") {
  TEST_CASE("a package's own folder has its receipt") {
    const std::string cellar = "opt/homebrew/Cellar/rocket/1.2.0/";
    const std::string scoop = "c/Users/a/scoop/apps/rocket/1.2.0/";
    const std::string winget =
        "c/WinGet/Packages/Example.Rocket_Microsoft.Winget.Source_8wekyb3d8bbwe/";
    check({
        {"a formula",
         {{cellar + "INSTALL_RECEIPT.json", R"({"source":{"tap":"homebrew/core"}})"}},
         "/opt/homebrew/Cellar/rocket/1.2.0/bin/tool",
         "brew upgrade rocket"},
        {"a formula of a tap",
         {{cellar + "INSTALL_RECEIPT.json", R"({"time":1.5,"source":{"tap":"example/tap"}})"}},
         "/opt/homebrew/Cellar/rocket/1.2.0/bin/tool",
         "brew upgrade example/tap/rocket"},
        {"a receipt that names no tap",
         {{cellar + "INSTALL_RECEIPT.json", "{}"}},
         "/opt/homebrew/Cellar/rocket/1.2.0/libexec/bin/tool",
         "brew upgrade rocket"},
        {"a Cellar without a receipt", {}, "/opt/homebrew/Cellar/rocket/1.2.0/bin/tool", ""},
        {"the receipt of another version",
         {{cellar + "INSTALL_RECEIPT.json", "{}"}},
         "/opt/homebrew/Cellar/rocket/1.3.0/bin/tool",
         ""},
        {"a folder that is only called so", {}, "/home/a/homebrew/bin/tool", ""},
        {"scoop",
         {{scoop + "manifest.json", R"({"version":"1.2.0"})"}, {scoop + "install.json", "{}"}},
         "/c/Users/a/scoop/apps/rocket/1.2.0/tool.exe",
         "scoop update rocket"},
        {"scoop's manifest of another version",
         {{scoop + "manifest.json", R"({"version":"1.1.0"})"}, {scoop + "install.json", "{}"}},
         "/c/Users/a/scoop/apps/rocket/1.2.0/tool.exe",
         ""},
        {"scoop without install.json",
         {{scoop + "manifest.json", R"({"version":"1.2.0"})"}},
         "/c/Users/a/scoop/apps/rocket/1.2.0/tool.exe",
         ""},
        {"a snap",
         {{"snap/rocket/5/meta/snap.yaml", "name: rocket\nversion: '1'\n"}},
         "/snap/rocket/5/bin/tool",
         "sudo snap refresh rocket"},
        {"a snap where snapd keeps them elsewhere",
         {{"var/lib/snapd/snap/rocket/x1/meta/snap.yaml", "# c\nname: rocket\n"}},
         "/var/lib/snapd/snap/rocket/x1/tool",
         "sudo snap refresh rocket"},
        {"a snap of another name",
         {{"snap/rocket/5/meta/snap.yaml", "name: rocketry\n"}},
         "/snap/rocket/5/bin/tool",
         ""},
        {"Nix",
         {},
         "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-rocket-1.2.0/bin/tool",
         "nix profile upgrade rocket"},
        {"npm",
         {{"usr/lib/node_modules/rocket/package.json", R"({"name":"rocket"})"}},
         "/usr/lib/node_modules/rocket/bin/tool",
         "npm update -g rocket"},
        {"npm with a scope",
         {{"usr/lib/node_modules/@a/rocket/package.json", R"({"name":"@a/rocket"})"}},
         "/usr/lib/node_modules/@a/rocket/bin/tool",
         "npm update -g @a/rocket"},
        {"npm, one package for its platform in another",
         {{"usr/lib/node_modules/rocket/package.json", R"({"name":"rocket"})"},
          {"usr/lib/node_modules/rocket/lib/node_modules/@a/linux/package.json", "{}"}},
         "/usr/lib/node_modules/rocket/lib/node_modules/@a/linux/tool",
         "npm update -g rocket"},
        {"a project's own node_modules",
         {{"home/a/project/node_modules/rocket/package.json", R"({"name":"rocket"})"}},
         "/home/a/project/node_modules/rocket/bin/tool",
         ""},
        {"Chocolatey",
         {{"c/ProgramData/chocolatey/lib/rocket/rocket.nupkg", "PK"}},
         "/c/ProgramData/chocolatey/lib/rocket/tools/tool.exe",
         "choco upgrade rocket"},
        {"winget",
         {{winget + "Example.Rocket_Microsoft.Winget.Source_8wekyb3d8bbwe.db", "SQLite"}},
         "/c/WinGet/Packages/Example.Rocket_Microsoft.Winget.Source_8wekyb3d8bbwe/tool.exe",
         "winget upgrade --exact --id Example.Rocket"},
        {"a name that is no name of a package",
         {{"opt/Cellar/x;reboot/1/INSTALL_RECEIPT.json", "{}"}},
         "/opt/Cellar/x;reboot/1/bin/tool",
         ""},
    });
  }

  TEST_CASE("the system's databases name the file itself") {
    const std::string dpkg = "var/lib/dpkg/info/";
    const std::string pacman = "var/lib/pacman/local/rocket-1.2.0-1/";
    const std::string apk =
        "C:Q1\nP:base\nF:usr/bin\nR:sh\n\nP:rocket\nV:1-r0\nF:usr\nF:usr/bin\nR:other\nR:tool\n";
    check({
        {"dpkg",
         {{dpkg + "base.list", "/.\n/usr\n/usr/bin/sh\n"},
          {dpkg + "rocket.list", "/.\n/usr/bin/tool\n"}},
         "/usr/bin/tool",
         "sudo apt-get install --only-upgrade rocket"},
        {"dpkg, with an architecture",
         {{dpkg + "rocket:arm64.list", "/opt/r/tool\n"}},
         "/opt/r/tool",
         "sudo apt-get install --only-upgrade rocket:arm64"},
        {"dpkg, a longer path",
         {{dpkg + "rocket.list", "/usr/bin/tools\n/x/usr/bin/tool\n"}},
         "/usr/bin/tool",
         ""},
        {"dpkg, another file of it",
         {{dpkg + "rocket.md5sums", "/usr/bin/tool\n"}},
         "/usr/bin/tool",
         ""},
        {"a system folder without a database", {}, "/usr/bin/tool", ""},
        {"pacman",
         {{pacman + "files", "%FILES%\nusr/\nusr/bin/tool\n\n%BACKUP%\n"},
          {pacman + "desc", "%NAME%\nrocket\n\n%VERSION%\n1.2.0-1\n"}},
         "/usr/bin/tool",
         "sudo pacman -Syu rocket"},
        {"pacman without a description",
         {{pacman + "files", "%FILES%\nusr/bin/tool\n"}},
         "/usr/bin/tool",
         ""},
        {"apk", {{"lib/apk/db/installed", apk}}, "/usr/bin/tool", "sudo apk add --upgrade rocket"},
        {"apk, the same name elsewhere", {{"lib/apk/db/installed", apk}}, "/usr/sbin/tool", ""},
        {"a database with rpm missing", {{"var/lib/rpm/rpmdb.sqlite", ""}}, "/usr/bin/tool", ""},
    });
  }

  TEST_CASE("where /bin is a link to usr/bin, a package may name either") {
    const Machine merged({{"usr/bin/tool", ""}, {"var/lib/dpkg/info/rocket.list", "/bin/tool\n"}});
    CHECK(merged.owner("/usr/bin/tool").empty());
    std::filesystem::create_symlink("usr/bin", merged.root() / "bin");
    CHECK(merged.owner("/usr/bin/tool") == "sudo apt-get install --only-upgrade rocket");
    CHECK(merged.owner("/usr/bin/tools").empty());
  }

  TEST_CASE("a damaged receipt is none, and one of a folder above neither") {
    const Machine machine({{"opt/Cellar/rocket/1/INSTALL_RECEIPT.json", "{"},
                           {"opt/Cellar/rocket/INSTALL_RECEIPT.json", "{}"}});
    CHECK(machine.owner("/opt/Cellar/rocket/1/bin/tool").empty());
    CHECK(machine.owner("/opt/Cellar/rocket").empty());
    CHECK(machine.owner("/").empty());
  }

  TEST_CASE("names in Nix's store") {
    const std::string store = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-";
    struct NixRow {
      std::string program;
      const char* name;
    };
    for (const NixRow& row :
         {NixRow{store + "rocket-1.2.0/bin/tool", "rocket"},
          NixRow{store + "rocket-updater-1.2.0-rc.1/bin/tool", "rocket-updater"},
          NixRow{store + "rocket/bin/tool", "rocket"},
          NixRow{store + "r2-d2-2026.11/tool", "r2-d2"},
          NixRow{store + "rocket-unstable-2026-11-01/tool", "rocket-unstable"}, NixRow{store, ""},
          NixRow{"/nix/store/tool/bin/tool", ""},
          NixRow{"/nix/store/e123456789abcdfghijklmnpqrsvwxyz-rocket/tool", ""},  // no such letter
          NixRow{"/home" + store + "rocket-1/tool", ""}}) {
      CAPTURE(row.program);
      CHECK(agent::nix_package_name(row.program).value_or("") == row.name);
    }
  }

  TEST_CASE("what may stand in a command that a person pastes") {
    for (const char* good :
         {"tool", "lib32-tool", "g++", "example/tap/rocket", "@a/b", "tool:i386"})
      CHECK(agent::is_package_name(good));
    for (const char* bad : {"", "-y", "a b", "a;b", "$(a)", "a\nb", "a\x1b[0m", "naïve"})
      CHECK(!agent::is_package_name(bad));
    CHECK(!agent::is_package_name(std::string(201, 'a')));
  }
}
