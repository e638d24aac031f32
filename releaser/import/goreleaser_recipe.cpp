#include "releaser/import/goreleaser_recipe.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

// Words of a text, those in quotes and in {{ }} together.
std::vector<std::string> template_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  char quote = '\0';
  int braces = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (text.substr(at).starts_with("{{")) ++braces;
    if (text.substr(at).starts_with("}}") && braces > 0) --braces;
    if (quote == '\0' && braces == 0 && (letter == '"' || letter == '\'')) {
      quote = letter;
    } else if (letter == quote) {
      quote = '\0';
    }
    const bool is_space = letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r';
    if (is_space && quote == '\0' && braces == 0) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word += letter;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

class RecipeWriter {
 public:
  explicit RecipeWriter(GoReleaser& all) : m_all(all) {}

  std::optional<std::string> obstacle() {
    for (const GoBuild& build : m_all.builds) {
      Entry& node = *build.node;
      if (build.builder != "go" && build.builder != "rust") {
        return cat("the builder `", base::safe_text(build.builder, 40), "` is GoReleaser's own");
      }
      const std::string folder = node.take_text("dir");
      if (!folder.empty() && folder != ".") return "`dir` builds in another folder";
      if (node.has("overrides")) return "`overrides` changes the build of single platforms";
      if (!node.take_text("buildmode").empty()) return "`buildmode` makes something else";
    }
    for (const auto& [platform, parts] : m_all.platforms) {
      if (parts.builds.size() < 2) continue;
      if (platform == "darwin-universal") return "several universal binaries are joined";
      const GoBuild& first = m_all.builds[parts.builds.front()];
      for (const std::size_t at : parts.builds) {
        const GoBuild& build = m_all.builds[at];
        if (build.builder != "go") return "several binaries come of other builders than Go's";
        if (recipe_key(build) != recipe_key(first)) {
          return "the binaries of one archive are built with different flags";
        }
        const std::string main = main_of(build);
        const std::string folder = main.substr(main.rfind('/') + 1);
        if (folder != file_name(build.binary)) {
          return cat("the binary ", build.binary, " is not named as its folder ", main);
        }
      }
    }
    return std::nullopt;
  }

  Recipe recipe(const std::string& platform, const PlatformParts& parts) {
    const GoBuild& build = m_all.builds[parts.builds.front()];
    GoTarget target = parts.target;
    target.platform = platform;
    Recipe recipe;
    recipe.env = environment(build, target);
    if (build.builder == "rust") {
      rust(recipe, build, target);
      return recipe;
    }
    for (const std::size_t at : parts.builds)
      recipe.binaries.push_back(
          cat("build/{platform}/", file_name(m_all.builds[at].binary), "{exe}"));
    Argv flags = flags_of(build, target);
    recipe.env["GOOS"] = "{goos}";
    recipe.env["GOARCH"] = "{goarch}";
    if (target.goarch == "all") {
      universal(recipe, flags, build);
      return recipe;
    }
    if (target.goarch == "arm") recipe.env["GOARM"] = target.variant;
    if (target.goarch == "amd64" && target.variant != "v1") recipe.env["GOAMD64"] = target.variant;
    recipe.command = {go_program(build), "build"};
    recipe.command.insert(recipe.command.end(), flags.begin(), flags.end());
    recipe.command.emplace_back("-o");
    if (parts.builds.size() == 1) {
      recipe.command.emplace_back("{binary}");
      recipe.command.push_back(main_of(build));
      return recipe;
    }
    recipe.command.emplace_back("build/{platform}/");
    for (const std::size_t at : parts.builds)
      recipe.command.push_back(main_of(m_all.builds[at]));
    return recipe;
  }

  Recipe built_elsewhere(const PlatformParts& parts) {
    Recipe recipe;
    for (const std::size_t at : parts.builds) {
      const GoBuild& build = m_all.builds[at];
      std::string folder = without_placeholders(build.id);
      if (!parts.target.rust_target.empty()) {
        folder += cat("_", parts.target.rust_target);
      } else {
        const bool has_variant =
            m_all.is_v2 || parts.target.goarch == "amd64" || parts.target.goarch == "arm";
        folder += cat("_", parts.target.goos, "_", parts.target.goarch);
        if (has_variant && !parts.target.variant.empty()) folder += cat("_", parts.target.variant);
      }
      recipe.binaries.push_back(cat("build/", folder, "/", build.binary, "{exe}"));
    }
    return recipe;
  }

 private:
  static std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  static std::string go_program(const GoBuild& build) {
    for (const std::string_view key : {"tool", "gobinary"}) {
      const std::string program = build.node->take_text(key);
      if (!program.empty()) return without_placeholders(program);
    }
    return "go";
  }

  std::string main_of(const GoBuild& build) {
    std::string main = m_all.text_of(build.node->take("main"), "builds.main").value_or("");
    if (main.empty()) return ".";
    while (main.ends_with('/'))
      main.pop_back();
    const bool is_path =
        main.starts_with("./") || main.starts_with("../") || main == "." || main.ends_with(".go");
    // "cmd/tool" would be a package of Go's own library.
    return is_path ? main : cat("./", main);
  }

  static void append(std::string& key, Entry& node, std::string_view name) {
    key += cat(name, "\n");
    for (const Entry* each : node.take_texts(name))
      key += cat(each->text, "\n");
  }
  static std::string recipe_key(const GoBuild& build) {
    std::string key;
    for (const std::string_view name : {"flags", "ldflags", "tags", "env", "asmflags", "gcflags"})
      append(key, *build.node, name);
    return key;
  }

  // Evaluates; what cannot be is left out with a note.
  std::optional<std::string> filled(const Entry& node, std::string_view text,
                                    const GoTarget& target, std::string_view key) {
    std::string problem;
    auto filled = m_all.text_of(text, target, problem);
    if (!filled) {
      m_all.note(node.line, key, cat("`", base::safe_text(text, 120), "` is left out: ", problem));
    }
    return filled;
  }

  Argv flags_of(const GoBuild& build, const GoTarget& target) {
    Entry& node = *build.node;
    Argv flags;
    for (const Entry* each : node.take_texts("flags")) {
      for (const std::string& word : template_words(each->text)) {
        if (auto text = filled(*each, word, target, "builds.flags")) {
          flags.push_back(std::move(*text));
        }
      }
    }
    std::vector<std::string> tags;
    for (const Entry* each : node.take_texts("tags")) {
      if (auto text = filled(*each, each->text, target, "builds.tags")) tags.push_back(*text);
    }
    if (!tags.empty()) flags.push_back(cat("-tags=", base::join(tags, ",")));
    for (const std::string_view name : {"asmflags", "gcflags"}) {
      for (const Entry* each : node.take_texts(name)) {
        if (auto text = filled(*each, each->text, target, cat("builds.", name))) {
          flags.push_back(cat("-", name, "=", *text));
        }
      }
    }
    const std::string linked = linker_flags(node, target);
    if (!linked.empty()) {
      flags.emplace_back("-ldflags");
      flags.push_back(linked);
    }
    return flags;
  }

  std::string linker_flags(Entry& node, const GoTarget& target) {
    const std::vector<Entry*> given = node.take_texts("ldflags");
    if (given.empty()) {
      return "-s -w -X main.version={version} -X main.commit={commit} -X main.date={date} -X "
             "main.builtBy=cco-release";
    }
    std::vector<std::string> flags;
    for (const Entry* each : given) {
      std::vector<std::string> words = template_words(each->text);
      for (std::size_t at = 0; at < words.size(); ++at) {
        std::string group = words[at];
        if (group == "-X" && at + 1 < words.size()) group += cat(" ", words[++at]);
        if (auto text = filled(*each, group, target, "builds.ldflags")) flags.push_back(*text);
      }
    }
    return base::join(flags, " ");
  }

  std::map<std::string, std::string> environment(const GoBuild& build, const GoTarget& target) {
    std::map<std::string, std::string> env = m_all.env;
    for (const Entry* each : build.node->take_texts("env")) {
      const std::size_t equals = each->text.find('=');
      const std::string name = each->text.substr(0, equals);
      if (equals == std::string::npos || equals == 0 || name.find("{{") != std::string::npos) {
        m_all.note(each->line, "builds.env", "is no NAME=value that can be told");
        continue;
      }
      const std::string_view value = std::string_view(each->text).substr(equals + 1);
      if (auto text = filled(*each, value, target, cat("builds.env.", name))) env[name] = *text;
    }
    return env;
  }

  void rust(Recipe& recipe, const GoBuild& build, const GoTarget& target) {
    Entry& node = *build.node;
    const schema::Platform platform = *schema::Platform::find(target.platform);
    const std::string triple =
        platform.row().rust_target == target.rust_target ? "{rust_target}" : target.rust_target;
    std::string subcommand = without_placeholders(node.take_text("command"));
    if (subcommand.empty()) subcommand = "zigbuild";
    recipe.command = {"cargo", subcommand};
    const std::vector<Entry*> flags = node.take_texts("flags");
    if (flags.empty()) recipe.command.emplace_back("--release");
    for (const Entry* each : flags) {
      if (auto text = filled(*each, each->text, target, "builds.flags")) {
        recipe.command.push_back(*text);
      }
    }
    recipe.command.emplace_back("--target");
    recipe.command.push_back(triple);
    recipe.binaries = {cat("target/", triple, "/release/", file_name(build.binary), "{exe}")};
  }

  // One build a processor, joined by lipo.
  void universal(Recipe& recipe, const Argv& flags, const GoBuild& build) {
    recipe.command = {
        "sh", "-ec",
        cat("out=$1; shift; for arch in amd64 arm64; do GOARCH=$arch ", go_program(build),
            " build -o \"$out.$arch\" \"$@\"; done; lipo -create -output \"$out\" \"$out.amd64\" "
            "\"$out.arm64\""),
        "universal", "{binary}"};
    recipe.command.insert(recipe.command.end(), flags.begin(), flags.end());
    recipe.command.push_back(main_of(build));
  }

  GoReleaser& m_all;
};

}  // namespace

std::optional<std::string> obstacle_of_builds(GoReleaser& all) {
  return RecipeWriter(all).obstacle();
}

Recipe recipe_of(GoReleaser& all, const std::string& platform, const PlatformParts& parts) {
  return RecipeWriter(all).recipe(platform, parts);
}

Recipe built_elsewhere(GoReleaser& all, const PlatformParts& parts) {
  return RecipeWriter(all).built_elsewhere(parts);
}

}  // namespace releaser::import
