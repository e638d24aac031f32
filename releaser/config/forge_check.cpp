#include "releaser/config/forge_check.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;

bool is_repository(std::string_view text) {
  const auto parts = base::split(text, '/');
  return parts.size() == 2 && std::all_of(parts.begin(), parts.end(), is_file_name);
}

bool is_variable(std::string_view name) {
  const auto is_part = [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
           (letter >= '0' && letter <= '9') || letter == '_';
  };
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         std::all_of(name.begin(), name.end(), is_part);
}

// "https://host/api/v3" -> "https://host"
std::string without_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? std::string(text.substr(0, text.size() - suffix.size())) : "";
}

}  // namespace

void check_token_variable(std::string_view name, std::string_view key, int line,
                          ConfigProblems& problems) {
  if (name.empty() || is_variable(name)) return;
  problems.add(line, cat("`", key, "` is the name of a variable, such as GH_TOKEN; a token itself ",
                         "has no place in this file"));
}

void check_api_url(std::string& url, std::string_view key, int line, ConfigProblems& problems) {
  while (url.ends_with('/'))
    url.pop_back();
  if (url.empty()) return;
  try {
    if (base::Url::parse(url).is_file()) problems.add(line, cat("`", key, "` must be https://"));
  } catch (const base::Error& error) {
    problems.add(line, cat("`", key, "`: ", error.what()));
  }
}

void check_forge(DestinationSettings& destination, ConfigProblems& problems) {
  const int line = destination.line;
  const bool is_github = destination.type == "github";
  if (!is_repository(destination.repository)) {
    problems.add(line, cat("a destination of type \"", destination.type,
                           "\" needs `repository = \"owner/name\"`"));
    return;
  }
  if (destination.token_env.empty()) destination.token_env = is_github ? "GH_TOKEN" : "GITEA_TOKEN";
  check_token_variable(destination.token_env, "token_env", line, problems);
  check_api_url(destination.api_url, "api_url", line, problems);
  check_api_url(destination.upload_url, "upload_url", line, problems);
  if (!is_github && !destination.api_url.ends_with("/api/v1")) {
    problems.add(line,
                 "a destination of type \"gitea\" needs `api_url`, such as "
                 "\"https://codeberg.org/api/v1\"");
    return;
  }
  if (!destination.url.empty()) return;
  const std::string host =
      is_github && destination.api_url.empty()
          ? "https://github.com"
          : without_suffix(destination.api_url, is_github ? "/api/v3" : "/api/v1");
  if (host.empty()) {
    problems.add(line, cat("a destination of type \"", destination.type, "\" needs `",
                           destination.api_url.empty() ? "api_url" : "url", "`"));
    return;
  }
  destination.url = cat(host, "/", destination.repository);
}

}  // namespace releaser
