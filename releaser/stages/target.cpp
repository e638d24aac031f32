#include "releaser/stages/target.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "manifest-schema/names.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::string_view kOwnAgent = "{binary}";

// The name of a binary in the archive: the last part of its path, the same on every platform. A
// single binary whose file name tells the platform goes by the product's name.
std::string name_in_archive(const Config& config, const std::string& path_template,
                            bool is_only_one, const PlaceholderValues& values) {
  const std::string last = base::Path(path_template).filename().string();
  std::string name = config.product.name;
  if (uses_scope(last, Scope::platform, "exe")) {
    if (!is_only_one) {
      throw Error(Errc::config, cat("`", path_template,
                                    "`: of several binaries each must have the same file name "
                                    "on every platform; put {platform} into its folder"));
    }
  } else {
    name = fill(last, values);
  }
  const std::string& exe = values.at("exe");
  if (!exe.empty() && !name.ends_with(exe)) name += exe;
  if (!schema::is_asset_name(name)) {
    throw Error(Errc::config, cat("`", base::safe_text(name, 200),
                                  "` cannot be the name of a binary: use letters, "
                                  "digits, \".\", \"_\" and \"-\""));
  }
  return name;
}

std::string asset_name(const Config& config, const OverrideSettings* own, PlaceholderValues values,
                       const schema::Platform& platform) {
  const auto word_of = [](const auto& words, const std::string& name) {
    const auto found = words.find(name);
    return found == words.end() ? name : found->second;
  };
  const std::string os = values["os"];
  const std::string arch = values["arch"];
  values["os"] = word_of(config.archive.os_names, os);
  values["arch"] = word_of(config.archive.arch_names, arch);
  // What follows them: "-musl".
  values["platform"] = cat(values["os"], "-", values["arch"],
                           values["platform"].substr(os.size() + 1 + arch.size()));
  const bool has_own = own != nullptr && !own->archive.empty();
  std::string name =
      cat(fill(has_own ? own->archive : config.archive.name, values), platform.archive_suffix());
  if (!schema::is_asset_name(name)) {
    const std::string key =
        has_own ? cat("build.override.", platform.name(), ".archive") : "archive.name";
    throw Error(Errc::config, cat(config.place(key), ": `", base::safe_text(name, 200),
                                  "` cannot be the name of an archive: use letters, digits, \".\", "
                                  "\"_\" and \"-\""));
  }
  return name;
}

const OverrideSettings* override_of(const Config& config, const schema::Platform& platform) {
  const auto found = config.overrides.find(std::string(platform.name()));
  return found == config.overrides.end() ? nullptr : &found->second;
}

void add_agent(const Config& config, Target& target, std::string_view home) {
  const bool has_one =
      std::any_of(target.binaries.begin(), target.binaries.end(),
                  [](const InputBinary& binary) { return binary.role != BinaryRole::product; });
  if (!config.agent || has_one) return;
  const OverrideSettings* const own = override_of(config, target.platform);
  const std::string& path_template =
      own != nullptr && !own->agent.empty() ? own->agent : config.agent->binary;
  if (path_template.empty()) return;
  if (path_template == kOwnAgent) {
    target.binaries.front().role = BinaryRole::product_and_agent;
    return;
  }
  const base::Path path = config.resolve(fill(path_template, target.values), home);
  if (base::type_of(path, base::Links::not_followed) == std::filesystem::file_type::not_found) {
    return;
  }
  target.binaries.push_back({.source = path,
                             .packed = path,
                             .name = cat(agent_name(config), target.platform.executable_suffix()),
                             .role = BinaryRole::agent,
                             .inspection = {},
                             .sha256 = {}});
}

Target resolve_target(const Config& config, const PlaceholderValues& of_release,
                      const schema::Platform& platform, std::string_view home) {
  Target target{.platform = platform,
                .asset = {},
                .binaries = {},
                .command = {},
                .environment = {},
                .values = of_release,
                .requirements = {},
                .packed = {},
                .alternative = {},
                .deltas = {}};
  add_platform_values(target.values, platform);
  const OverrideSettings* const own = override_of(config, platform);
  std::vector<std::string> paths = config.build.binaries;
  if (!config.build.binary.empty()) paths = {config.build.binary};
  if (own != nullptr && !own->binaries.empty()) paths = own->binaries;
  if (own != nullptr && !own->binary.empty()) paths = {own->binary};
  for (const std::string& path_template : paths) {
    const base::Path path = config.resolve(fill(path_template, target.values), home);
    target.binaries.push_back(
        {.source = path,
         .packed = path,
         .name = name_in_archive(config, path_template, paths.size() == 1, target.values),
         .role = BinaryRole::product,
         .inspection = {},
         .sha256 = {}});
  }
  target.asset = asset_name(config, own, target.values, platform);
  target.values["binary"] = path_for_commands(config, target.binaries.front().source);
  add_agent(config, target, home);
  target.command = fill(
      own != nullptr && !own->command.empty() ? own->command : config.build.command, target.values);
  target.environment = environment_of(config, platform, target.values);
  return target;
}

}  // namespace

PlaceholderValues release_values(const Config& config, const ReleaseIdentity& identity) {
  return {{"name", config.product.name},
          {"version", identity.version.text()},
          {"tag", identity.tag()},
          {"commit", identity.commit.value_or("")},
          {"date", base::format_time(identity.date)}};
}

std::string path_for_commands(const Config& config, const base::Path& path) {
  const bool is_here = config.root.empty() || config.root == ".";
  return is_here ? path.string() : std::filesystem::absolute(path).lexically_normal().string();
}

std::vector<std::string> environment_of(const Config& config, const schema::Platform& platform,
                                        const PlaceholderValues& values) {
  std::map<std::string, std::string> variables = config.build.env;
  if (const OverrideSettings* const own = override_of(config, platform)) {
    for (const auto& [name, value] : own->env)
      variables[name] = value;
  }
  std::vector<std::string> environment;
  environment.reserve(variables.size());
  for (const auto& [name, value] : variables)
    environment.push_back(cat(name, "=", fill(value, values)));
  return environment;
}

base::ArchiveFormat format_of(const schema::Platform& platform) {
  return platform.is_windows() ? base::ArchiveFormat::zip : base::ArchiveFormat::tar_gz;
}

std::string agent_name(const Config& config) {
  if (config.agent && config.agent->binary == kOwnAgent) {
    const bool is_only_one = config.build.binaries.size() < 2;
    const std::string& path =
        config.build.binaries.empty() ? config.build.binary : config.build.binaries.front();
    return name_in_archive(config, path, is_only_one, {{"name", config.product.name}, {"exe", ""}});
  }
  return cat(config.product.name, "-updater");
}

void add_agents(const Config& config, std::vector<Target>& targets, std::string_view home) {
  for (Target& target : targets)
    add_agent(config, target, home);
}

std::vector<std::string> probe_of(const Config& config, const Target& target) {
  std::vector<std::string> probe{target.binaries.front().name, "--version"};
  if (config.agent && !config.agent->probe.empty()) probe = config.agent->probe;
  const auto has = [&](const std::string& name) {
    return std::any_of(target.binaries.begin(), target.binaries.end(),
                       [&](const InputBinary& binary) { return binary.name == name; });
  };
  if (!has(probe.front())) probe.front() += target.platform.executable_suffix();
  if (!has(probe.front())) {
    throw Error(Errc::config,
                cat(config.place("agent.probe"), ": `", probe.front(), "` is no binary of ",
                    target.platform.name(), "; its first word must be one"));
  }
  return probe;
}

std::vector<Target> resolve_targets(const Config& config, const ReleaseIdentity& identity,
                                    std::string_view home) {
  const PlaceholderValues values = release_values(config, identity);
  std::vector<Target> targets;
  std::set<std::string> assets;
  for (const schema::Platform& platform : config.platforms) {
    targets.push_back(resolve_target(config, values, platform, home));
    if (!assets.insert(targets.back().asset).second) {
      throw Error(Errc::config,
                  cat(config.place("archive.name"), ": two platforms have the archive ",
                      targets.back().asset, "; put {platform} into `archive.name`"));
    }
    std::set<std::string> names;
    for (const InputBinary& binary : targets.back().binaries) {
      if (!names.insert(base::lower_case(binary.name)).second) {
        throw Error(Errc::config, cat("two binaries of ", platform.name(), " are named ",
                                      binary.name, "; give them different names"));
      }
    }
  }
  return targets;
}

}  // namespace releaser
