#include "releaser/config/config.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
constexpr std::size_t kMaxConfigBytes = 1024UL * 1024;
constexpr std::string_view kConfigName = "cco-release.toml";

bool is_there(const base::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

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
  base::Path plain = directory / kConfigName;
  if (is_there(plain)) return plain;
  base::Path hidden = directory / ".config" / kConfigName;
  if (is_there(hidden)) return hidden;
  throw base::Error(base::Errc::config,
                    "no cco-release.toml here; `cco-release init` writes one, --config FILE names "
                    "another");
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
