#include "base/text.hpp"
#include "manifest-schema/platform.hpp"
#include "releaser/import/cargo_dist_parts.hpp"
#include "releaser/import/goreleaser_parts.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

void choose_platforms(CargoDist& all) {
  std::vector<Entry*> given = all.dist->take_texts("targets");
  std::vector<std::pair<std::string, int>> wanted;
  wanted.reserve(given.size());
  for (const Entry* each : given)
    wanted.emplace_back(each->text, each->line);
  if (wanted.empty()) {
    for (const std::string_view each :
         {"aarch64-apple-darwin", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin",
          "x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"}) {
      wanted.emplace_back(each, all.dist->line);
    }
  }
  for (const auto& [triple, line] : wanted) {
    const std::string plain = base::replace_all(triple, "windows-gnu", "windows-msvc");
    const auto table = schema::Platform::table();
    const auto row = std::find_if(table.begin(), table.end(), [&](const schema::PlatformRow& each) {
      return each.rust_target == plain;
    });
    if (row == table.end() || !all.triples.emplace(std::string(row->name), triple).second) {
      all.note(line, cat(all.prefix, "targets"),
               cat("`", base::safe_text(triple, 60), "` is left out: ",
                   row == table.end() ? "there is no such platform here"
                                      : "a platform has one archive"));
      continue;
    }
  }
  if (all.triples.empty()) all.triples.emplace("linux-x86_64", "x86_64-unknown-linux-gnu");
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    if (all.triples.count(std::string(row.name)) > 0) {
      all.result.config.build.platforms.emplace_back(row.name);
    }
  }
}

bool is_own(CargoDist& all, const std::string& platform) {
  return schema::Platform::find(platform)->row().rust_target == all.triples.at(platform);
}

std::vector<std::string> paths_of(CargoDist& all, const std::vector<std::string>& binaries,
                                  const std::string& triple) {
  std::vector<std::string> paths;
  paths.reserve(binaries.size());
  for (const std::string& name : binaries) {
    const std::string binary = without_placeholders(name);
    paths.push_back(all.is_generic()
                        ? cat(all.relative(all.apps.front().folder), binary, "{exe}")
                        : cat("target/", triple, "/", all.has_profile ? "dist" : "release", "/",
                              binary, "{exe}"));
  }
  return paths;
}

Argv command(CargoDist& all, const std::string& triple) {
  if (all.is_generic()) return all.app().build_command;
  Argv argv{"cargo", "build"};
  if (all.has_profile) {
    argv.insert(argv.end(), {"--profile", "dist"});
  } else {
    argv.emplace_back("--release");
  }
  argv.insert(argv.end(), {"--target", triple});
  if (all.is_workspace)
    argv.insert(argv.end(), {"--package", without_placeholders(all.app().name)});
  std::vector<std::string> features;
  for (Entry* const table : {all.dist, all.own_table()}) {
    if (table == nullptr) continue;
    for (const Entry* each : table->take_texts("features"))
      features.push_back(without_placeholders(each->text));
    if (table->take_flag("all-features")) argv.emplace_back("--all-features");
    if (table->has("default-features") && !table->take_flag("default-features")) {
      argv.emplace_back("--no-default-features");
    }
    table->take_text("precise-builds");
    if (table == all.dist && all.own_table() == all.dist) break;
  }
  if (!features.empty()) argv.insert(argv.end(), {"--features", base::join(features, ",")});
  return argv;
}

}  // namespace

void write_builds(CargoDist& all) {
  choose_platforms(all);
  Config& config = all.result.config;
  std::map<std::string, std::vector<std::string>> own_binaries;  // by target
  std::vector<std::string> usual = all.app().binaries;
  if (Entry* const binaries = all.dist->take("binaries")) {
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
  set_binaries(paths_of(all, usual, "{rust_target}"), config.build.binary, config.build.binaries);
  config.build.command = command(all, "{rust_target}");
  if (all.is_generic()) config.build.env["CARGO_DIST_TARGET"] = "{rust_target}";
  for (const auto& [platform, triple] : all.triples) {
    const auto own = own_binaries.find(triple);
    const bool has_own = own != own_binaries.end() && own->second != usual;
    if (is_own(all, platform) && !has_own) continue;
    const std::string named = is_own(all, platform) ? "{rust_target}" : triple;
    OverrideSettings& settings = config.overrides[platform];
    if (has_own || !all.is_generic()) {
      set_binaries(paths_of(all, has_own ? own->second : usual, named), settings.binary,
                   settings.binaries);
    }
    if (!is_own(all, platform)) {
      if (all.is_generic()) {
        settings.env["CARGO_DIST_TARGET"] = triple;
      } else {
        settings.command = command(all, triple);
      }
      settings.archive = cat(all.name_in_archives(), "-", triple);
    }
  }
}

}  // namespace releaser::import
