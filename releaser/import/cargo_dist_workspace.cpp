#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/import/cargo_dist_parts.hpp"
#include "releaser/import/goreleaser_parts.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

void add_package(CargoDist& all, Entry root, const std::string& file, const std::string& folder) {
  Entry* const package = root.take("package");
  if (package == nullptr) return;
  App app{.folder = folder, .file = file, .name = package->take_text("name")};
  for (Entry* const binary : root.take_tables("bin"))
    app.binaries.push_back(binary->take_text("name"));
  if (app.binaries.empty() && !all.around.expand(cat(folder, "src/main.rs")).empty()) {
    app.binaries.push_back(app.name);
  }
  for (const std::string& path : all.around.expand(cat(folder, "src/bin/*.rs"))) {
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
  all.apps.push_back(std::move(app));
}

void add_generic(CargoDist& all, Entry root, const std::string& file, const std::string& folder) {
  Entry* const package = root.take("package");
  if (package == nullptr) return;
  App app{.folder = folder, .file = file, .name = package->take_text("name")};
  for (const Entry* each : package->take_texts("binaries"))
    app.binaries.push_back(each->text);
  for (const Entry* each : package->take_texts("build-command"))
    app.build_command.push_back(without_placeholders(each->text));
  if (app.binaries.empty()) app.binaries.push_back(app.name);
  app.root = std::move(root);
  all.apps.push_back(std::move(app));
}

void add_cargo(CargoDist& all, Entry root, const std::string& file, const std::string& folder) {
  if (Entry* const shared = below(root, {"workspace", "package"})) {
    all.shared = *shared;
  }
  all.has_profile = all.has_profile || below(root, {"profile", "dist"}) != nullptr;
  if (root.has("package")) add_package(all, root, file, folder);
  Entry* const workspace = root.take("workspace");
  if (workspace == nullptr) return;
  all.is_workspace = true;
  for (const Entry* member : workspace->take_texts("members")) {
    for (const std::string& each : all.around.expand(cat(folder, member->text, "/Cargo.toml"))) {
      const auto text = all.around.read(each);
      if (!text || each == file) continue;
      add_package(all, read_toml(*text, each), each,
                  each.substr(0, each.size() - std::string_view("Cargo.toml").size()));
    }
  }
}

void add_file(CargoDist& all, const std::string& file) {
  const auto text = all.around.read(file);
  if (!text) return;
  all.result.sources.push_back(file);
  add_cargo(all, read_toml(*text, file), file,
            file.substr(0, file.size() - std::string_view("Cargo.toml").size()));
}

// "cargo:.", "cargo:crates/tool", "dist:web", "npm:."
void add_member(CargoDist& all, const Entry& member) {
  const std::size_t colon = member.text.find(':');
  const std::string kind = member.text.substr(0, colon);
  std::string path = colon == std::string::npos ? "." : member.text.substr(colon + 1);
  while (path.ends_with('/') || path.ends_with("/."))
    path.pop_back();
  const std::string folder = path.empty() || path == "." ? all.folder : cat(all.folder, path, "/");
  if (kind == "cargo") {
    add_file(all, cat(folder, "Cargo.toml"));
  } else if (kind == "dist") {
    const std::string file = cat(folder, "dist.toml");
    if (const auto text = all.around.read(file))
      add_generic(all, read_toml(*text, file), file, folder);
  } else {
    all.note(
        member.line, "workspace.members",
        cat("`", base::safe_text(member.text, 60), "` is not read; give its binary to [build]"));
  }
}

bool says_dist(const App& app) {
  Entry root = app.root;
  Entry* const own = below(root, {"package", "metadata", "dist"});
  return own != nullptr && own->take_flag("dist");
}

}  // namespace

Entry* below(Entry& root, std::initializer_list<std::string_view> path) {
  Entry* at = &root;
  for (const std::string_view name : path) {
    at = at->take(name);
    if (at == nullptr) return nullptr;
  }
  return at->is_table() ? at : nullptr;
}

void find_apps(CargoDist& all) {
  const bool is_cargo = all.file.ends_with("Cargo.toml");
  if (is_cargo) {
    all.dist = below(all.root, {"workspace", "metadata", "dist"});
    all.prefix = "workspace.metadata.dist.";
    if (all.dist == nullptr) {
      all.dist = below(all.root, {"package", "metadata", "dist"});
      all.prefix = "package.metadata.dist.";
    }
    if (all.dist == nullptr) {
      throw base::Error(base::Errc::config,
                        cat(all.file,
                            ": has neither [workspace.metadata.dist] nor "
                            "[package.metadata.dist]; without --from, `init` reads the "
                            "rest of it"));
    }
    add_cargo(all, all.root, all.file, all.folder);
  } else {
    all.dist = all.root.take("dist");
    all.prefix = "dist.";
    if (all.dist == nullptr && below(all.root, {"package"}) == nullptr) {
      throw base::Error(base::Errc::config, cat(all.file, ": has no [dist]; is it cargo-dist's?"));
    }
    if (all.dist == nullptr) all.dist = &all.no_dist;
    if (all.root.has("package")) add_generic(all, all.root, all.file, all.folder);
    if (Entry* const workspace = all.root.take("workspace")) {
      for (const Entry* each : workspace->take_texts("packages"))
        all.wanted.insert(each->text);
      for (const Entry* member : workspace->take_texts("members"))
        add_member(all, *member);
    } else {
      add_file(all, cat(all.folder, "Cargo.toml"));
    }
  }
  const bool is_opt_in = all.dist->has("dist") && !all.dist->take_flag("dist");
  std::erase_if(all.apps, [&](const App& app) {
    return (!all.wanted.empty() && all.wanted.count(app.name) == 0) ||
           (is_opt_in && all.wanted.empty() && all.apps.size() > 1 && !says_dist(app));
  });
  if (all.apps.empty()) {
    throw base::Error(base::Errc::config,
                      cat(all.file,
                          ": no package with a binary was found; give the Cargo.toml of "
                          "the one that is released"));
  }
  for (std::size_t at = 1; at < all.apps.size(); ++at) {
    all.result.notes.push_back({all.apps[at].file, 1, "package.name",
                                cat(all.apps[at].name,
                                    " is a product of its own; give it a "
                                    "cco-release.toml of its own")});
  }
}

}  // namespace releaser::import
