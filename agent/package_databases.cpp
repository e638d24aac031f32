// Package managers that keep lists of all files of all packages.

#include "agent/names_in.hpp"
#include "agent/package_receipts.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace agent {
namespace {

using base::cat;
using base::Path;

constexpr std::size_t kMaxPackageReceiptBytes = std::size_t{16} << 20;

// Where /bin is a link to usr/bin, packages name a file either way.
std::vector<std::string> names_of(const Path& root, const Path& program) {
  std::vector<std::string> names{program.native()};
  for (const std::string_view folder :
       {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr/sbin"}) {
    std::error_code ignored;
    const Path link = root / folder.substr(1);
    if (!std::filesystem::is_symlink(link, ignored)) continue;
    const Path target = std::filesystem::read_symlink(link, ignored);
    const Path behind = (Path(folder).parent_path() / target).lexically_normal();
    const std::string beginning = behind.native() + '/';
    if (!target.is_absolute() && program.native().starts_with(beginning)) {
      names.push_back(cat(folder, "/", program.native().substr(beginning.size())));
    }
  }
  return names;
}

bool lists_any(std::string_view text, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (receipt::has_line(text, line)) return true;
  }
  return false;
}

// /var/lib/dpkg/info/<package>[:<architecture>].list: a path a line.
std::optional<PackageOwner> dpkg_owner(const Path& root, const Path& program) {
  constexpr std::string_view kEnding = ".list";
  const Path folder = root / "var/lib/dpkg/info";
  const std::vector<std::string> wanted = names_of(root, program);
  for (const std::string& name : names_in(folder)) {
    if (!name.ends_with(kEnding)) continue;
    const auto text = receipt::text_of(folder / name);
    if (text && lists_any(*text, wanted)) {
      return PackageOwner{PackageManager::apt, name.substr(0, name.size() - kEnding.size())};
    }
  }
  return std::nullopt;
}

PackageManager front_end_of_rpm(const Path& root) {
  if (receipt::is_file(root / "usr/bin/dnf")) return PackageManager::dnf;
  if (receipt::is_file(root / "usr/bin/zypper")) return PackageManager::zypper;
  return receipt::is_file(root / "usr/bin/yum") ? PackageManager::yum : PackageManager::dnf;
}

// rpm's database has several forms: rpm itself reads it.
std::optional<PackageOwner> rpm_owner(const Path& root, const Path& program) {
  const Path rpm = root / "usr/bin/rpm";
  if (!receipt::is_file(rpm) ||
      (names_in(root / "var/lib/rpm").empty() && names_in(root / "usr/lib/sysimage/rpm").empty())) {
    return std::nullopt;
  }
  base::ProcessOptions options;
  options.environment = std::vector<std::string>{"LC_ALL=C", "PATH=/usr/bin:/bin"};
  options.timeout = std::chrono::seconds(10);
  options.max_output = 4096;
  try {
    const base::ProcessResult result = base::run_process(
        {rpm.native(), "--query", "--queryformat", "%{NAME}\n", "--file", program.native()},
        options);
    if (result.exit_status != 0) return std::nullopt;
    return PackageOwner{front_end_of_rpm(root), result.output.substr(0, result.output.find('\n'))};
  } catch (const base::Error&) {
    return std::nullopt;  // not for us to run
  }
}

// The value behind "%NAME%" in a file of pacman's.
std::string pacman_value(std::string_view text, std::string_view name) {
  const std::string heading = cat("%", name, "%\n");
  const std::size_t at = text.find(heading);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + heading.size());
  return std::string(text.substr(0, text.find('\n')));
}

// /var/lib/pacman/local/<name>-<version>/{files,desc}: paths without the first slash.
std::optional<PackageOwner> pacman_owner(const Path& root, const Path& program) {
  const Path folder = root / "var/lib/pacman/local";
  const std::string wanted = program.relative_path().native();
  for (const std::string& name : names_in(folder)) {
    const auto files = receipt::text_of(folder / name / "files");
    if (!files || !receipt::has_line(*files, wanted)) continue;
    const auto description = receipt::text_of(folder / name / "desc");
    return PackageOwner{PackageManager::pacman,
                        description ? pacman_value(*description, "NAME") : std::string()};
  }
  return std::nullopt;
}

// lib/apk/db/installed: a package is lines "P:name", then "F:folder" and the "R:file" in it.
std::optional<PackageOwner> apk_owner(const Path& root, const Path& program) {
  const auto text = receipt::text_of(root / "lib/apk/db/installed");
  if (!text) return std::nullopt;
  std::string_view package;
  std::string_view folder;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.starts_with("P:")) package = line.substr(2);
    if (line.starts_with("F:")) folder = line.substr(2);
    if (!line.starts_with("R:") || line.substr(2) != program.filename().native()) continue;
    for (const std::string& name : names_of(root, program)) {
      if (Path(name).parent_path().relative_path().native() == folder) {
        return PackageOwner{PackageManager::apk, std::string(package)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

namespace receipt {

std::optional<std::string> text_of(const Path& file) {
  try {
    return base::read_file_if_exists(file, kMaxPackageReceiptBytes);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool is_file(const Path& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored);
}

bool has_line(std::string_view text, std::string_view line) {
  for (std::size_t at = text.find(line); at != std::string_view::npos;
       at = text.find(line, at + 1)) {
    const std::size_t end = at + line.size();
    const bool begins = at == 0 || text[at - 1] == '\n';
    const bool ends = end == text.size() || text[end] == '\n' || text.substr(end, 2) == "\r\n";
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace receipt

std::optional<PackageOwner> owner_by_database(const Path& root, const Path& program) {
  for (const auto find : {dpkg_owner, rpm_owner, pacman_owner, apk_owner}) {
    auto owner = find(root, program);
    if (owner && is_package_name(owner->package)) return owner;
  }
  return std::nullopt;
}

std::optional<PackageOwner> find_package_owner(const Path& root, const Path& program) {
  const auto owner = owner_by_folder(root, program);
  return owner ? owner : owner_by_database(root, program);
}

}  // namespace agent
