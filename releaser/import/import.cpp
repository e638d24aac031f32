#include "releaser/import/import.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "releaser/config/license.hpp"

namespace releaser::import {
namespace {

using base::cat;

bool is_https(const std::string& text) {
  try {
    return text.starts_with("https://") && !base::Url::parse(text).is_file();
  } catch (const base::Error&) {
    return false;
  }
}

void drop_unless_https(Import& import, const std::string& file, std::string_view key,
                       std::string& url) {
  if (url.empty() || is_https(url)) return;
  if (url.starts_with("http://") && is_https(cat("https", url.substr(4)))) {
    url = cat("https", url.substr(4));
    return;
  }
  import.notes.push_back(
      {file, 1, std::string(key), cat("`", base::safe_text(url, 100), "` is no https:// address")});
  url.clear();
}

}  // namespace

Import import_config(const std::string& text, const std::string& file, const Surroundings& around) {
  const bool is_toml = file.ends_with(".toml");
  Entry root = is_toml ? read_toml(text, file) : read_yaml(text, file);
  if (!root.is_table()) {
    throw base::Error(base::Errc::config,
                      cat(file, ":", root.line == 0 ? 1 : root.line,
                          ": has no keys at its top; is it a configuration of GoReleaser?"));
  }
  Import import = is_toml ? import_cargo_dist(std::move(root), file, around)
                          : import_goreleaser(std::move(root), file, around);
  drop_unless_https(import, file, "homepage", import.config.product.homepage);
  for (DestinationSettings& destination : import.config.destinations) {
    drop_unless_https(import, file, "api_url", destination.api_url);
    drop_unless_https(import, file, "upload_url", destination.upload_url);
    drop_unless_https(import, file, "url", destination.url);
  }
  return import;
}

void set_binaries(const std::vector<std::string>& paths, std::string& binary,
                  std::vector<std::string>& binaries) {
  if (paths.size() == 1) {
    binary = paths.front();
  } else {
    binaries = paths;
  }
}

}  // namespace releaser::import
