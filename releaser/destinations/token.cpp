#include "releaser/destinations/token.hpp"

#include "base/text.hpp"

namespace releaser {
namespace {

// Those that main took out of the environment come first.
std::string value_of(const Machine& machine, const std::string& variable) {
  const auto taken = machine.network.tokens.find(variable);
  if (taken != machine.network.tokens.end()) return std::string(base::trim(taken->second));
  return std::string(base::trim(machine.environment.find(variable).value_or("")));
}

}  // namespace

Token token_of_file(const base::Path& file) {
  constexpr std::size_t kMaxTokenBytes = 16UL * 1024;
  return {std::string(base::trim(base::read_file(file, kMaxTokenBytes))), file.string()};
}

Token find_token(const Machine& machine, const std::string& token_env, std::string_view origin) {
  if (!token_env.empty()) return {value_of(machine, token_env), token_env};
  if (origin != "https://github.com" && origin != machine.environment.find("GITHUB_SERVER_URL"))
    return {};
  for (const char* const name : {"GH_TOKEN", "GITHUB_TOKEN"})
    if (auto text = value_of(machine, name); !text.empty()) return {std::move(text), name};
  return {"", "GH_TOKEN"};
}

}  // namespace releaser
