#pragma once

#include "releaser/import/import.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

// The rooms of the cargo-dist import; cargo_dist.cpp goes through them in order.
namespace releaser::import {

// A package of the workspace, or a project without Cargo that dist.toml describes.
struct App {
  std::string folder;  // "crates/tool/", "" at the top
  std::string file;
  Entry root = {};
  std::string name;
  std::vector<std::string> binaries = {};
  std::vector<std::string> build_command = {};
};

struct CargoDist {
  const std::string& file;
  const Surroundings& around;
  Entry root;
  Entry no_dist = {};     // for a project that says nothing of cargo-dist
  Entry* dist = nullptr;  // the table with cargo-dist's own keys, called `prefix`
  Entry shared = {};      // [workspace.package]
  std::string folder = {}, prefix = {}, repository = {};
  std::vector<App> apps = {};  // the first is imported
  std::set<std::string> wanted = {};
  bool has_profile = false;  // [profile.dist]
  bool is_workspace = false;
  std::map<std::string, std::string> triples = {};  // by our platform
  Import result = {};

  void note(int line, std::string_view key, std::string_view text);
  App& app() { return apps.front(); }
  [[nodiscard]] bool is_generic() const;  // without Cargo
  // As a file is named in the project's configuration: from the project's folder on.
  [[nodiscard]] std::string relative(const std::string& path) const;
  // [package.metadata.dist] of the package, where that is not `dist` itself; nullptr without one.
  Entry* own_table();
  std::string name_in_archives();
};

// The table at the end of a path of keys; nullptr where there is none.
Entry* below(Entry& root, std::initializer_list<std::string_view> path);

void find_apps(CargoDist& all);     // workspace, packages: dist, apps
void write_builds(CargoDist& all);  // targets, binaries, features: triples, [build], its overrides

}  // namespace releaser::import
