#include "releaser/config/config_check.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/config/destination_check.hpp"
#include "releaser/config/forge_check.hpp"
#include "releaser/config/license.hpp"
#include "releaser/config/sign_check.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>

namespace releaser {
namespace {

using base::cat;

bool is_product_name(std::string_view name) {
  const auto is_allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  };
  return !name.empty() && name.front() != '-' && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

void check_product(const Config& config, ConfigProblems& problems) {
  const ProductSettings& product = config.product;
  if (!product.name.empty() && !is_product_name(product.name)) {
    problems.add(line_of(config, "product.name"),
                 cat("`product.name` must be made of a-z, 0-9 and \"-\", not `",
                     base::safe_text(product.name, 80), "`"));
  }
  for (const auto& [key, text] :
       {std::pair<std::string_view, const std::string&>{"product.description", product.description},
        {"product.license", product.license},
        {"product.maintainer", product.maintainer}}) {
    if (text.find_first_of("\n\r") != std::string::npos) {
      problems.add(line_of(config, key), cat("`", key, "` must be one line"));
    }
  }
  const int license_line = line_of(config, "product.license");
  if (!product.license.empty() && !problems.has(license_line)) {
    if (const auto problem = license_problem(product.license)) {
      problems.add(license_line, cat("`product.license`: ", *problem));
    }
  }
  try {
    if (!product.homepage.empty()) base::Url::parse(product.homepage);
  } catch (const base::Error& error) {
    problems.add(line_of(config, "product.homepage"), cat("`product.homepage`: ", error.what()));
  }
}

// What others call a platform: "linux-amd64", "linux/amd64", "macos-arm64", a target of Rust,
// "win32-x64".
std::optional<std::string> platform_of_other_name(std::string_view name) {
  const std::string plain = base::replace_all(base::lower_case(name), "/", "-");
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    if (plain == row.rust_target || plain == cat(row.goos, "-", row.goarch)) {
      return std::string(row.name);
    }
  }
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"macos", "darwin"}, {"osx", "darwin"},   {"mac", "darwin"}, {"win32", "windows"},
      {"win", "windows"},  {"amd64", "x86_64"}, {"x64", "x86_64"}, {"386", "i686"},
      {"x86", "i686"},     {"armhf", "armv7"},  {"arm", "armv7"}};
  std::vector<std::string> parts;
  for (const std::string_view part : base::split(plain, '-')) {
    const auto* const known = std::find_if(std::begin(kWords), std::end(kWords),
                                           [&](const auto& word) { return word.first == part; });
    parts.emplace_back(known == std::end(kWords) ? part : known->second);
  }
  const auto platform = schema::Platform::find(base::join(parts, "-"));
  return platform ? std::optional(std::string(platform->name())) : std::nullopt;
}

void check_platforms(Config& config, ConfigProblems& problems) {
  const int line = line_of(config, "build.platforms");
  if (config.build.platforms.empty() && line > 0 && !problems.has(line)) {
    problems.add(line, "`build.platforms` is empty; name at least one, for example linux-x86_64");
  }
  std::vector<std::string> names;
  for (const auto& row : schema::Platform::table())
    names.emplace_back(row.name);
  for (const std::string& name : config.build.platforms) {
    const auto platform = schema::Platform::find(name);
    if (!platform) {
      const auto meant = platform_of_other_name(name);
      std::string advice =
          meant ? cat("; here it is called `", *meant, "`") : base::did_you_mean(name, names);
      if (advice.empty()) advice = cat("; there are ", base::join(names, ", "));
      problems.add(line, cat("unknown platform `", base::safe_text(name, 80), "`", advice));
    } else if (std::find(config.platforms.begin(), config.platforms.end(), *platform) !=
               config.platforms.end()) {
      problems.add(line, cat("platform `", platform->name(), "` is named twice"));
    } else {
      config.platforms.push_back(*platform);
    }
  }
}

void check_binaries(const Config& config, ConfigProblems& problems) {
  const BuildSettings& build = config.build;
  if (!build.binary.empty() && !build.binaries.empty()) {
    problems.add(line_of(config, "build.binaries"),
                 "give `build.binary` or `build.binaries`, not both");
  }
  for (const auto& platform : config.platforms) {
    const auto override_of = config.overrides.find(std::string(platform.name()));
    const bool has_own =
        override_of != config.overrides.end() &&
        (!override_of->second.binary.empty() || !override_of->second.binaries.empty());
    if (build.binary.empty() && build.binaries.empty() && !has_own) {
      problems.add(line_of(config, "build"),
                   cat("no binary for ", platform.name(),
                       "; give `build.binary`, for example \"build/{platform}/",
                       config.product.name, "{exe}\""));
      break;
    }
  }
  std::vector<std::string> names;
  for (const auto& platform : config.platforms)
    names.emplace_back(platform.name());
  for (const auto& [name, settings] : config.overrides) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      problems.add(line_of(config, cat("build.override.", name)),
                   cat("[build.override.", name, "] is for a platform that `build.platforms` lacks",
                       base::did_you_mean(name, names)));
    }
    if (!settings.binary.empty() && !settings.binaries.empty()) {
      problems.add(line_of(config, cat("build.override.", name, ".binaries")),
                   "give `binary` or `binaries`, not both");
    }
  }
}

using WordTable = std::map<std::string, std::string>;

void check_formula_texts(const FormulaTexts& texts, const Config& config,
                         ConfigProblems& problems) {
  for (const auto& [key, command] :
       {std::pair("homebrew.service", &texts.service), std::pair("homebrew.test", &texts.test)}) {
    if (command->empty() || is_file_name(command->front())) continue;
    problems.add(line_of(config, key),
                 cat("`", key, "` begins with the name of a program of the archive"));
  }
  for (const std::string& formula : texts.depends) {
    const bool is_name =
        !formula.empty() && std::all_of(formula.begin(), formula.end(), [](unsigned char letter) {
          return std::isalnum(letter) != 0 ||
                 std::string_view("@+-_./").find(static_cast<char>(letter)) !=
                     std::string_view::npos;
        });
    if (is_name) continue;
    problems.add(
        line_of(config, "homebrew.depends"),
        cat("`homebrew.depends`: \"", base::safe_text(formula, 80), "\" is no name of a formula"));
  }
}

void check_words(const Config& config, ConfigProblems& problems) {
  if (!config.release.minimum_upgrade_from.empty()) {
    try {
      schema::Version::parse(config.release.minimum_upgrade_from);
    } catch (const base::Error& error) {
      problems.add(line_of(config, "release.minimum_upgrade_from"),
                   cat("`release.minimum_upgrade_from`: ", error.what()));
    }
  }
  for (const auto& [key, words] :
       {std::pair<std::string_view, const WordTable&>{"archive.os_names", config.archive.os_names},
        {"archive.arch_names", config.archive.arch_names}}) {
    for (const auto& [own, word] : words) {
      if (is_file_name(word)) continue;
      problems.add(line_of(config, key), cat("`", key, ".", own,
                                             "` may hold letters, digits, \".\", \"_\" and "
                                             "\"-\" only"));
    }
  }
  if (config.agent && config.agent->probe.empty() && config.lines.count("agent.probe") > 0) {
    problems.add(line_of(config, "agent.probe"),
                 "`agent.probe` is empty; leave it out, or give a command");
  }
  const bool has_agent = std::any_of(config.overrides.begin(), config.overrides.end(),
                                     [](const auto& each) { return !each.second.agent.empty(); });
  if (config.agent && config.agent->binary.empty() && config.agent->probe.empty() && !has_agent) {
    problems.add(line_of(config, "agent"), "[agent] needs `binary`, or `probe` alone");
  }
  for (const auto& [name, value] : config.build.env) {
    if (name.empty() || name.find('=') != std::string::npos) {
      problems.add(line_of(config, "build.env"), cat("`", name, "` cannot name a variable"));
    }
  }
}

void check_packages(Config& config, ConfigProblems& problems) {
  if (config.homebrew) {
    check_api_url(config.homebrew->api_url, "homebrew.api_url", line_of(config, "homebrew.api_url"),
                  problems);
    check_token_variable(config.homebrew->token_env, "homebrew.token_env",
                         line_of(config, "homebrew.token_env"), problems);
    check_formula_texts(*config.homebrew, config, problems);
  }
  if (config.scoop) {
    check_api_url(config.scoop->api_url, "scoop.api_url", line_of(config, "scoop.api_url"),
                  problems);
    check_token_variable(config.scoop->token_env, "scoop.token_env",
                         line_of(config, "scoop.token_env"), problems);
  }
}

}  // namespace

int line_of(const Config& config, std::string_view key) {
  const auto found = config.lines.find(key);
  return found == config.lines.end() ? 0 : found->second;
}

void check_config(Config& config, ConfigProblems& problems) {
  check_product(config, problems);
  check_platforms(config, problems);
  check_binaries(config, problems);
  check_sign(config, problems);
  check_trust(config, problems);
  check_destinations(config, problems);
  check_words(config, problems);
  check_packages(config, problems);
}

bool is_file_name(std::string_view name) {
  const auto is_allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
  };
  return !name.empty() && name != "." && name != ".." && name.size() <= 200 &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

}  // namespace releaser
