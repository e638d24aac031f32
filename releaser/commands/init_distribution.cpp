#include "releaser/commands/init_distribution.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/config/config.hpp"
#include "releaser/render/distribution.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/product_of_release.hpp"
#include "releaser/stages/target.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
constexpr std::size_t kMaxPageBytes = 4UL * 1024 * 1024;
constexpr std::string_view kGitHub = "https://github.com/";

Product product_of(const Config& config) {
  if (!config.sign || config.destinations.empty()) {
    throw Error(Errc::config, cat(config.file.filename().string(), ": ",
                                  config.sign ? "[[destination]]" : "[sign]",
                                  " is missing; its pages name the key and the address"));
  }
  Product product = product_of_config(config);
  if (has_agent(config)) product.agent = agent_name(config);
  return product;
}

std::optional<ScheduledRefresh> refresh_of(const Config& config, const base::Arguments& arguments) {
  if (!config.trust || config.trust->refresh == "none") return std::nullopt;
  std::string source = arguments.value("--source").value_or("");
  if (source.empty() && config.product.homepage.starts_with(kGitHub))
    source = config.product.homepage.substr(kGitHub.size());
  if (source.ends_with(".git")) source.resize(source.size() - 4);
  const bool is_name = std::count(source.begin(), source.end(), '/') == 1 &&
                       is_file_name(source.substr(0, source.find('/'))) &&
                       is_file_name(source.substr(source.find('/') + 1));
  if (!is_name) {
    throw Error(Errc::usage,
                "the scheduled refresh reads cco-release.toml and the trust folder from the "
                "repository of the project; name it: --source OWNER/NAME");
  }
  const std::string& variable = config.destinations.front().token_env;
  return ScheduledRefresh{std::move(source), variable.empty() ? "GH_TOKEN" : variable,
                          config.trust->refresh == "daily"};
}

// Nothing is written where something else stands in the way.
void check_conflicts(const base::Path& folder, const std::vector<SitePage>& files) {
  std::vector<std::string> others;
  for (const SitePage& file : files) {
    const auto there = base::read_file_if_exists(folder / file.path, kMaxPageBytes);
    if (there && *there != file.text) others.push_back(file.path);
  }
  if (others.empty()) return;
  throw Error(Errc::conflict,
              cat(folder.string(), " has another ", base::join_first(others, 3),
                  " already; nothing was changed: move ", others.size() == 1 ? "it" : "them",
                  " away, or say --force to replace ", others.size() == 1 ? "it" : "them"));
}

void print(const Services& services, const base::Messages& messages, const Config& config,
           const base::Path& folder, const std::vector<std::string>& written, bool as_json) {
  if (as_json) {
    json::Array names(written.begin(), written.end());
    services.out << json::write(json::Object{{"schema", 1},
                                             {"product", config.product.name},
                                             {"folder", folder.string()},
                                             {"written", std::move(names)}},
                                json::Style::pretty);
  } else {
    for (const std::string& name : written)
      services.out << (folder / name).string() << '\n';
  }
  messages.say(written.empty() ? cat(folder.string(), " has all of it already")
                               : cat("next: commit and push ", folder.string(),
                                     ", and let a [[destination]] of type \"git\" name that "
                                     "repository as `remote` and its branch"));
}

int run_init_distribution(const Services& services, const base::Arguments& arguments) {
  const base::Messages messages = messages_of(services, arguments);
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  const base::Path folder = arguments.positionals().front();
  const std::vector<SitePage> files = render_distribution(
      product_of(config), archives_place(config), refresh_of(config, arguments));
  if (!arguments.has("--force")) check_conflicts(folder, files);
  std::vector<std::string> written;
  for (const SitePage& file : files) {
    const base::Path path = folder / file.path;
    if (base::read_file_if_exists(path, kMaxPageBytes) == file.text) continue;
    base::make_directories(path.parent_path());
    base::write_file_atomically(path, file.text, file.executable ? 0755 : 0644);
    written.push_back(file.path);
  }
  print(services, messages, config, folder, written, wants_json(arguments));
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_init_distribution(const Services& services) {
  return {
      .name = "init-distribution",
      .aliases = {},
      .summary = "begin a repository of its own for the published site",
      .description =
          "Writes what such a repository holds besides releases into DIR, a clone of it or a new "
          "folder: README.md, docs, scripts/uninstall.sh, scripts/verify-installation.sh, files "
          "that keep bytes as they are, and, where [trust] refreshes, a workflow that runs "
          "cco-release trust refresh on schedule. publish keeps the pages up to date. Files that "
          "are there with other contents are never replaced without --force.",
      .options = {{"--source",
                   "",
                   "OWNER/NAME",
                   "repository with cco-release.toml; default: that of `homepage` on github.com",
                   {}},
                  {"--force", "", "", "replace files that say something else", {}}},
      .positionals = {{"DIR", "the repository's folder; made where it is not there", true, {}}},
      .examples = {{"cco-release init-distribution ../mytool-releases",
                    "in a clone of an empty repository"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_init_distribution(services, arguments);
      }};
}

}  // namespace releaser
