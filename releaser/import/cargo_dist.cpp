#include "base/error.hpp"
#include "base/text.hpp"
#include "manifest-schema/platform.hpp"
#include "releaser/config/license.hpp"
#include "releaser/import/goreleaser_parts.hpp"
#include "releaser/import/import.hpp"
#include "releaser/import/site.hpp"
#include "releaser/init/project_text.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace releaser::import {
namespace {

using base::cat;

constexpr std::size_t kMaxNameBytes = 64;

struct Advice {
  std::string_view key, text;
};

// Of the table that has cargo-dist's own keys; an empty text: nothing is needed in its place.
constexpr Advice kAdvice[] = {
    {"allow-dirty", ""},
    {"bin-aliases", "an archive has binaries under one name each"},
    {"build-local-artifacts", ""},
    {"build-setup",
     "the build is a job of your own: `cco-release init --ci github` leaves a place"},
    {"cache-builds", ""},
    {"cargo-auditable", "put `auditable` into [build] command"},
    {"cargo-dist-version", ""},
    {"cargo-cyclonedx",
     "no SBOM is made; let [hooks] before make one, and name it in [archive] files"},
    {"checksum", "the file of checksums is called checksums.sha256, and it is signed"},
    {"ci", ""},
    {"create-release",
     "a release is made; `draft` of the destination leaves its publication to you"},
    {"dependencies", "packages of the build machine are installed by its workflow"},
    {"dispatch-releases", "a tag starts the workflow: `cco-release init --ci github`"},
    {"display", ""},
    {"display-name", ""},
    {"dist", ""},
    {"extra-artifacts", "let [hooks] before make them, and name them in [archive] files"},
    {"fail-fast", ""},
    {"force-latest", "the highest stable version is the latest, unless it is a backport"},
    {"formula", "the formula is called as the product"},
    {"github-action-commits", "the workflow's actions are pinned: `cco-release init --ci github`"},
    {"github-attestations", "every file is signed with minisign: `cco-release keys new`, [sign]"},
    {"github-build-setup",
     "the build is a job of your own: `cco-release init --ci github` leaves a place"},
    {"github-custom-job-permissions", "jobs of your own stand in a workflow of your own"},
    {"github-custom-runners", "name the runners in the matrix of `cco-release init --ci github`"},
    {"github-release", "archives are public and verified before anything names them"},
    {"global-artifacts-jobs", "jobs of your own stand in a workflow of your own"},
    {"host-jobs", "jobs of your own stand in a workflow of your own"},
    {"install-libraries", "name libraries in [archive] files"},
    {"install-path", "install.sh and install.ps1 choose the folder; `--help` of them tells which"},
    {"install-success-msg", "the installers have words of their own"},
    {"install-updater",
     "[agent] of docs/configuration.md is the updater: what it needs stands there"},
    {"local-artifacts-jobs", "jobs of your own stand in a workflow of your own"},
    {"merge-tasks", ""},
    {"min-glibc-version",
     "what a binary needs is read from it; build on the oldest system to serve"},
    {"msvc-crt-static", "set RUSTFLAGS in `env` of [build.override.windows-x86_64]"},
    {"npm-package", "no npm package is made"},
    {"npm-scope", "no npm package is made"},
    {"plan-jobs", "jobs of your own stand in a workflow of your own"},
    {"post-announce-jobs", "jobs of your own stand in a workflow of your own"},
    {"pr-run-mode", ""},
    {"rust-toolchain-version", "rust-toolchain.toml says it to every build"},
    {"simple-hosting", "a destination of type \"directory\" is a folder that any server shows"},
    {"source-tarball", "no archive of the sources is made; hosts offer one"},
    {"ssldotcom-windows-sign", "[hooks] after_stamp names a program that signs each binary"},
    {"macos-sign", "[hooks] after_stamp names a program that signs each binary"},
    {"tag-namespace", "tags are \"v\" and the version"},
    {"unix-archive", "an archive is .tar.gz on every system but Windows"},
    {"windows-archive", "an archive is .zip on Windows"},
};

std::string_view advice_for(std::string_view key) {
  const Advice* best = nullptr;
  for (const Advice& each : kAdvice) {
    const bool is_it = key == each.key || key.starts_with(cat(each.key, "."));
    if (is_it && (best == nullptr || each.key.size() > best->key.size())) best = &each;
  }
  return best == nullptr ? "has no counterpart; nothing is done in its place" : best->text;
}

// A package of the workspace, or a project without Cargo that dist.toml describes.
struct App {
  std::string folder;  // "crates/tool/", "" at the top
  std::string file;
  Entry root;
  std::string name;
  std::vector<std::string> binaries;
  std::vector<std::string> build_command;
};

class DistImport {
 public:
  DistImport(Entry root, const std::string& file, const Surroundings& around)
      : m_file(file), m_around(around), m_root(std::move(root)) {
    m_result.tool = "cargo-dist";
    m_result.sources = {file};
    m_folder = file.substr(0, file.rfind('/') == std::string::npos ? 0 : file.rfind('/') + 1);
  }

  Import run() {
    open();
    product();
    targets();
    builds();
    archive();
    destination();
    packages();
    tell_unused();
    return std::move(m_result);
  }

 private:
  void note(int line, std::string_view key, std::string_view text) {
    m_result.notes.push_back({m_file, line, std::string(key), std::string(text)});
  }

  // ---- where things stand ----

  static Entry* below(Entry& root, std::initializer_list<std::string_view> path) {
    Entry* at = &root;
    for (const std::string_view name : path) {
      at = at->take(name);
      if (at == nullptr) return nullptr;
    }
    return at->is_table() ? at : nullptr;
  }

  void open() {
    const bool is_cargo = m_file.ends_with("Cargo.toml");
    if (is_cargo) {
      m_dist = below(m_root, {"workspace", "metadata", "dist"});
      m_prefix = "workspace.metadata.dist.";
      if (m_dist == nullptr) {
        m_dist = below(m_root, {"package", "metadata", "dist"});
        m_prefix = "package.metadata.dist.";
      }
      if (m_dist == nullptr) {
        throw base::Error(base::Errc::config,
                          cat(m_file,
                              ": has neither [workspace.metadata.dist] nor "
                              "[package.metadata.dist]; without --from, `init` reads the "
                              "rest of it"));
      }
      add_cargo(m_root, m_file, m_folder);
    } else {
      m_dist = m_root.take("dist");
      m_prefix = "dist.";
      if (m_dist == nullptr && below(m_root, {"package"}) == nullptr) {
        throw base::Error(base::Errc::config, cat(m_file, ": has no [dist]; is it cargo-dist's?"));
      }
      if (m_dist == nullptr) m_dist = &m_no_dist;
      if (m_root.has("package")) add_generic(m_root, m_file, m_folder);
      if (Entry* const workspace = m_root.take("workspace")) {
        for (const Entry* each : workspace->take_texts("packages"))
          m_wanted.insert(each->text);
        for (const Entry* member : workspace->take_texts("members"))
          add_member(*member);
      } else {
        add_file(cat(m_folder, "Cargo.toml"));
      }
    }
    const bool is_opt_in = m_dist->has("dist") && !m_dist->take_flag("dist");
    std::erase_if(m_apps, [&](const App& app) {
      return (!m_wanted.empty() && m_wanted.count(app.name) == 0) ||
             (is_opt_in && m_wanted.empty() && m_apps.size() > 1 && !says_dist(app));
    });
    if (m_apps.empty()) {
      throw base::Error(base::Errc::config,
                        cat(m_file,
                            ": no package with a binary was found; give the Cargo.toml of "
                            "the one that is released"));
    }
    for (std::size_t at = 1; at < m_apps.size(); ++at) {
      m_result.notes.push_back({m_apps[at].file, 1, "package.name",
                                cat(m_apps[at].name,
                                    " is a product of its own; give it a "
                                    "cco-release.toml of its own")});
    }
  }

  static bool says_dist(const App& app) {
    Entry root = app.root;
    Entry* const own = below(root, {"package", "metadata", "dist"});
    return own != nullptr && own->take_flag("dist");
  }

  // "cargo:.", "cargo:crates/tool", "dist:web", "npm:."
  void add_member(const Entry& member) {
    const std::size_t colon = member.text.find(':');
    const std::string kind = member.text.substr(0, colon);
    std::string path = colon == std::string::npos ? "." : member.text.substr(colon + 1);
    while (path.ends_with('/') || path.ends_with("/."))
      path.pop_back();
    const std::string folder = path.empty() || path == "." ? m_folder : cat(m_folder, path, "/");
    if (kind == "cargo") {
      add_file(cat(folder, "Cargo.toml"));
    } else if (kind == "dist") {
      const std::string file = cat(folder, "dist.toml");
      if (const auto text = m_around.read(file)) add_generic(read_toml(*text, file), file, folder);
    } else {
      note(member.line, "workspace.members",
           cat("`", base::safe_text(member.text, 60), "` is not read; give its binary to [build]"));
    }
  }

  void add_file(const std::string& file) {
    const auto text = m_around.read(file);
    if (!text) return;
    m_result.sources.push_back(file);
    add_cargo(read_toml(*text, file), file,
              file.substr(0, file.size() - std::string_view("Cargo.toml").size()));
  }

  void add_cargo(Entry root, const std::string& file, const std::string& folder) {
    if (Entry* const shared = below(root, {"workspace", "package"})) {
      m_shared = *shared;
    }
    m_has_profile = m_has_profile || below(root, {"profile", "dist"}) != nullptr;
    if (root.has("package")) add_package(root, file, folder);
    Entry* const workspace = root.take("workspace");
    if (workspace == nullptr) return;
    m_is_workspace = true;
    for (const Entry* member : workspace->take_texts("members")) {
      for (const std::string& each : m_around.expand(cat(folder, member->text, "/Cargo.toml"))) {
        const auto text = m_around.read(each);
        if (!text || each == file) continue;
        add_package(read_toml(*text, each), each,
                    each.substr(0, each.size() - std::string_view("Cargo.toml").size()));
      }
    }
  }

  void add_package(Entry root, const std::string& file, const std::string& folder) {
    Entry* const package = root.take("package");
    if (package == nullptr) return;
    App app{.folder = folder,
            .file = file,
            .root = {},
            .name = package->take_text("name"),
            .binaries = {},
            .build_command = {}};
    for (Entry* const binary : root.take_tables("bin"))
      app.binaries.push_back(binary->take_text("name"));
    if (app.binaries.empty() && !m_around.expand(cat(folder, "src/main.rs")).empty()) {
      app.binaries.push_back(app.name);
    }
    for (const std::string& path : m_around.expand(cat(folder, "src/bin/*.rs"))) {
      const std::string name = path.substr(path.rfind('/') + 1);
      const std::string plain = name.substr(0, name.size() - 3);
      if (std::find(app.binaries.begin(), app.binaries.end(), plain) == app.binaries.end()) {
        app.binaries.push_back(plain);
      }
    }
    Entry* const own = below(root, {"package", "metadata", "dist"});
    const bool is_off = own != nullptr && own->has("dist") && !own->take_flag("dist");
    const bool is_private = package->has("publish") && package->take_text("publish") == "false" &&
                            (own == nullptr || !own->take_flag("dist"));
    if (app.binaries.empty() || app.name.empty() || is_off || is_private) return;
    app.root = std::move(root);
    m_apps.push_back(std::move(app));
  }

  void add_generic(Entry root, const std::string& file, const std::string& folder) {
    Entry* const package = root.take("package");
    if (package == nullptr) return;
    App app{.folder = folder,
            .file = file,
            .root = {},
            .name = package->take_text("name"),
            .binaries = {},
            .build_command = {}};
    for (const Entry* each : package->take_texts("binaries"))
      app.binaries.push_back(each->text);
    for (const Entry* each : package->take_texts("build-command"))
      app.build_command.push_back(without_placeholders(each->text));
    if (app.binaries.empty()) app.binaries.push_back(app.name);
    app.root = std::move(root);
    m_apps.push_back(std::move(app));
  }

  App& app() { return m_apps.front(); }

  // ---- what is carried ----

  std::string of_package(std::string_view key) {
    Entry* const package = app().root.take("package");
    Entry* const value = package == nullptr ? nullptr : package->take(key);
    if (value == nullptr) return "";
    if (value->kind == Entry::Kind::text) return value->text;
    // license.workspace = true
    if (value->is_table()) return m_shared.take_text(key);
    return value->items.empty() ? "" : value->items.front().text;
  }

  void product() {
    ProductSettings& product = m_result.config.product;
    product.name = product_name(app().name).substr(0, kMaxNameBytes);
    if (product.name.empty()) product.name = "my-tool";
    if (product.name != app().name) {
      m_result.notes.push_back({app().file, 1, "package.name",
                                cat("the product is called ", product.name,
                                    " (a-z, 0-9 and \"-\"); archives keep the name ", app().name)});
    }
    set_if_empty(product.description, of_package("description"));
    m_repository = of_package("repository");
    set_if_empty(product.homepage, of_package("homepage"));
    set_if_empty(product.homepage, m_repository);
    set_if_empty(product.maintainer, of_package("authors"));
    product.license = mend_license(of_package("license")).value_or("");
    if (!is_generic()) m_result.config.version.files = {relative(app().file)};
  }

  // As the file of a project is named in its configuration: from the project's folder on.
  std::string relative(const std::string& path) const {
    return path.starts_with(m_folder) ? path.substr(m_folder.size()) : path;
  }

  [[nodiscard]] bool is_generic() const { return !m_apps.front().file.ends_with("Cargo.toml"); }

  void targets() {
    std::vector<Entry*> given = m_dist->take_texts("targets");
    std::vector<std::pair<std::string, int>> wanted;
    wanted.reserve(given.size());
    for (const Entry* each : given)
      wanted.emplace_back(each->text, each->line);
    if (wanted.empty()) {
      for (const std::string_view each :
           {"aarch64-apple-darwin", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin",
            "x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"}) {
        wanted.emplace_back(each, m_dist->line);
      }
    }
    for (const auto& [triple, line] : wanted) {
      const std::string plain = base::replace_all(triple, "windows-gnu", "windows-msvc");
      const auto table = schema::Platform::table();
      const auto row =
          std::find_if(table.begin(), table.end(),
                       [&](const schema::PlatformRow& each) { return each.rust_target == plain; });
      if (row == table.end() || !m_triples.emplace(std::string(row->name), triple).second) {
        note(line, cat(m_prefix, "targets"),
             cat("`", base::safe_text(triple, 60), "` is left out: ",
                 row == table.end() ? "there is no such platform here"
                                    : "a platform has one archive"));
        continue;
      }
    }
    if (m_triples.empty()) m_triples.emplace("linux-x86_64", "x86_64-unknown-linux-gnu");
    for (const schema::PlatformRow& row : schema::Platform::table()) {
      if (m_triples.count(std::string(row.name)) > 0) {
        m_result.config.build.platforms.emplace_back(row.name);
      }
    }
  }

  bool is_own(const std::string& platform) const {
    return schema::Platform::find(platform)->row().rust_target == m_triples.at(platform);
  }

  std::vector<std::string> paths_of(const std::vector<std::string>& binaries,
                                    const std::string& triple) const {
    std::vector<std::string> paths;
    paths.reserve(binaries.size());
    for (const std::string& name : binaries) {
      const std::string binary = without_placeholders(name);
      paths.push_back(is_generic() ? cat(relative(m_apps.front().folder), binary, "{exe}")
                                   : cat("target/", triple, "/", m_has_profile ? "dist" : "release",
                                         "/", binary, "{exe}"));
    }
    return paths;
  }

  static void set(const std::vector<std::string>& paths, std::string& one,
                  std::vector<std::string>& several) {
    if (paths.size() == 1) {
      one = paths.front();
    } else {
      several = paths;
    }
  }

  void builds() {
    Config& config = m_result.config;
    std::map<std::string, std::vector<std::string>> own_binaries;  // by target
    std::vector<std::string> usual = app().binaries;
    if (Entry* const binaries = m_dist->take("binaries")) {
      for (Member& each : binaries->members) {
        std::vector<std::string> names;
        for (const Entry* name : binaries->take_texts(each.name))
          names.push_back(name->text);
        if (each.name == "*") {
          usual = names;
        } else {
          own_binaries[each.name] = names;
        }
      }
    }
    set(paths_of(usual, "{rust_target}"), config.build.binary, config.build.binaries);
    config.build.command = command("{rust_target}");
    if (is_generic()) config.build.env["CARGO_DIST_TARGET"] = "{rust_target}";
    for (const auto& [platform, triple] : m_triples) {
      const auto own = own_binaries.find(triple);
      const bool has_own = own != own_binaries.end() && own->second != usual;
      if (is_own(platform) && !has_own) continue;
      const std::string named = is_own(platform) ? "{rust_target}" : triple;
      OverrideSettings& settings = config.overrides[platform];
      if (has_own || !is_generic()) {
        set(paths_of(has_own ? own->second : usual, named), settings.binary, settings.binaries);
      }
      if (!is_own(platform)) {
        if (is_generic()) {
          settings.env["CARGO_DIST_TARGET"] = triple;
        } else {
          settings.command = command(triple);
        }
        settings.archive = cat(name_in_archives(), "-", triple);
      }
    }
  }

  Argv command(const std::string& triple) {
    if (is_generic()) return app().build_command;
    Argv argv{"cargo", "build"};
    if (m_has_profile) {
      argv.insert(argv.end(), {"--profile", "dist"});
    } else {
      argv.emplace_back("--release");
    }
    argv.insert(argv.end(), {"--target", triple});
    if (m_is_workspace) argv.insert(argv.end(), {"--package", without_placeholders(app().name)});
    std::vector<std::string> features;
    for (Entry* const table : {m_dist, own_table()}) {
      if (table == nullptr) continue;
      for (const Entry* each : table->take_texts("features"))
        features.push_back(without_placeholders(each->text));
      if (table->take_flag("all-features")) argv.emplace_back("--all-features");
      if (table->has("default-features") && !table->take_flag("default-features")) {
        argv.emplace_back("--no-default-features");
      }
      table->take_text("precise-builds");
      if (table == m_dist && own_table() == m_dist) break;
    }
    if (!features.empty()) argv.insert(argv.end(), {"--features", base::join(features, ",")});
    return argv;
  }

  // [package.metadata.dist] of the package, where that is not the table itself.
  Entry* own_table() {
    if (m_prefix == "package.metadata.dist.") return nullptr;
    return below(app().root, {"package", "metadata", "dist"});
  }

  std::string name_in_archives() {
    if (app().name == m_result.config.product.name || !is_file_name(app().name)) return "{name}";
    return app().name;
  }

  void archive() {
    Config& config = m_result.config;
    config.archive.name = cat(name_in_archives(), "-{rust_target}");
    for (const auto& [key, usual, ours, systems] :
         {std::tuple("unix-archive", ".tar.xz", ".tar.gz", "everywhere but on Windows"),
          std::tuple("windows-archive", ".zip", ".zip", "on Windows")}) {
      const Entry* const node = m_dist->take(key);
      const std::string format = node == nullptr ? usual : node->text;
      if (format == ours) continue;
      note(node == nullptr ? m_dist->line : node->line, cat(m_prefix, key),
           cat(systems, " an archive is ", ours, " here, so the assets that ended in ", format,
               " are no longer made"));
    }
    note(m_dist->line, cat(m_prefix, "archive"),
         "binaries lie at the top of an archive here, without a folder around them");
    const Entry* const includes = m_dist->take("auto-includes");
    if (includes == nullptr || includes->text != "false") {
      for (const std::string& each : m_around.facts.archive_files)
        config.archive.files.push_back({.source = each, .destination = {}});
    }
    for (const Entry* each : m_dist->take_texts("include")) {
      std::string source = each->text;
      while (source.ends_with('/'))
        source.pop_back();
      if (source.starts_with("./")) source.erase(0, 2);
      if (m_around.expand(source).empty()) {
        if (!m_around.expand(cat(source, "/**")).empty()) {
          source += "/**";
        } else {
          note(each->line, cat(m_prefix, "include"),
               cat("`", base::safe_text(source, 100),
                   "` finds nothing now; a release stops where it still finds nothing"));
        }
      }
      config.archive.files.push_back({.source = source, .destination = {}});
    }
    if (!m_around.expand(cat(m_folder, "CHANGELOG.md")).empty()) config.changelog.emplace();
  }

  void destination() {
    Config& config = m_result.config;
    const Entry* const hosting = m_dist->take("hosting");
    if (hosting != nullptr && hosting->kind == Entry::Kind::text && hosting->text != "github") {
      note(hosting->line, cat(m_prefix, "hosting"), "archives go to releases of GitHub");
    }
    if (hosting != nullptr && hosting->is_list()) m_dist->take("hosting")->use_all();
    std::string repository = m_dist->take_text("github-releases-repo");
    if (repository.empty()) {
      for (const std::string& url : {m_repository, m_around.facts.remote}) {
        const auto found = repository_of(url);
        if (found && repository.empty()) repository = cat(found->first, "/", found->second);
      }
    }
    if (repository.empty()) {
      note(m_dist->line, cat(m_prefix, "hosting"),
           "no repository of GitHub is named; archives go into a folder that a web server shows");
      config.destinations.push_back(folder_destination(config.product.name));
      return;
    }
    DestinationSettings host;
    host.type = "github";
    host.repository = repository;
    add_forge(config, host, [&](std::string_view text) { note(1, "repository", text); });
  }

  void packages() {
    Config& config = m_result.config;
    config.installers.emplace();
    bool has_homebrew = false;
    for (const Entry* each : m_dist->take_texts("installers")) {
      has_homebrew = has_homebrew || each->text == "homebrew";
      const bool is_known =
          each->text == "homebrew" || each->text == "shell" || each->text == "powershell";
      if (!is_known) {
        note(each->line, cat(m_prefix, "installers"),
             cat("`", base::safe_text(each->text, 40),
                 "` is not made; install.sh, install.ps1, "
                 "Homebrew and Scoop are"));
      }
    }
    const std::string tap = m_dist->take_text("tap");
    if (has_homebrew || !tap.empty()) config.homebrew.emplace().tap = tap;
    for (const Entry* each : m_dist->take_texts("publish-jobs")) {
      if (each->text == "homebrew") continue;
      note(each->line, cat(m_prefix, "publish-jobs"),
           cat("`", base::safe_text(each->text, 60),
               "` is a job of your own; let it follow the workflow of `cco-release init --ci "
               "github`"));
    }
  }

  // What says only what is so here anyway.
  void drop_what_is_so() {
    for (const auto& [key, value] : {std::pair("create-release", "true"),
                                     {"dispatch-releases", "false"},
                                     {"force-latest", "false"},
                                     {"github-attestations", "false"},
                                     {"install-updater", "false"},
                                     {"source-tarball", "false"}}) {
      Entry* const node = m_dist->take(key);
      if (node != nullptr) node->used = node->text == value;
    }
  }

  void tell_unused() {
    drop_what_is_so();
    const auto tell = [&](const std::string& file, const Entry& table, const std::string& prefix) {
      for (const auto& [key, line] : unused_of(table)) {
        const std::string_view text = advice_for(key);
        if (!text.empty())
          m_result.notes.push_back({file, line, cat(prefix, key), std::string(text)});
      }
    };
    tell(m_file, *m_dist, m_prefix);
    if (Entry* const own = own_table()) tell(app().file, *own, "package.metadata.dist.");
    std::stable_sort(m_result.notes.begin(), m_result.notes.end(),
                     [](const Note& a, const Note& b) {
                       return std::tie(a.file, a.line) < std::tie(b.file, b.line);
                     });
  }

  const std::string& m_file;
  const Surroundings& m_around;
  Entry m_root;
  Entry m_no_dist;
  Entry* m_dist = nullptr;
  Entry m_shared;
  std::string m_folder, m_prefix, m_repository;
  std::vector<App> m_apps;
  std::set<std::string> m_wanted;
  bool m_has_profile = false;
  bool m_is_workspace = false;
  std::map<std::string, std::string> m_triples;  // by our platform
  Import m_result;
};

}  // namespace

Import import_cargo_dist(Entry root, const std::string& file, const Surroundings& around) {
  return DistImport(std::move(root), file, around).run();
}

}  // namespace releaser::import
