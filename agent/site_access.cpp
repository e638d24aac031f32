#include "agent/site_access.hpp"

#include "agent/machine.hpp"
#include "agent/site_memory.hpp"
#include "agent/state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <ctime>

namespace agent {
namespace {

std::string first_of(const base::Environment& environment,
                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto value = environment.find(name)) {
      return *value;
    }
  }
  return "";
}

int minute_of_week(base::Time now) {
  const std::time_t seconds = now.time_since_epoch().count();
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) {
    return 0;
  }
  const int day = (local.tm_wday + 6) % 7;  // Monday is 0
  return (day * 24 + local.tm_hour) * 60 + local.tm_min;
}

base::HttpOptions http_options(const Services& services, const Config& config) {
  const base::Environment& environment = services.environment;
  base::HttpOptions options;
  options.user_agent = base::cat(services.identity.product, '/', services.identity.version.text());
  if (config.ca_file) {
    options.ca_file = *config.ca_file;
  } else if (const auto file = environment.find("SSL_CERT_FILE")) {
    options.ca_file = base::Path(*file);
  }
  if (const auto directory = environment.find("SSL_CERT_DIR")) {
    options.ca_directory = base::Path(*directory);
  }
  options.proxy =
      config.proxy.empty()
          ? first_of(environment, {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"})
          : config.proxy;
  options.no_proxy = first_of(environment, {"NO_PROXY", "no_proxy"});
  return options;
}

}  // namespace

base::Path config_file(const Services& services) {
  const std::string& program = services.layout.program;
  if (const auto path = own_variable(services.identity, services.environment, "CONFIG_PATH")) {
    base::Path file(*path);
    if (!file.is_absolute()) {
      throw base::Error(base::Errc::config, base::cat(variable_prefix(program),
                                                      "CONFIG_PATH must be an absolute path"));
    }
    return file;
  }
  const auto configuration = services.environment.find("XDG_CONFIG_HOME");
  const base::Path home = configuration && base::Path(*configuration).is_absolute()
                              ? base::Path()
                              : home_directory(services.environment);
  return user_directory(services.environment, "XDG_CONFIG_HOME", home, ".config") / program /
         "config.toml";
}

LoadedConfig load_config(const Services& services) {
  ConfigDefaults defaults{services.identity.default_channel, Origin::identity};
  const std::optional<Receipt> receipt = read_receipt(services.layout);
  if (receipt) {
    defaults = {receipt->channel, Origin::receipt};
  }
  const base::Path file = config_file(services);
  LoadedConfig loaded = read_config(base::read_file_if_exists(file, kMaxConfigBytes).value_or(""),
                                    file.native(), defaults);
  const auto set_base = [&](const std::string& text, Origin origin) {
    loaded.config.base_url = base::Url::parse(text);
    loaded.values.insert_or_assign("updates.base_url", base::cat('"', text, '"'));
    loaded.origins.insert_or_assign("updates.base_url", origin);
  };
  if (const auto url = own_variable(services.identity, services.environment, "BASE_URL")) {
    base::with_context(base::cat(variable_prefix(services.layout.program), "BASE_URL"),
                       [&] { set_base(*url, Origin::environment); });
  } else if (!loaded.config.base_url && receipt && !receipt->base_urls.empty()) {
    set_base(receipt->base_urls.front(), Origin::receipt);
  }
  return loaded;
}

SiteAccess open_site(const Services& services, const Config& config,
                     const std::optional<base::Url>& base_url) {
  SiteAccess access{.http = base::make_http_client(http_options(services, config)),
                    .configured_bases = {},
                    .base_urls = {}};
  if (base_url) {
    access.configured_bases.push_back(*base_url);
  } else if (config.base_url) {
    access.configured_bases.push_back(*config.base_url);
  }
  access.configured_bases.insert(access.configured_bases.end(), config.mirrors.begin(),
                                 config.mirrors.end());
  access.base_urls = access.configured_bases;
  if (!base_url && !config.base_url) {
    access.base_urls.insert(access.base_urls.end(), services.identity.base_urls.begin(),
                            services.identity.base_urls.end());
  }
  return access;
}

Situation read_situation(const Services& services, const SiteAccess& access, const Config& config,
                         const PlanRequest& request) {
  const Layout& layout = services.layout;
  const site::SiteView view =
      site::read_site(site::Site{*access.http, access.base_urls}, services.identity, config.channel,
                      read_site_memory(layout), services.now);
  std::vector<schema::Manifest> manifests;
  for (const auto& [channel, manifest] : view.manifests) {
    manifests.push_back(manifest);
  }
  return {.input = {.available = merge_manifests(manifests),
                    .config = config,
                    .machine = this_machine(),
                    .installed = {.current = current_version(layout),
                                  .hold = read_rollback_hold(layout),
                                  .blocklist = read_blocklist(layout)},
                    .request = request,
                    .now = services.now,
                    .built = services.identity.date,
                    .local_minute_of_week = minute_of_week(services.now),
                    .install_id = read_install_id(layout)},
          .memory = view.memory};
}

}  // namespace agent
