#include "base/text.hpp"
#include "releaser/config/license.hpp"
#include "releaser/import/advice.hpp"
#include "releaser/import/cargo_dist_parts.hpp"
#include "releaser/import/site.hpp"
#include "releaser/init/project_text.hpp"

#include <algorithm>
#include <tuple>

namespace releaser::import {
namespace {

using base::cat;

std::string of_package(CargoDist& all, std::string_view key) {
  Entry* const package = all.app().root.take("package");
  Entry* const value = package == nullptr ? nullptr : package->take(key);
  if (value == nullptr) return "";
  if (value->kind == Entry::Kind::text) return value->text;
  // license.workspace = true
  if (value->is_table()) return all.shared.take_text(key);
  return value->items.empty() ? "" : value->items.front().text;
}

void write_product(CargoDist& all) {
  ProductSettings& product = all.result.config.product;
  product.name = product_name(all.app().name).substr(0, kMaxNameBytes);
  if (product.name.empty()) product.name = "my-tool";
  if (product.name != all.app().name) {
    all.result.notes.push_back(
        {all.app().file, 1, "package.name",
         cat("the product is called ", product.name,
             " (a-z, 0-9 and \"-\"); archives keep the name ", all.app().name)});
  }
  set_if_empty(product.description, of_package(all, "description"));
  all.repository = of_package(all, "repository");
  set_if_empty(product.homepage, of_package(all, "homepage"));
  set_if_empty(product.homepage, all.repository);
  set_if_empty(product.maintainer, of_package(all, "authors"));
  product.license = mend_license(of_package(all, "license")).value_or("");
  if (!all.is_generic()) all.result.config.version.files = {all.relative(all.app().file)};
}

void write_archive(CargoDist& all) {
  Config& config = all.result.config;
  config.archive.name = cat(all.name_in_archives(), "-{rust_target}");
  for (const auto& [key, usual, ours, systems] :
       {std::tuple("unix-archive", ".tar.xz", ".tar.gz", "everywhere but on Windows"),
        std::tuple("windows-archive", ".zip", ".zip", "on Windows")}) {
    const Entry* const node = all.dist->take(key);
    const std::string format = node == nullptr ? usual : node->text;
    if (format == ours) continue;
    all.note(node == nullptr ? all.dist->line : node->line, cat(all.prefix, key),
             cat(systems, " an archive is ", ours, " here, so the assets that ended in ", format,
                 " are no longer made"));
  }
  all.note(all.dist->line, cat(all.prefix, "archive"),
           "binaries lie at the top of an archive here, without a folder around them");
  const Entry* const includes = all.dist->take("auto-includes");
  if (includes == nullptr || includes->text != "false") {
    for (const std::string& each : all.around.facts.archive_files)
      config.archive.files.push_back({.source = each, .destination = {}});
  }
  for (const Entry* each : all.dist->take_texts("include")) {
    std::string source = each->text;
    while (source.ends_with('/'))
      source.pop_back();
    if (source.starts_with("./")) source.erase(0, 2);
    if (all.around.expand(source).empty()) {
      if (!all.around.expand(cat(source, "/**")).empty()) {
        source += "/**";
      } else {
        all.note(each->line, cat(all.prefix, "include"),
                 cat("`", base::safe_text(source, 100),
                     "` finds nothing now; a release stops where it still finds nothing"));
      }
    }
    config.archive.files.push_back({.source = source, .destination = {}});
  }
  if (!all.around.expand(cat(all.folder, "CHANGELOG.md")).empty()) config.changelog.emplace();
}

void write_destination(CargoDist& all) {
  Config& config = all.result.config;
  const Entry* const hosting = all.dist->take("hosting");
  if (hosting != nullptr && hosting->kind == Entry::Kind::text && hosting->text != "github") {
    all.note(hosting->line, cat(all.prefix, "hosting"), "archives go to releases of GitHub");
  }
  if (hosting != nullptr && hosting->is_list()) all.dist->take("hosting")->use_all();
  std::string repository = all.dist->take_text("github-releases-repo");
  if (repository.empty()) {
    for (const std::string& url : {all.repository, all.around.facts.remote}) {
      const auto found = repository_of(url);
      if (found && repository.empty()) repository = cat(found->first, "/", found->second);
    }
  }
  if (repository.empty()) {
    all.note(all.dist->line, cat(all.prefix, "hosting"),
             "no repository of GitHub is named; archives go into a folder that a web server shows");
    config.destinations.push_back(folder_destination(config.product.name));
    return;
  }
  DestinationSettings host;
  host.type = "github";
  host.repository = repository;
  add_forge(config, host, [&](std::string_view text) { all.note(1, "repository", text); });
}

void write_packages(CargoDist& all) {
  Config& config = all.result.config;
  config.installers.emplace();
  bool has_homebrew = false;
  for (const Entry* each : all.dist->take_texts("installers")) {
    has_homebrew = has_homebrew || each->text == "homebrew";
    const bool is_known =
        each->text == "homebrew" || each->text == "shell" || each->text == "powershell";
    if (!is_known) {
      all.note(each->line, cat(all.prefix, "installers"),
               cat("`", base::safe_text(each->text, 40),
                   "` is not made; install.sh, install.ps1, "
                   "Homebrew and Scoop are"));
    }
  }
  const std::string tap = all.dist->take_text("tap");
  if (has_homebrew || !tap.empty()) config.homebrew.emplace().tap = tap;
  for (const Entry* each : all.dist->take_texts("publish-jobs")) {
    if (each->text == "homebrew") continue;
    all.note(each->line, cat(all.prefix, "publish-jobs"),
             cat("`", base::safe_text(each->text, 60),
                 "` is a job of your own; let it follow the workflow of `cco-release init --ci "
                 "github`"));
  }
}

// What says only what is so here anyway.
void drop_what_is_so(CargoDist& all) {
  for (const auto& [key, value] : {std::pair("create-release", "true"),
                                   {"dispatch-releases", "false"},
                                   {"force-latest", "false"},
                                   {"github-attestations", "false"},
                                   {"install-updater", "false"},
                                   {"source-tarball", "false"}}) {
    Entry* const node = all.dist->take(key);
    if (node != nullptr) node->used = node->text == value;
  }
}

void tell_unused(CargoDist& all) {
  drop_what_is_so(all);
  const auto tell = [&](const std::string& file, const Entry& table, const std::string& prefix) {
    for (const auto& [key, line] : unused_of(table)) {
      const std::string_view text = advice_for(cargo_dist_advice(), key);
      if (!text.empty())
        all.result.notes.push_back({file, line, cat(prefix, key), std::string(text)});
    }
  };
  tell(all.file, *all.dist, all.prefix);
  if (Entry* const own = all.own_table()) tell(all.app().file, *own, "package.metadata.dist.");
  std::stable_sort(all.result.notes.begin(), all.result.notes.end(),
                   [](const Note& a, const Note& b) {
                     return std::tie(a.file, a.line) < std::tie(b.file, b.line);
                   });
}

}  // namespace

void CargoDist::note(int line, std::string_view key, std::string_view text) {
  result.notes.push_back({file, line, std::string(key), std::string(text)});
}

bool CargoDist::is_generic() const { return !apps.front().file.ends_with("Cargo.toml"); }

std::string CargoDist::relative(const std::string& path) const {
  return path.starts_with(folder) ? path.substr(folder.size()) : path;
}

Entry* CargoDist::own_table() {
  if (prefix == "package.metadata.dist.") return nullptr;
  return below(app().root, {"package", "metadata", "dist"});
}

std::string CargoDist::name_in_archives() {
  if (app().name == result.config.product.name || !is_file_name(app().name)) return "{name}";
  return app().name;
}

Import import_cargo_dist(Entry root, const std::string& file, const Surroundings& around) {
  CargoDist all{.file = file, .around = around, .root = std::move(root)};
  all.result.tool = "cargo-dist";
  all.result.sources = {file};
  all.folder = file.substr(0, file.rfind('/') == std::string::npos ? 0 : file.rfind('/') + 1);
  find_apps(all);
  write_product(all);
  write_builds(all);
  write_archive(all);
  write_destination(all);
  write_packages(all);
  tell_unused(all);
  return std::move(all.result);
}

}  // namespace releaser::import
