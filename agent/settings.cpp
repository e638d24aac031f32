#include "agent/settings.hpp"

#include "agent/machine.hpp"
#include "agent/policy.hpp"
#include "agent/state.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

std::optional<std::string> first_variable(const base::Environment& environment,
                                          std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto value = environment.find(name)) return value;
  }
  return std::nullopt;
}

ConfigDefaults defaults_of(const Services& services) {
  if (const auto receipt = read_receipt(services.layout)) {
    return {receipt->channel, Origin::receipt};
  }
  return {services.identity.default_channel, Origin::identity};
}

// A wrong one is a warning, so that a typo cannot stop updates.
void apply_service_variables(const Services& services, LoadedConfig& loaded) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kVariables{
      {{"PORT", "service.port"}, {"LOG_LEVEL", "service.log_level"}}};
  for (const auto& [name, key] : kVariables) {
    const auto value = own_variable(services.identity, services.environment, name);
    if (!value) continue;
    try {
      override_config(loaded, key, *value, Origin::environment);
    } catch (const Error& error) {
      loaded.warnings.push_back(cat(variable_prefix(services.layout.program), name, ": ",
                                    error.what(), "; it is ignored"));
    }
  }
}

void apply_base_url(const Services& services, LoadedConfig& loaded) {
  const auto base_url = own_variable(services.identity, services.environment, "BASE_URL");
  if (base_url) {
    base::with_context(cat(variable_prefix(services.layout.program), "BASE_URL"), [&] {
      override_config(loaded, "updates.base_url", *base_url, Origin::environment);
    });
    return;
  }
  const auto receipt = read_receipt(services.layout);
  if (!loaded.config.base_url && receipt && !receipt->base_urls.empty()) {
    loaded.values["updates.base_url"] = base::json::write(
        base::json::Value(receipt->base_urls.front()), base::json::Style::compact);
    loaded.origins["updates.base_url"] = Origin::receipt;
  }
}

// Whoever only looks is told of a policy that cannot be used; whoever changes something stops
// (config_for_change).
void lay_policy_over(const Services& services, LoadedConfig& loaded) {
  const base::Path path = policy_path(services.layout.program);
  try {
    if (const auto text = read_policy_text(path)) apply_policy(loaded, *text, path);
  } catch (const Error& error) {
    loaded.policy_problem = error.what();
    loaded.warnings.emplace_back(error.what());
  }
}

}  // namespace

base::Path config_path(const Services& services) {
  if (const auto given = own_variable(services.identity, services.environment, "CONFIG_PATH")) {
    base::Path path(*given);
    if (!path.is_absolute()) {
      throw Error(Errc::config, cat(variable_prefix(services.layout.program),
                                    "CONFIG_PATH must be an absolute path"));
    }
    return path;
  }
  const base::Path folder =
      user_directory(services.environment, "XDG_CONFIG_HOME", services.layout.home, ".config");
  // Without a home there is no user's folder; a relative one would be whatever folder this runs in.
  return folder.is_absolute() ? folder / services.layout.program / "config.toml"
                              : services.layout.root / "config.toml";
}

LoadedConfig load_config(const Services& services) {
  const base::Path path = config_path(services);
  const auto text = base::read_file_if_exists(path, kMaxConfigBytes);
  LoadedConfig loaded = read_config(text.value_or(""), path.string(), defaults_of(services));
  apply_base_url(services, loaded);
  apply_service_variables(services, loaded);
  lay_policy_over(services, loaded);
  return loaded;
}

Config usable_config(const Services& services) {
  LoadedConfig loaded = load_config(services);
  for (const std::string& warning : loaded.warnings)
    services.messages.warn(warning);
  return std::move(loaded.config);
}

Policy machine_policy(const Services& services) {
  LoadedConfig loaded = read_config("", "", {});
  const base::Path path = policy_path(services.layout.program);
  if (const auto text = read_policy_text(path)) apply_policy(loaded, *text, path);
  return std::move(loaded.config.policy);
}

schema::Channel followed_channel(const Services& services) {
  try {
    return load_config(services).config.channel;
  } catch (const base::Error& error) {
    if (error.code() != Errc::config) throw;  // going back must not fail for it
    return defaults_of(services).channel;
  }
}

LoadedConfig config_for_change(const Services& services) {
  LoadedConfig loaded = load_config(services);
  if (loaded.policy_problem) throw Error(Errc::config, *loaded.policy_problem);
  if (!loaded.wrong_holds.empty()) {
    throw Error(Errc::config, cat(loaded.wrong_holds.front(),
                                  "; it would hold updates back, so nothing is changed until it is "
                                  "right"));
  }
  for (const std::string& warning : loaded.warnings)
    services.messages.warn(warning);
  return loaded;
}

base::HttpOptions http_options(const Services& services, const Config& config) {
  const base::Environment& environment = services.environment;
  base::HttpOptions options;
  options.user_agent = cat(services.identity.product, "/", services.identity.version.text());
  options.ca_setting = "`network.ca_file` or by SSL_CERT_FILE";
  options.ca_file = config.ca_file;
  if (!options.ca_file) options.ca_file = environment.find("SSL_CERT_FILE");
  if (const auto directory = environment.find("SSL_CERT_DIR")) options.ca_directory = *directory;
  options.proxy = config.proxy;
  if (options.proxy.empty()) {
    options.proxy =
        first_variable(environment, {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"})
            .value_or("");
  }
  options.no_proxy = first_variable(environment, {"NO_PROXY", "no_proxy"}).value_or("");
  return options;
}

std::vector<base::Url> configured_bases(const Services& services, const Config& config) {
  std::vector<base::Url> bases;
  if (config.base_url) {
    bases.push_back(*config.base_url);
  } else if (const auto receipt = read_receipt(services.layout)) {
    for (const std::string& text : receipt->base_urls)
      bases.push_back(base::Url::parse(text));
  }
  bases.insert(bases.end(), config.mirrors.begin(), config.mirrors.end());
  return bases;
}

std::vector<base::Url> site_bases(const Services& services, const Config& config) {
  std::vector<base::Url> bases = configured_bases(services, config);
  const bool only_mirrors = bases.size() == config.mirrors.size();
  if (only_mirrors) {
    bases.insert(bases.begin(), services.identity.base_urls.begin(),
                 services.identity.base_urls.end());
  }
  return bases;
}

InstalledFacts read_installed_facts(const Services& services) {
  const auto current = current_version(services.layout);
  return {.current = current,
          .current_is_damaged = current && !looks_complete(services.layout, *current),
          .hold = read_rollback_hold(services.layout),
          .blocklist = read_blocklist(services.layout)};
}

PlanInput make_plan_input(const Services& services, const Config& config, Available available,
                          const PlanRequest& request) {
  return {.available = std::move(available),
          .config = config,
          .machine = this_machine(),
          .installed = read_installed_facts(services),
          .request = request,
          .now = services.now,
          .built = services.identity.date,
          .local_minute_of_week = local_minute_of_week(services.now),
          .install_id = read_install_id(services.layout)};
}

}  // namespace agent
