#include "releaser/commands/network_access.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/site_reader.hpp"

#include <optional>

namespace releaser {
namespace {

std::vector<std::string> token_variables(const Config& config) {
  std::vector<std::string> names;
  for (const DestinationSettings& destination : config.destinations)
    names.push_back(destination.token_env);
  if (config.homebrew && !config.homebrew->tap.empty()) names.push_back(config.homebrew->token_env);
  if (config.scoop && !config.scoop->bucket.empty()) names.push_back(config.scoop->token_env);
  return names;
}

}  // namespace

Network network_access(const Services& services, const Config& config,
                       std::chrono::seconds timeout) {
  Network network{
      .http = http_options(services.environment), .tokens = {}, .patience = make_patience(timeout)};
  network.http.stall_timeout = stall_timeout(timeout);
  for (const std::string& name : token_variables(config)) {
    if (name.empty() || network.tokens.contains(name) || !services.take_secret) continue;
    if (auto token = services.take_secret(name)) network.tokens.emplace(name, std::move(*token));
  }
  return network;
}

base::Environment without_tokens(const base::Environment& environment, const Config& config) {
  auto variables = environment.variables();
  for (const std::string& name : token_variables(config))
    variables.erase(name);
  return base::Environment(std::move(variables));
}

base::Option timeout_option() {
  return {"--timeout", "", "TIME", "for all waits of this run, as 90s, 30m or 2h; default 1h", {}};
}

std::chrono::seconds timeout_of(const base::Arguments& arguments) {
  const auto given = arguments.value("--timeout");
  if (!given) return std::chrono::hours(1);
  constexpr std::uint64_t kMostSeconds = 7UL * 24 * 3600;
  const std::string_view text = *given;
  const char unit = text.empty() ? ' ' : text.back();
  const std::uint64_t factor = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0;
  const auto number = base::parse_decimal(text.substr(0, text.empty() ? 0 : text.size() - 1));
  if (factor == 0 || !number || *number == 0 || *number > kMostSeconds / factor) {
    throw base::Error(base::Errc::usage,
                      base::cat("option `--timeout`: `", base::safe_text(text, 80),
                                "` is no time such as 90s, 30m or 2h"));
  }
  return std::chrono::seconds(*number * factor);
}

}  // namespace releaser
