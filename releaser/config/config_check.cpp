#include "releaser/config/config_check.hpp"

#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/config/forge_check.hpp"
#include "releaser/config/license.hpp"
#include "releaser/config/placeholders.hpp"
#include "trust/public_key.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>
#include <set>

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

int line_of(const Config& config, std::string_view key) {
  const auto found = config.lines.find(key);
  return found == config.lines.end() ? 0 : found->second;
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

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char letter) {
           return is_letter(letter) || (letter >= '0' && letter <= '9');
         });
}

void check_sign_command(const Config& config, ConfigProblems& problems) {
  const SignSettings& sign = *config.sign;
  if (sign.command.empty()) {
    for (const std::string_view key : {"sign.command", "sign.command_keys", "sign.command_env"}) {
      if (config.lines.count(std::string(key)) == 0) continue;
      problems.add(line_of(config, key), cat("`", key, "` without a program; give [sign] command"));
    }
    return;
  }
  if (sign.command.front().empty()) {
    problems.add(line_of(config, "sign.command"), "`sign.command` begins with an empty text");
  }
  try {
    (void)fill(sign.command, {{"key", ""}, {"key_id", ""}});
  } catch (const base::Error& error) {
    problems.add(line_of(config, "sign.command"),
                 cat("`sign.command`: ", error.what(), "; {key} and {key_id} have one"));
  }
  if (sign.command_keys.empty() && !sign.key.empty()) {
    problems.add(line_of(config, "sign.command"),
                 "`key` and `command` both sign for public_key; leave one out, or say in "
                 "`command_keys` which keys the program holds");
  }
  for (const std::string& line : sign.command_keys) {
    try {
      trust::PublicKey::parse(line);
    } catch (const base::Error& error) {
      problems.add(line_of(config, "sign.command_keys"),
                   cat("`sign.command_keys`: ", error.what()));
    }
  }
  for (const std::string& name : sign.command_env) {
    if (is_variable_name(name) && !name.starts_with("CCO_RELEASE_")) continue;
    problems.add(line_of(config, "sign.command_env"),
                 cat("`sign.command_env`: `", base::safe_text(name, 80),
                     name.starts_with("CCO_RELEASE_") ? "` is for cco-release alone"
                                                      : "` cannot name a variable"));
  }
}

// Each key has one part: a key that signs is none that was stolen.
void check_sign(const Config& config, ConfigProblems& problems) {
  if (!config.sign) return;
  check_sign_command(config, problems);
  const SignSettings& sign = *config.sign;
  std::vector<std::pair<std::string, std::string>> lines{{"public_key", sign.public_key},
                                                         {"old_public_key", sign.old_public_key}};
  for (const std::string& line : sign.former_public_keys)
    lines.emplace_back("former_public_keys", line);
  for (const std::string& line : sign.stolen_public_keys)
    lines.emplace_back("stolen_public_keys", line);
  // By id: two keys of one id cannot be told apart by their signatures.
  std::map<std::array<unsigned char, 8>, std::string> ids;
  for (const auto& [name, line] : lines) {
    const bool is_list = name.ends_with("s");
    if (line.empty() && !is_list) continue;
    const int at = line_of(config, cat("sign.", name));
    try {
      const auto key = trust::PublicKey::parse(line);
      const auto [known, is_new] = ids.emplace(key.id(), name);
      if (is_new) continue;
      problems.add(at, cat("`sign.", name, "`: key ", key.id_text(), " stands in `sign.",
                           known->second, "` already; each key has one part"));
    } catch (const base::Error& error) {
      problems.add(at, cat("`sign.", name, "`: ", error.what()));
    }
  }
  if (!sign.old_key.empty() && sign.old_public_key.empty()) {
    problems.add(line_of(config, "sign.old_key"),
                 "`sign.old_key` without `sign.old_public_key`; give both, or neither");
  }
}

void check_trust(const Config& config, ConfigProblems& problems) {
  if (!config.trust) return;
  if (config.trust->folder.empty()) {
    problems.add(line_of(config, "trust.folder"), "`trust.folder` is empty; leave it out");
  }
  const TrustKeySettings& keys = config.trust->keys;
  for (const auto& [name, lines] :
       {std::pair<std::string_view, const std::vector<std::string>&>{"root", keys.root},
        {"targets", keys.targets},
        {"stable", keys.stable},
        {"beta", keys.beta},
        {"nightly", keys.nightly},
        {"online", keys.online}}) {
    const std::string place = cat("trust.keys.", name);
    std::set<std::array<unsigned char, 32>> values;
    for (const std::string& line : lines) {
      try {
        if (values.insert(trust::PublicKey::parse(line).bytes()).second) continue;
        problems.add(line_of(config, place),
                     cat("`", place, "` has the key ", line, " twice; one key counts once"));
      } catch (const base::Error& error) {
        problems.add(line_of(config, place), cat("`", place, "`: ", error.what()));
      }
    }
  }
}

// What each type carries where the file does not say.
Carries carried_by_type(std::string_view type) {
  if (type == "github" || type == "gitea") return {.assets = true, .site = false};
  if (type == "git") return {.assets = false, .site = true};
  return {.assets = true, .site = true};
}

void check_carries(DestinationSettings& destination, ConfigProblems& problems) {
  if (destination.carries_words.empty()) {
    destination.carries = carried_by_type(destination.type);
    return;
  }
  for (const std::string& word : destination.carries_words) {
    if (word == "assets") {
      destination.carries.assets = true;
    } else if (word == "site") {
      destination.carries.site = true;
    } else {
      problems.add(destination.line, cat("`carries` takes \"assets\" and \"site\", not `",
                                         base::safe_text(word, 80), "`"));
    }
  }
  if (destination.type == "git" && destination.carries.assets) {
    problems.add(destination.line,
                 "a branch carries the site alone; let releases of the host, or a directory, carry "
                 "the archives");
  }
}

// The one whose state the others follow stands first from here on.
void put_truth_first(Config& config, ConfigProblems& problems) {
  auto& all = config.destinations;
  if (all.empty()) return;
  const auto is_said = [](const DestinationSettings& each) { return each.metadata; };
  if (const auto said = std::count_if(all.begin(), all.end(), is_said); said > 1) {
    problems.add(all.front().line, cat(said,
                                       " destinations have `metadata = true`; one is the "
                                       "truth that the others follow"));
  }
  auto truth = std::find_if(all.begin(), all.end(), is_said);
  if (truth == all.end()) {
    truth = std::find_if(all.begin(), all.end(),
                         [](const DestinationSettings& each) { return each.carries.site; });
  }
  if (truth == all.end()) {
    problems.add(all.front().line,
                 "no destination carries the site (manifests, metadata, installers); add one of "
                 "type \"directory\" or \"git\"");
    return;
  }
  if (!truth->carries.site) {
    problems.add(truth->line, cat("`", truth->name,
                                  "` has `metadata = true` but does not carry "
                                  "the site; give that to one that does"));
  }
  if (truth->optional) {
    problems.add(truth->line, cat("`", truth->name,
                                  "` carries the metadata that the others follow, "
                                  "so it cannot be optional"));
  }
  if (std::none_of(all.begin(), all.end(), [](const DestinationSettings& each) {
        return each.carries.assets && !each.optional;
      })) {
    problems.add(all.front().line,
                 "no destination carries the archives, or each that does is optional; one must");
  }
  std::rotate(all.begin(), truth, truth + 1);
}

bool is_branch_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '-' && name.front() != '/' &&
         name.front() != '.' && name.back() != '/' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && name.find("//") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char letter) {
           return static_cast<unsigned char>(letter) > 0x20 &&
                  std::string_view("~^:?*[\\@{}\x7f").find(letter) == std::string_view::npos;
         });
}

// A branch carries the site alone; its path is a folder in it.
void check_git_destination(DestinationSettings& destination, ConfigProblems& problems) {
  const auto add = [&](std::string_view text) { problems.add(destination.line, cat(text)); };
  if (destination.type != "git") return;
  if (destination.remote.empty()) add("a destination of type \"git\" needs `remote`");
  if (destination.branch.empty()) destination.branch = "gh-pages";
  if (!is_branch_name(destination.branch)) {
    add(cat("`branch`: `", base::safe_text(destination.branch, 80), "` cannot name a branch"));
  }
  while (destination.path.ends_with('/'))
    destination.path.pop_back();
  if (destination.path.starts_with("./")) destination.path.erase(0, 2);
  if (destination.path == ".") destination.path.clear();
  if (destination.path.empty()) return;
  if (const auto reason = base::unsafe_path_reason(destination.path)) {
    add(cat("`path` of a branch ", *reason));
  }
}

void check_destinations(Config& config, ConfigProblems& problems) {
  std::set<std::string> names;
  std::set<base::Path> paths;
  for (DestinationSettings& destination : config.destinations) {
    if (destination.name.empty()) destination.name = destination.type;
    if (!destination.name.empty() && !names.insert(destination.name).second) {
      problems.add(destination.line, cat("two destinations are named `", destination.name,
                                         "`; give one another `name`"));
    }
    if (destination.type == "directory" && destination.path.empty()) {
      problems.add(destination.line, "a destination of type \"directory\" needs `path`");
    }
    check_git_destination(destination, problems);
    if (destination.type == "directory" && !destination.path.empty() &&
        !paths.insert((base::Path(destination.path) / "").lexically_normal()).second) {
      problems.add(destination.line, cat("two destinations have the path `", destination.path,
                                         "`; one of them is enough"));
    }
    if (destination.type == "github" || destination.type == "gitea") {
      check_forge(destination, problems);
    } else if (destination.url.empty()) {
      problems.add(destination.line,
                   cat("a destination of type \"", destination.type,
                       "\" needs `url`: where users will find what is published"));
    }
    // Names are added with a slash of their own.
    while (destination.url.ends_with('/'))
      destination.url.pop_back();
    if (destination.url.empty()) continue;
    try {
      const auto url = base::Url::parse(destination.url);
      if (url.is_file()) problems.add(destination.line, "`url` must be https://");
    } catch (const base::Error& error) {
      problems.add(destination.line, cat("`url`: ", error.what()));
    }
  }
  for (DestinationSettings& destination : config.destinations)
    check_carries(destination, problems);
  put_truth_first(config, problems);
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

}  // namespace

void check_config(Config& config, ConfigProblems& problems) {
  check_product(config, problems);
  check_platforms(config, problems);
  check_binaries(config, problems);
  check_sign(config, problems);
  check_trust(config, problems);
  check_destinations(config, problems);
  check_words(config, problems);
  if (config.homebrew) check_formula_texts(*config.homebrew, config, problems);
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
