#include "base/text.hpp"
#include "releaser/import/goreleaser_parts.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

// Systems and processors that Go has but that are left out without a word, since Go has them not
// together.
bool go_knows(std::string_view goos, std::string_view goarch) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), goarch) != names.end();
  };
  if (goos == "darwin") return is_one_of({"amd64", "arm64", "all"});
  if (goos == "windows") return is_one_of({"386", "amd64", "arm", "arm64"});
  if (goos == "freebsd") return is_one_of({"386", "amd64", "arm", "arm64", "riscv64"});
  return true;
}

std::optional<schema::Platform> platform_of(const GoTarget& target) {
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    if (!target.rust_target.empty()) {
      const std::string gnu = base::replace_all(target.rust_target, "windows-gnu", "windows-msvc");
      if (row.rust_target == gnu || row.rust_target == base::replace_all(gnu, "msvcllvm", "msvc")) {
        return schema::Platform(row);
      }
      continue;
    }
    if (row.goos != target.goos || row.libc == schema::Libc::musl) continue;
    if (target.goarch == "all" && row.arch == schema::Architecture::universal) {
      return schema::Platform(row);
    }
    if (row.goarch.empty() || row.goarch != target.goarch) continue;
    if (target.goarch != "arm") return schema::Platform(row);
    const bool is_v7 = row.arch == schema::Architecture::armv7;
    const bool is_v6 = row.arch == schema::Architecture::armv6;
    if ((is_v7 && target.variant == "7") || (is_v6 && target.variant == "6")) {
      return schema::Platform(row);
    }
  }
  return std::nullopt;
}

std::vector<std::string> texts_or(Entry& table, std::string_view key,
                                  std::initializer_list<std::string_view> otherwise) {
  std::vector<std::string> texts;
  for (const Entry* each : table.take_texts(key))
    texts.push_back(each->text);
  if (texts.empty()) texts.assign(otherwise.begin(), otherwise.end());
  return texts;
}

std::string default_variant(std::string_view goarch) {
  if (goarch == "amd64") return "v1";
  if (goarch == "arm64") return "v8.0";
  if (goarch == "386") return "sse2";
  if (goarch == "ppc64le") return "power8";
  if (goarch == "riscv64") return "rva20u64";
  return "";
}

bool is_ignored(Entry& build, const GoTarget& target) {
  const std::vector<Entry*> rules = build.take_tables("ignore");
  return std::any_of(rules.begin(), rules.end(), [&](Entry* rule) {
    const std::string goos = rule->take_text("goos");
    const std::string goarch = rule->take_text("goarch");
    const std::string goarm = rule->take_text("goarm");
    const std::string goamd64 = rule->take_text("goamd64");
    return (goos.empty() || goos == target.goos) && (goarch.empty() || goarch == target.goarch) &&
           (goarm.empty() || (target.goarch == "arm" && goarm == target.variant)) &&
           (goamd64.empty() || (target.goarch == "amd64" && goamd64 == target.variant));
  });
}

// "linux_arm64", "linux_arm_7", "linux_amd64_v1", or a target of Rust.
GoTarget parse_target(const std::string& text, const std::string& builder) {
  GoTarget target;
  if (builder == "rust") {
    target.rust_target = text;
    return target;
  }
  const auto parts = base::split(text, '_');
  if (!parts.empty()) target.goos = parts[0];
  if (parts.size() > 1) target.goarch = parts[1];
  target.variant = parts.size() > 2 ? std::string(parts[2]) : default_variant(target.goarch);
  if (target.goarch == "arm" && target.variant.empty()) target.variant = "6";
  return target;
}

std::vector<GoTarget> wanted_targets(GoBuild& build, int& line) {
  Entry& table = *build.node;
  std::vector<GoTarget> targets;
  line = table.line;
  if (const std::vector<Entry*> given = table.take_texts("targets"); !given.empty()) {
    line = given.front()->line;
    for (const Entry* each : given) {
      if (each->text.starts_with("go_")) {
        // Go's own first-class ports.
        for (const std::string_view port :
             {"darwin_amd64", "darwin_arm64", "linux_386", "linux_amd64", "linux_arm",
              "linux_arm64", "windows_386", "windows_amd64"}) {
          targets.push_back(parse_target(std::string(port), build.builder));
        }
      } else {
        targets.push_back(parse_target(each->text, build.builder));
      }
    }
    return targets;
  }
  if (build.builder == "rust") {
    for (const std::string_view each :
         {"x86_64-unknown-linux-gnu", "x86_64-apple-darwin", "x86_64-pc-windows-gnu",
          "aarch64-unknown-linux-gnu", "aarch64-apple-darwin"}) {
      targets.push_back(parse_target(std::string(each), build.builder));
    }
    return targets;
  }
  const auto systems = texts_or(table, "goos", {"darwin", "linux", "windows"});
  const auto processors = texts_or(table, "goarch", {"386", "amd64", "arm64"});
  const auto arms = texts_or(table, "goarm", {"6"});
  const auto amds = texts_or(table, "goamd64", {"v1"});
  for (const std::string& goos : systems) {
    for (const std::string& goarch : processors) {
      const std::vector<std::string> variants =
          goarch == "arm" ? arms
                          : (goarch == "amd64" ? amds : std::vector{default_variant(goarch)});
      for (const std::string& variant : variants) {
        const GoTarget target{.goos = goos, .goarch = goarch, .variant = variant};
        if (go_knows(goos, goarch) && !is_ignored(table, target)) targets.push_back(target);
      }
    }
  }
  return targets;
}

std::string name_of(const GoTarget& target) {
  if (!target.rust_target.empty()) return target.rust_target;
  return cat(target.goos, "/", target.goarch,
             target.goarch == "arm" || target.goarch == "amd64" ? cat(" ", target.variant) : "");
}

void add_targets(GoReleaser& all, GoBuild& build) {
  int line = 0;
  std::vector<std::string> unknown;
  std::vector<std::string> twice;
  for (GoTarget target : wanted_targets(build, line)) {
    const auto platform = platform_of(target);
    if (!platform) {
      unknown.push_back(name_of(target));
      continue;
    }
    target.platform = platform->name();
    if (!target.rust_target.empty()) {
      target.goos = platform->row().goos;
      target.goarch = platform->row().goarch;
      target.variant = default_variant(target.goarch);
    }
    const bool is_there =
        std::any_of(build.targets.begin(), build.targets.end(),
                    [&](const GoTarget& each) { return each.platform == target.platform; });
    if (is_there) {
      twice.push_back(name_of(target));
    } else {
      build.targets.push_back(target);
    }
  }
  if (!unknown.empty()) {
    all.note(line, "builds.targets",
             cat("no platform here for ", base::join(unknown, ", "),
                 "; these archives are no longer made"));
  }
  if (!twice.empty()) {
    all.note(line, "builds.targets",
             cat("one archive a platform: ", base::join(twice, ", "), " left out"));
  }
}

void add_universal(GoReleaser& all) {
  for (Entry* const universal : all.root.take_tables("universal_binaries")) {
    const bool replaces = universal->take_flag("replace");
    universal->take_text("id");
    universal->take_texts("ids");
    universal->take_text("mod_timestamp");
    for (GoBuild& build : all.builds) {
      const auto is_darwin = [](const GoTarget& each) { return each.goos == "darwin"; };
      if (std::none_of(build.targets.begin(), build.targets.end(), is_darwin)) continue;
      if (replaces) std::erase_if(build.targets, is_darwin);
      build.targets.push_back({.goos = "darwin",
                               .goarch = "all",
                               .variant = "",
                               .rust_target = "",
                               .platform = "darwin-universal"});
    }
  }
}

}  // namespace

void read_builds(GoReleaser& all) {
  std::vector<Entry*> tables = all.root.take_tables("builds");
  for (Entry* const each : all.root.take_tables("build"))
    tables.push_back(each);
  if (tables.empty()) tables.push_back(&all.no_build);
  for (Entry* const table : tables) {
    if (table->take_flag("skip")) {
      table->use_all();
      continue;
    }
    GoBuild build;
    build.node = table;
    build.builder = table->has("builder") ? table->take_text("builder") : "go";
    build.id = table->take_text("id");
    if (build.id.empty()) build.id = all.project;
    build.binary = all.project;
    if (Entry* const binary = table->take("binary")) {
      build.binary = all.text_of(binary, "builds.binary").value_or(all.project);
      build.binary = base::replace_all(build.binary, "{name}", all.project);
    }
    add_targets(all, build);
    all.builds.push_back(std::move(build));
  }
  add_universal(all);
}

}  // namespace releaser::import
