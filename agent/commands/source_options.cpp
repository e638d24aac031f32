#include "agent/commands/source_options.hpp"

#include "agent/path_setup.hpp"
#include "agent/policy.hpp"
#include "base/text.hpp"

#include <string>
#include <vector>

namespace agent {

using base::cat;
using base::Errc;
using base::Error;

namespace {

constexpr std::string_view kFrom = "--from";
constexpr std::string_view kRoot = "--root-sha256";
constexpr std::string_view kExpired = "--allow-expired-until";

base::Option source_option(std::string_view name, std::string value, std::string help) {
  return {.name = std::string(name),
          .short_name = "",
          .value = std::move(value),
          .help = std::move(help),
          .choices = {}};
}

// As people type it: quoted only where a shell would read it otherwise.
std::string as_typed(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  const bool is_plain = !word.empty() && word.find_first_not_of(kPlain) == std::string::npos;
  return is_plain ? word : posix_quoted(word);
}

std::string typed_again(std::string_view name, const std::vector<std::string>& values) {
  return values.empty() ? cat(' ', name) : cat(' ', name, ' ', as_typed(values.front()));
}

std::optional<LocalSource> read_local_source(const base::Arguments& arguments) {
  const auto from = arguments.value(kFrom);
  const auto digest = arguments.value(kRoot);
  if (!from) {
    if (digest) throw Error(Errc::usage, "--root-sha256 goes with --from");
    return std::nullopt;
  }
  if (from->empty()) throw Error(Errc::usage, "--from takes a bundle or a folder");
  if (arguments.has("--archive")) {
    throw Error(Errc::usage, "--from and --archive are two sources; give one");
  }
  LocalSource source{.path = *from, .root_sha256 = std::nullopt};
  if (digest) {
    source.root_sha256 = trust::Sha256::from_hex(*digest);
    if (!source.root_sha256) throw Error(Errc::usage, "--root-sha256 takes 64 hexadecimal digits");
  }
  return source;
}

std::optional<base::Time> read_allow_expired_until(const base::Arguments& arguments) {
  const auto text = arguments.value(kExpired);
  if (!text) return std::nullopt;
  const auto time = base::parse_time(*text);
  if (!time) {
    throw Error(Errc::usage, "--allow-expired-until takes a time such as 2026-11-20T10:00:00Z");
  }
  return time;
}

}  // namespace

base::Option from_option() {
  return source_option(kFrom, "BUNDLE|DIR",
                       "take all from this bundle or copy of the site, no network");
}
base::Option root_sha256_option() {
  return source_option(kRoot, "HEX", "with --from: its roots must have one of this SHA-256");
}
base::Option allow_expired_until_option() {
  return source_option(kExpired, "TIME", "take metadata that expired after this time, for one run");
}

SourceOptions read_source_options(const base::Arguments& arguments) {
  return {.local = read_local_source(arguments),
          .allow_expired_until = read_allow_expired_until(arguments)};
}

void require_allowed_source(const LoadedConfig& loaded, const SourceOptions& options) {
  if (options.allow_expired_until) require_expired_allowed(loaded.config.policy);
  if (options.local) require_free_choice(loaded, "updates.base_url", kFrom);
}

SiteAccess open_source(const Services& services, const Config& config, const SourceOptions& options,
                       const std::optional<base::Url>& base_url) {
  return options.local ? open_local_source(services, *options.local)
                       : open_site(services, config, base_url);
}

void warn_of_expired(const Services& services, const SourceOptions& options) {
  if (!options.allow_expired_until) return;
  services.messages.warn(
      cat("what the site said until ", base::format_time(*options.allow_expired_until),
          " is taken, for this run alone: whoever holds back newer metadata is not noticed"));
}

std::string typed_again(const base::Arguments& arguments,
                        std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    const auto found = arguments.m_values.find(name);
    if (found != arguments.m_values.end()) text += typed_again(name, found->second);
  }
  return text;
}

base::Error with_command_for_once(const base::Error& error, const Services& services,
                                  const SiteAccess& access, const Config& config,
                                  std::string_view command, const base::Arguments& arguments) {
  if (error.code() != Errc::expired || !config.policy.allow_expired) return error;
  const auto time = last_good_moment(services, access, config);
  if (!time) return error;
  std::string text(command);
  for (const auto& [name, values] : arguments.m_values) {
    // The first is replaced, and nobody is there who could order it with the other.
    if (name == kExpired || name == "--unattended") continue;
    text += typed_again(name, values);
  }
  return {error.code(), cat(error.what(),
                            "; where the clock is right and nothing newer can be had, "
                            "this takes it once all the same: ",
                            text, ' ', kExpired, ' ', base::format_time(*time))};
}

}  // namespace agent
