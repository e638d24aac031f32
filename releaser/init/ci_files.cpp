#include "releaser/init/ci_files.hpp"

#include "base/text.hpp"
#include "releaser/config/placeholders.hpp"
#include "releaser/render/embedded.hpp"
#include "releaser/render/release_page.hpp"
#include "releaser/render/template.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace releaser {
namespace {

using base::cat;

// By commit, since a tag can be moved. Gitea fetches the same ones.
constexpr std::string_view kCheckout =
    "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2";
constexpr std::string_view kUpload =
    "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2";
constexpr std::string_view kDownload =
    "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0";
constexpr std::string_view kCache =
    "actions/cache@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3";
constexpr std::string_view kYoursFrom = "      # Yours from here:";
constexpr std::string_view kYoursTo = "      # Yours to here.";
constexpr std::string_view kWrittenBy = "# Written by `cco-release init --ci ";
constexpr std::array<std::string_view, 3> kNames{"release.yml", "refresh.yml", "install.yml"};

std::string folder_of(CiHost host) {
  return host == CiHost::github ? ".github/workflows/" : ".gitea/workflows/";
}

std::string runner_of(const schema::Platform& platform, CiHost host) {
  const std::string_view name = platform.name();
  if (host == CiHost::gitea) {
    if (name.starts_with("darwin")) return "macos-latest";
    return name.starts_with("windows") ? "windows-latest" : "ubuntu-latest";
  }
  if (name == "darwin-x86_64") return "macos-15-intel";
  if (name.starts_with("darwin")) return "macos-14";
  if (name == "windows-arm64") return "windows-11-arm";
  if (name.starts_with("windows")) return "windows-2022";
  // The oldest there is, for the sake of glibc.
  return name.starts_with("linux-aarch64") ? "ubuntu-22.04-arm" : "ubuntu-22.04";
}

// A YAML text in single quotes.
std::string yaml_text(std::string_view text) {
  return cat("'", base::replace_all(text, "'", "''"), "'");
}

// The binaries that one platform of the matrix makes.
std::string files_of(const Config& config, const schema::Platform& platform) {
  PlaceholderValues values{{"name", config.product.name},
                           {"version", "*"},
                           {"tag", "*"},
                           {"commit", "*"},
                           {"date", "*"}};
  add_platform_values(values, platform);
  std::vector<std::string> paths = config.build.binaries;
  if (!config.build.binary.empty()) paths = {config.build.binary};
  const auto own = config.overrides.find(std::string(platform.name()));
  if (own != config.overrides.end() && !own->second.binaries.empty()) paths = own->second.binaries;
  if (own != config.overrides.end() && !own->second.binary.empty()) paths = {own->second.binary};
  std::vector<std::string> files;
  files.reserve(paths.size());
  for (const std::string& path : paths)
    files.push_back(fill(path, values));
  return base::join(files, " ");
}

std::string matrix_of(const Config& config, CiHost host) {
  std::string lines;
  for (const schema::Platform& platform : config.platforms) {
    lines += cat(lines.empty() ? "" : "\n", "          - platform: ", platform.name(),
                 "\n            runner: ", runner_of(platform, host),
                 "\n            files: ", yaml_text(files_of(config, platform)));
  }
  return lines;
}

constexpr std::string_view kFirstBuild = R"(      - name: Build
        shell: bash
        env:
          PLATFORM: ${{ matrix.platform }}
        run: |
          echo "put the build of $PLATFORM here, in .github or .gitea/workflows/release.yml" >&2
          exit 1)";

// What stands between the marks.
std::optional<std::string> own_lines(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const std::size_t from = text->find(kYoursFrom);
  if (from == std::string::npos) return std::nullopt;
  const std::size_t begin = text->find('\n', from) + 1;
  const std::size_t end = text->find(cat("\n", kYoursTo), begin - 1);
  if (end == std::string::npos || end < begin) return std::nullopt;
  return text->substr(begin, end - begin);
}

struct Secrets {
  std::vector<std::string> names;
  std::string lines;  // of `env`
};

// The repository of github.com that a destination writes to, as "owner/name"; else nothing.
std::string github_repository(const DestinationSettings& destination) {
  if (destination.type == "github") return base::lower_case(destination.repository);
  if (destination.type != "git") return "";
  std::string_view remote = destination.remote;
  constexpr std::string_view kHost = "https://github.com/";
  if (remote.starts_with(kHost)) remote.remove_prefix(kHost.size());
  if (remote.ends_with(".git")) remote.remove_suffix(4);
  return is_owner_and_name(remote) ? base::lower_case(remote) : "";
}

// The variable that a destination's token comes from, also where the configuration leaves it to the
// tool.
std::string token_variable(const DestinationSettings& destination) {
  if (!destination.token_env.empty() || !destination.token_file.empty())
    return destination.token_env;
  return github_repository(destination).empty() ? "" : "GH_TOKEN";
}

Secrets secrets_of(const Config& config, CiHost host, bool is_publish) {
  constexpr std::string_view kOwnToken = "GH_TOKEN";
  std::vector<std::string> variables;
  std::set<std::string> own_repositories;
  for (const DestinationSettings& destination : config.destinations) {
    const std::string variable = token_variable(destination);
    if (variable.empty() || !(is_publish || destination.carries.site)) continue;
    variables.push_back(variable);
    if (variable == kOwnToken) own_repositories.insert(github_repository(destination));
  }
  std::vector<std::string> of_packages;
  if (is_publish && config.homebrew && !config.homebrew->tap.empty())
    of_packages.push_back(config.homebrew->token_env);
  if (is_publish && config.scoop && !config.scoop->bucket.empty())
    of_packages.push_back(config.scoop->token_env);
  // The job's own token, of which nobody has to know, may write to one repository.
  const bool is_for_packages =
      std::find(of_packages.begin(), of_packages.end(), kOwnToken) != of_packages.end();
  const bool has_own = host == CiHost::github && own_repositories.size() == 1 && !is_for_packages;
  variables.insert(variables.end(), of_packages.begin(), of_packages.end());

  Secrets secrets;
  std::set<std::string> known;
  const auto add = [&](const std::string& variable) {
    if (!known.insert(variable).second) return;
    const bool is_own = has_own && variable == kOwnToken;
    if (!is_own) secrets.names.push_back(variable);
    secrets.lines += cat(secrets.lines.empty() ? "" : "\n", "          ", variable, ": ${{ ",
                         is_own ? "github.token" : cat("secrets.", variable), " }}");
  };
  add("CCO_RELEASE_KEY");
  add("CCO_RELEASE_PASSWORD");
  for (const std::string& variable : variables)
    add(variable);
  return secrets;
}

std::string contents_of(const Config& config) {
  const bool writes = std::any_of(config.destinations.begin(), config.destinations.end(),
                                  [](const auto& each) { return each.type != "directory"; });
  return writes ? "write" : "read";
}

std::string remember_step(const Config& config) {
  if (!config.trust) return "";
  const std::string file = config.trust->folder + "/public.json";
  return cat("      # What was public last, so that nothing older is signed again.\n      - uses: ",
             kCache, "\n        with:\n          path: ", file,
             "\n          key: cco-release-public-${{ github.run_id }}\n"
             "          restore-keys: cco-release-public-\n");
}

std::string release_text(const Config& config, CiHost host,
                         const std::optional<std::string>& existing) {
  const Secrets secrets = secrets_of(config, host, true);
  return fill_template(embedded_template("ci-release.yml.in"),
                       {{"HOST", std::string(ci_host_name(host))},
                        {"SECRETS", base::join(secrets.names, ", ")},
                        {"MATRIX", matrix_of(config, host)},
                        {"CHECKOUT", std::string(kCheckout)},
                        {"UPLOAD", std::string(kUpload)},
                        {"DOWNLOAD", std::string(kDownload)},
                        {"BUILD", own_lines(existing).value_or(std::string(kFirstBuild))},
                        {"CONTENTS", contents_of(config)},
                        {"LINUX", host == CiHost::github ? "ubuntu-22.04" : "ubuntu-latest"},
                        {"REMEMBER", remember_step(config)},
                        {"ENVIRONMENT", secrets.lines},
                        {"SKIP_BUILD", config.build.command.empty() ? "" : " --skip build"}});
}

std::string refresh_text(const Config& config, CiHost host) {
  const Secrets secrets = secrets_of(config, host, false);
  const bool is_daily = config.trust->refresh == "daily";
  return fill_template(embedded_template("ci-refresh.yml.in"),
                       {{"HOST", std::string(ci_host_name(host))},
                        {"SECRETS", base::join(secrets.names, ", ")},
                        // Not at the full hour, when everybody's jobs wait.
                        {"CRON", is_daily ? "23 4 * * *" : "23 4 * * 1"},
                        {"MAX_AGE", is_daily ? "48h" : "192h"},
                        {"CHECKOUT", std::string(kCheckout)},
                        {"CONTENTS", contents_of(config)},
                        {"LINUX", host == CiHost::github ? "ubuntu-22.04" : "ubuntu-latest"},
                        {"REMEMBER", remember_step(config)},
                        {"ENVIRONMENT", secrets.lines}});
}

// A job of install.yml, behind the one that waits for the release.
std::string install_job(std::string_view name, std::string_view runner, std::string_view shell,
                        const std::vector<std::string>& commands) {
  std::string text =
      cat("\n  ", name, ":\n    needs: site\n    runs-on: ", runner,
          "\n    timeout-minutes: 15\n    steps:\n      - shell: ", shell, "\n        run: |");
  for (const std::string& command : commands)
    text += cat("\n          ", command);
  return text;
}

std::string install_text(const Config& config, CiHost host) {
  const bool is_github = host == CiHost::github;
  const auto has = [&](std::string_view system) {
    return std::any_of(config.platforms.begin(), config.platforms.end(),
                       [&](const auto& each) { return each.name().starts_with(system); });
  };
  std::vector<std::string> runners;
  if (has("linux")) runners.emplace_back(is_github ? "ubuntu-24.04" : "ubuntu-latest");
  if (has("darwin")) runners.emplace_back(is_github ? "macos-14" : "macos-latest");
  if (runners.empty()) runners.emplace_back("ubuntu-latest");
  const std::string windows = is_github ? "windows-2022" : "windows-latest";
  const std::string& url = config.destinations.front().url;
  const std::string& name = config.product.name;
  const std::string look = cat(name, " --version");
  std::string more;
  if (has("windows")) {
    more += install_job("ps1", windows, "pwsh",
                        {cat("Invoke-RestMethod ", url, "/install.ps1 | Invoke-Expression"), look});
  }
  const auto tap = tap_of_brew(config.homebrew ? config.homebrew->tap : "");
  const bool has_mac = has("darwin-universal") || (has("darwin-arm64") && has("darwin-x86_64"));
  // Without them there is no formula.
  if (tap && has_mac && has("linux-x86_64") && has("linux-aarch64")) {
    const std::string package = cat(*tap, "/", name);
    more += install_job("brew", is_github ? "macos-14" : "macos-latest", "bash",
                        {cat("brew install ", package), cat("brew test ", package), look});
  }
  const std::string bucket = config.scoop ? config.scoop->bucket : "";
  if (is_owner_and_name(bucket) && has("windows")) {
    const std::string owner = bucket.substr(0, bucket.find('/'));
    more += install_job("scoop", windows, "pwsh",
                        {"Invoke-RestMethod https://get.scoop.sh -OutFile scoop.ps1",
                         "./scoop.ps1 -RunAsAdmin", "$env:PATH = \"$HOME\\scoop\\shims;$env:PATH\"",
                         cat("scoop bucket add ", owner, " https://github.com/", bucket),
                         cat("scoop install ", owner, "/", name), look});
  }
  return fill_template(embedded_template("ci-install.yml.in"),
                       {{"HOST", std::string(ci_host_name(host))},
                        {"LINUX", is_github ? "ubuntu-24.04" : "ubuntu-latest"},
                        {"SH_RUNNERS", base::join(runners, ", ")},
                        {"URL", url},
                        {"BINARY", name},
                        {"MORE", more}});
}

}  // namespace

std::string_view ci_host_name(CiHost host) { return host == CiHost::github ? "github" : "gitea"; }

std::vector<CiFile> ci_files(const Config& config, CiHost host, const ReadCiFile& read) {
  std::vector<CiFile> files;
  for (const std::string_view name : kNames) {
    const std::string path = cat(folder_of(host), name);
    if (name == "release.yml") {
      files.push_back({path, release_text(config, host, read(path))});
    } else if (name == "refresh.yml") {
      if (config.trust && config.trust->refresh != "none")
        files.push_back({path, refresh_text(config, host)});
    } else if (config.installers && !config.destinations.empty()) {
      files.push_back({path, install_text(config, host)});
    }
  }
  return files;
}

std::vector<std::string> ci_drift(const Config& config, const ReadCiFile& read) {
  std::vector<std::string> differing;
  for (const CiHost host : {CiHost::github, CiHost::gitea}) {
    for (const CiFile& file : ci_files(config, host, read)) {
      const auto there = read(file.path);
      if (!there || !there->starts_with(kWrittenBy) || *there == file.text) continue;
      const auto own = base::split_lines(*there), wanted = base::split_lines(file.text);
      std::size_t line = 0;
      while (line < own.size() && line < wanted.size() && own[line] == wanted[line])
        ++line;
      differing.push_back(
          cat(file.path, ":", line + 1, " is not what cco-release init --ci ", ci_host_name(host),
              " writes for this configuration; run that, or take its first line away to keep it"));
    }
  }
  return differing;
}

}  // namespace releaser
