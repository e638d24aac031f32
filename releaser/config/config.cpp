#include "releaser/config/config.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace releaser {
namespace {

using base::cat;
constexpr std::string_view kConfigName = "cco-release.toml";

bool is_there(const base::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::optional<base::Path> config_in(const base::Path& folder) {
  for (base::Path file : {folder / kConfigName, folder / ".config" / kConfigName}) {
    if (is_there(file)) return file;
  }
  return std::nullopt;
}

// The configuration names commands to run: what others put above a folder is not taken unasked.
bool is_mine(const base::Path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

}  // namespace

const DestinationSettings* Config::asset_host() const {
  const auto found = std::find_if(
      destinations.begin(), destinations.end(),
      [](const DestinationSettings& each) { return each.carries.assets && !each.optional; });
  return found == destinations.end() ? nullptr : &*found;
}

std::string Config::place(std::string_view key) const {
  std::string name = file.filename().string();
  for (std::string_view at = key;;) {
    const auto found = lines.find(at);
    if (found != lines.end()) return cat(name, ":", found->second);
    const std::size_t dot = at.rfind('.');
    if (dot == std::string_view::npos) return name;
    at = at.substr(0, dot);
  }
}

base::Path Config::resolve(std::string_view path, std::string_view home) const {
  if (path == "~" || path.starts_with("~/")) {
    if (home.empty()) {
      throw base::Error(base::Errc::config, cat(path, ": HOME is not set; write the whole path"));
    }
    return base::Path(home) / path.substr(path.size() > 1 ? 2 : 1);
  }
  const base::Path given(path);
  return given.is_absolute() ? given : (root / given).lexically_normal();
}

base::Path find_config(const std::optional<std::string>& file, const base::Path& directory) {
  if (file) return base::Path(*file);
  if (auto found = config_in(directory)) return *found;
  std::string reason;
  base::Path above = directory == "." ? ".." : directory / "..";
  for (base::Path below = directory; !is_there(below / ".git"); above /= "..") {
    std::error_code ignored;
    if (std::filesystem::equivalent(below, above, ignored)) break;
    if (!is_mine(above)) {
      reason = cat(" (", above.string(), " is another user's)");
      break;
    }
    if (auto found = config_in(above)) {
      if (is_mine(*found)) return *found;
      throw base::Error(
          base::Errc::config,
          cat(found->string(), " is another user's; if you trust it, name it with --config"));
    }
    below = above;
  }
  throw base::Error(base::Errc::config,
                    cat("no cco-release.toml here or above", reason,
                        "; `cco-release init` writes one, --config FILE names another"));
}

Config load_config(const base::Path& file) {
  std::string text;
  try {
    text = base::read_file(file, kMaxConfigBytes);
  } catch (const base::Error& error) {
    throw base::Error(
        base::Errc::config,
        base::with_advice(error.what(), "`cco-release init` writes a cco-release.toml"));
  }
  return parse_config(text, file);
}

}  // namespace releaser
