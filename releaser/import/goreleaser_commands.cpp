#include "base/text.hpp"
#include "releaser/import/goreleaser_recipe.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

// Of the most platforms, the first of equals.
template <class Value, class Of>
Value most_common(const std::map<std::string, Recipe>& recipes, Of of) {
  std::vector<std::pair<Value, int>> counts;
  for (const auto& [platform, recipe] : recipes) {
    const Value value = of(recipe);
    const auto found = std::find_if(counts.begin(), counts.end(),
                                    [&](const auto& each) { return each.first == value; });
    if (found == counts.end()) {
      counts.emplace_back(value, 1);
    } else {
      ++found->second;
    }
  }
  const auto best =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == counts.end() ? Value{} : best->first;
}

void write_recipes(Config& config, const std::map<std::string, Recipe>& recipes) {
  Recipe base;
  base.binaries = most_common<std::vector<std::string>>(
      recipes, [](const Recipe& each) { return each.binaries; });
  base.command = most_common<Argv>(recipes, [](const Recipe& each) { return each.command; });
  base.env = recipes.begin()->second.env;
  for (const auto& [platform, recipe] : recipes) {
    std::erase_if(base.env, [&env = recipe.env](const auto& each) {
      const auto found = env.find(each.first);
      return found == env.end() || found->second != each.second;
    });
  }
  const bool shares =
      std::count_if(recipes.begin(), recipes.end(),
                    [&](const auto& each) { return each.second.binaries == base.binaries; }) > 1 ||
      recipes.size() == 1;
  if (shares) set_binaries(base.binaries, config.build.binary, config.build.binaries);
  config.build.command = base.command;
  config.build.env = base.env;
  for (const auto& [platform, recipe] : recipes) {
    OverrideSettings own;
    if (!shares || recipe.binaries != base.binaries) {
      set_binaries(recipe.binaries, own.binary, own.binaries);
    }
    if (recipe.command != base.command) own.command = recipe.command;
    for (const auto& [name, value] : recipe.env) {
      if (base.env.count(name) == 0) own.env[name] = value;
    }
    OverrideSettings& there = config.overrides[platform];
    own.archive = there.archive;
    there = own;
  }
  std::erase_if(config.overrides, [](const auto& each) {
    const OverrideSettings& own = each.second;
    return own.binary.empty() && own.binaries.empty() && own.command.empty() && own.env.empty() &&
           own.archive.empty();
  });
}

// `after_stamp` runs where GoReleaser ran what follows a build.
void read_build_hooks(GoReleaser& all) {
  for (const GoBuild& build : all.builds) {
    Entry* const hooks = build.node->take("hooks");
    if (hooks == nullptr) continue;
    for (const Entry* each : hooks->take_texts("post")) {
      TemplateValues values = all.of_release;
      for (const auto& [field, placeholder] :
           {std::pair("Path", "{binary}"), std::pair("Os", "{goos}"), std::pair("Arch", "{goarch}"),
            std::pair("Target", "{goos}_{goarch}"), std::pair("Name", "{name}")}) {
        values.fields[field] = {{Piece{.text = placeholder, .placeholder = true}}, false};
      }
      const Evaluated text = evaluate(each->text, values);
      std::string line;
      for (const Piece& piece : text.pieces)
        line += piece.placeholder ? piece.text : without_placeholders(piece.text);
      const auto argv = text.problem ? std::nullopt : argv_of(line);
      if (!argv) {
        all.note(each->line, "builds.hooks.post",
                 text.problem ? *text.problem
                              : std::string("needs a shell; write a script and name it in [hooks] "
                                            "after_stamp"));
      } else if (std::find(all.result.config.hooks.after_stamp.begin(),
                           all.result.config.hooks.after_stamp.end(),
                           *argv) == all.result.config.hooks.after_stamp.end()) {
        all.result.config.hooks.after_stamp.push_back(*argv);
      }
    }
  }
}

}  // namespace

void write_commands(GoReleaser& all) {
  Config& config = all.result.config;
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    if (all.platforms.count(std::string(row.name)) > 0) {
      config.build.platforms.emplace_back(row.name);
    }
  }
  read_build_hooks(all);
  const Entry* const dist = all.root.take("dist");
  for (GoBuild& build : all.builds) {
    build.node->take_text("mod_timestamp");  // archives are the same bytes each time
    build.node->take_text("no_main_check");
    build.node->take_text("no_unique_dist_dir");
  }
  if (all.platforms.empty()) {
    all.note(1, "builds", "no platform could be told; set `platforms` and `binary` of [build]");
    config.build.platforms = {"linux-x86_64"};
    config.build.binary = cat("build/{platform}/", config.product.name, "{exe}");
    return;
  }
  const std::optional<std::string> obstacle = obstacle_of_builds(all);
  std::map<std::string, Recipe> recipes;
  for (const auto& [platform, parts] : all.platforms) {
    recipes.emplace(platform,
                    obstacle ? built_elsewhere(all, parts) : recipe_of(all, platform, parts));
  }
  if (obstacle) {
    for (GoBuild& build : all.builds)
      build.node->use_all();
    all.note(
        all.builds.front().node->line, "builds",
        cat(*obstacle,
            ", so GoReleaser goes on building: `goreleaser build --clean` with "
            "`dist: build` in ",
            all.file, " puts the binaries where [build] looks for them (dist/ is cco-release's)"));
  } else if (dist != nullptr) {
    all.note(dist->line, "dist", "the folder is dist/ here; --dist names another");
  }
  write_recipes(config, recipes);
}

}  // namespace releaser::import
