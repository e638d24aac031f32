#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"

namespace releaser {

std::string staged_name(std::string_view tag, std::string_view name) {
  return base::cat(".staged/", tag, "/", name);
}

bool is_seal(std::string_view name) {
  return name.starts_with("releases/") && name.ends_with(base::cat("/", kSealName));
}

base::Url asset_url(const DestinationSettings& settings, std::string_view tag,
                    std::string_view name) {
  const bool is_forge = settings.type == "github" || settings.type == "gitea";
  return base::Url::parse(settings.url)
      .child(base::cat(is_forge ? "releases/download/" : "releases/", tag, "/", name));
}

namespace {

// From the file of `token_file`, else from the variable that main took out of the environment.
AccessToken token_of(const DestinationSettings& settings, const Config& config,
                     std::string_view home, const Network& network) {
  constexpr std::size_t kMaxTokenBytes = 16UL * 1024;
  if (!settings.token_file.empty()) {
    const base::Path file = config.resolve(settings.token_file, home);
    const std::string text = base::read_file(file, kMaxTokenBytes);
    return {std::string(base::trim(text)), base::cat("the file ", file.string())};
  }
  const auto found = network.tokens.find(settings.token_env);
  return {found == network.tokens.end() ? "" : std::string(base::trim(found->second)),
          base::cat("the variable ", settings.token_env)};
}

}  // namespace

std::unique_ptr<Destination> make_destination(const DestinationSettings& settings,
                                              const Config& config, const Machine& machine) {
  if (settings.type == "directory") {
    return make_directory_destination(settings, config.resolve(settings.path, machine.home()),
                                      machine.locks);
  }
  if (settings.type == "git") return make_git_destination(settings, config, machine);
  if (settings.type == "github") {
    return make_github_destination(settings, machine.network,
                                   token_of(settings, config, machine.home(), machine.network));
  }
  if (settings.type == "gitea") {
    return make_gitea_destination(settings, machine.network,
                                  token_of(settings, config, machine.home(), machine.network));
  }
  throw base::Error(base::Errc::config,
                    base::cat("unknown type of destination `", settings.type, "`"));
}

}  // namespace releaser
