// Package managers that give each package a folder of its own, with a receipt in it.

#include "agent/package_receipts.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <array>

namespace agent {
namespace {

using base::Path;
namespace json = base::json;

// Where on the way to the program a name stands: everything up to it, and the two names behind it.
struct Place {
  Path folder;  // "…/Cellar", as it is found from here
  std::string package, version;
  [[nodiscard]] Path package_folder() const { return folder / package; }
  [[nodiscard]] Path version_folder() const { return folder / package / version; }
};

// Every place of that name on the way, the outermost first. The program itself stands deeper than
// all of them.
std::vector<Place> places_named(const Path& root, const Path& program, std::string_view name) {
  std::vector<std::string> names;
  for (const Path& part : program.relative_path())
    names.push_back(part.native());
  std::vector<Place> places;
  Path folder = root;
  for (std::size_t i = 0; i + 2 < names.size(); ++i) {
    folder /= names[i];
    if (names[i] == name) places.push_back({folder, names[i + 1], names[i + 2]});
  }
  return places;
}

std::optional<json::Value> json_of(const Path& file) {
  const auto text = receipt::text_of(file);
  if (!text) return std::nullopt;
  try {
    return json::parse(*text, {.max_bytes = text->size() + 1, .max_depth = 64, .allow_reals = true},
                       base::Errc::config);
  } catch (const base::Error&) {
    return std::nullopt;  // somebody else's file
  }
}

// The text under those names, or an empty one.
std::string text_at(const json::Value& value, const std::vector<std::string_view>& names) {
  const json::Value* at = &value;
  for (const std::string_view name : names) {
    const auto* object = at->get_if<json::Object>();
    at = object != nullptr ? json::find(*object, name) : nullptr;
    if (at == nullptr) return {};
  }
  const auto* text = at->get_if<std::string>();
  return text != nullptr ? *text : std::string();
}

// Cellar/<formula>/<version>/INSTALL_RECEIPT.json. A formula of a tap is named with it, because
// another one of that name may be in homebrew/core.
std::optional<std::string> homebrew_formula(const Path& root, const Path& program) {
  for (const Place& place : places_named(root, program, "Cellar")) {
    const auto found = json_of(place.version_folder() / "INSTALL_RECEIPT.json");
    if (!found) continue;
    const std::string tap = text_at(*found, {"source", "tap"});
    return tap.empty() || tap == "homebrew/core" ? place.package
                                                 : base::cat(tap, "/", place.package);
  }
  return std::nullopt;
}

// apps/<app>/<version or "current">/{manifest.json,install.json}; the manifest has that version.
std::optional<std::string> scoop_app(const Path& root, const Path& program) {
  for (const Place& place : places_named(root, program, "apps")) {
    if (!receipt::is_file(place.version_folder() / "install.json")) continue;
    const auto manifest = json_of(place.version_folder() / "manifest.json");
    if (manifest &&
        (place.version == "current" || text_at(*manifest, {"version"}) == place.version)) {
      return place.package;
    }
  }
  return std::nullopt;
}

// snap/<name>/<revision>/meta/snap.yaml. The variable SNAP is whoever's who started us.
std::optional<std::string> snap_name(const Path& root, const Path& program) {
  for (const Place& place : places_named(root, program, "snap")) {
    const auto meta = receipt::text_of(place.version_folder() / "meta/snap.yaml");
    if (meta && receipt::has_line(*meta, base::cat("name: ", place.package))) return place.package;
  }
  return std::nullopt;
}

// lib/node_modules/<package or @scope/package>/package.json: what is installed for all projects.
std::optional<std::string> npm_package(const Path& root, const Path& program) {
  for (const Place& place : places_named(root, program, "node_modules")) {
    if (place.folder.parent_path().filename() != "lib") continue;
    const std::string name = place.package.starts_with('@')
                                 ? base::cat(place.package, "/", place.version)
                                 : place.package;
    const auto package = json_of(place.folder / name / "package.json");
    if (package && text_at(*package, {"name"}) == name) return name;
  }
  return std::nullopt;
}

// lib/<id>/<id>.nupkg
std::optional<std::string> chocolatey_id(const Path& root, const Path& program) {
  for (const Place& place : places_named(root, program, "lib")) {
    if (receipt::is_file(place.package_folder() / base::cat(place.package, ".nupkg"))) {
      return place.package;
    }
  }
  return std::nullopt;
}

// Packages/<identifier>_<source>/<identifier>_<source>.db: the index of a portable archive.
std::optional<std::string> winget_identifier(const Path& root, const Path& program) {
  constexpr std::string_view kSource = "_Microsoft.Winget.Source_8wekyb3d8bbwe";
  // The program may stand in the package's folder itself.
  for (const Place& place : places_named(root, program, "Packages")) {
    if (!receipt::is_file(place.package_folder() / base::cat(place.package, ".db"))) continue;
    const std::string_view name = place.package;
    return std::string(name.ends_with(kSource) ? name.substr(0, name.size() - kSource.size())
                                               : name.substr(0, name.rfind('_')));
  }
  return std::nullopt;
}

std::optional<std::string> nix_package(const Path&, const Path& program) {
  return nix_package_name(program.native());
}

}  // namespace

std::optional<std::string> nix_package_name(std::string_view program) {
  constexpr std::string_view kStore = "/nix/store/";
  constexpr std::size_t kDigest = 32;
  if (!program.starts_with(kStore)) return std::nullopt;
  program.remove_prefix(kStore.size());
  const std::string_view name = program.substr(0, program.find('/'));
  if (name.size() <= kDigest + 1 || name[kDigest] != '-' ||
      name.substr(0, kDigest).find_first_not_of("0123456789abcdfghijklmnpqrsvwxyz") !=
          std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view package = name.substr(kDigest + 1);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t i = 1; i + 1 < package.size(); ++i) {
    if (package[i] == '-' && !is_letter(package[i + 1])) {
      return std::string(package.substr(0, i));
    }
  }
  return std::string(package);
}

std::optional<PackageOwner> owner_by_folder(const Path& root, const Path& program) {
  struct Finder {
    PackageManager manager;
    std::optional<std::string> (*find)(const Path& root, const Path& program);
  };
  constexpr std::array<Finder, 7> kFinders{{{PackageManager::homebrew, homebrew_formula},
                                            {PackageManager::scoop, scoop_app},
                                            {PackageManager::snap, snap_name},
                                            {PackageManager::nix, nix_package},
                                            {PackageManager::npm, npm_package},
                                            {PackageManager::chocolatey, chocolatey_id},
                                            {PackageManager::winget, winget_identifier}}};
  for (const Finder& finder : kFinders) {
    const auto package = finder.find(root, program);
    if (package && is_package_name(*package)) return PackageOwner{finder.manager, *package};
  }
  return std::nullopt;
}

}  // namespace agent
