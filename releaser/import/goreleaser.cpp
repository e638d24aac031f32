#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/config/license.hpp"
#include "releaser/import/advice.hpp"
#include "releaser/import/goreleaser_parts.hpp"
#include "releaser/init/project_text.hpp"

#include <algorithm>
#include <utility>

namespace releaser::import {
namespace {

using base::cat;

void add_field(TemplateValues& values, std::string_view name, std::string_view text,
               Piece origin = {}) {
  origin.text = text;
  TemplateValue value;
  if (!text.empty()) value.pieces.push_back(std::move(origin));
  values.fields[std::string(name)] = std::move(value);
}

void add_placeholder(TemplateValues& values, std::string_view name, std::string_view placeholder) {
  add_field(values, name, placeholder, {.placeholder = true});
}

void start(GoReleaser& all) {
  const std::string version = all.root.take_text("version");
  const auto number = base::parse_decimal(version.empty() ? "1" : version);
  if (!number || *number < 1 || *number > 2) {
    throw base::Error(base::Errc::config,
                      cat(all.file, ": version ", base::safe_text(version, 20),
                          " of GoReleaser's configuration is not known; 1 and 2 are"));
  }
  all.is_v2 = *number == 2;
  all.root.take_text("pro");
  for (const std::string_view name : {"IsSnapshot", "IsNightly", "IsDraft", "IsSingleTarget"}) {
    all.of_release.fields[std::string(name)] = {{Piece{.text = "false"}}, true};
  }
  all.of_release.fields["IsRelease"] = {{Piece{.text = "true"}}, true};
  add_placeholder(all.of_release, "Version", "{version}");
  add_placeholder(all.of_release, "Tag", "{tag}");
  for (const std::string_view name : {"Commit", "FullCommit"})
    add_placeholder(all.of_release, name, "{commit}");
  for (const std::string_view name : {"Date", "CommitDate"})
    add_placeholder(all.of_release, name, "{date}");
}

// ".Var.name" of templates.
void read_variables(GoReleaser& all) {
  Entry* const variables = all.root.take("variables");
  if (variables == nullptr) return;
  for (Member& each : variables->members) {
    if (each.value.kind != Entry::Kind::text) continue;
    each.value.used = true;
    const Evaluated value = evaluate(each.value.text, all.of_release);
    if (!value.problem) {
      all.of_release.fields[cat("Var.", each.name)] = {value.pieces, false};
    } else {
      all.note(each.line, cat("variables.", each.name), *value.problem);
    }
  }
}

// Of the top of the file: for templates and for commands.
void read_env(GoReleaser& all) {
  for (const Entry* each : all.root.take_texts("env")) {
    const std::size_t equals = each->text.find('=');
    if (equals == std::string::npos || equals == 0) {
      all.note(each->line, "env", "is no NAME=value");
      continue;
    }
    const std::string name = each->text.substr(0, equals);
    const Evaluated value = evaluate(each->text.substr(equals + 1), all.of_release);
    if (value.problem) {
      all.note(each->line, cat("env.", name),
               cat(*value.problem, "; set the variable where cco-release runs"));
      continue;
    }
    std::string text;
    std::string plain;
    for (const Piece& piece : value.pieces) {
      text += piece.placeholder ? piece.text : without_placeholders(piece.text);
      plain += piece.text;
    }
    all.env[name] = text;
    all.of_release.env[name] = plain;
  }
}

std::string last_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

void read_name(GoReleaser& all) {
  ProductSettings& product = all.result.config.product;
  Entry* const name = all.root.take("project_name");
  if (name != nullptr) {
    all.project = all.text_of(name, "project_name").value_or("");
  }
  if (all.project.empty() || all.project.find('{') != std::string::npos) {
    if (Entry* const release = all.root.take("release")) {
      if (Entry* const github = release->take("github")) all.project = github->take_text("name");
    }
  }
  if (all.project.empty() || all.project.find('{') != std::string::npos) {
    all.project = last_of(all.around.facts.remote);
  }
  if (all.project.empty()) all.project = all.around.facts.name;
  if (all.project.empty()) all.project = "my-tool";
  product.name = product_name(all.project).substr(0, kMaxNameBytes);
  if (product.name.empty()) product.name = "my-tool";
  if (product.name != all.project) {
    all.note(
        name == nullptr ? 1 : name->line, "project_name",
        cat("the product is called ", product.name,
            " (a-z, 0-9 and \"-\"); archives keep the name ", base::safe_text(all.project, 60)));
  }
  add_field(all.of_release, "ProjectName", all.project, {.product = true});
}

// Where something is said of the product: the first that says it.
void read_product(GoReleaser& all) {
  ProductSettings& product = all.result.config.product;
  const auto take = [&](Entry& table, std::string_view where) {
    for (const auto& [key, value] :
         {std::pair<std::string_view, std::string*>{"description", &product.description},
          {"homepage", &product.homepage},
          {"license", &product.license},
          {"maintainer", &product.maintainer}}) {
      const Entry* const node = table.take(key);
      if (node == nullptr || !value->empty()) continue;
      const std::string text = all.text_of(node, cat(where, ".", key)).value_or("");
      if (text.find('{') == std::string::npos) set_if_empty(*value, text);
    }
  };
  if (Entry* const metadata = all.root.take("metadata")) {
    take(*metadata, "metadata");
    metadata->take_text("mod_timestamp");
    const std::vector<Entry*> maintainers = metadata->take_texts("maintainers");
    if (!maintainers.empty()) set_if_empty(product.maintainer, maintainers.front()->text);
  }
  for (const std::string_view key : {"brews", "brew", "homebrew_casks", "scoops", "scoop", "nfpms",
                                     "winget", "chocolateys", "nix", "aurs", "snapcrafts"}) {
    for (Entry* const table : all.root.take_tables(key))
      take(*table, key);
  }
  if (!product.license.empty()) {
    const auto mended = mend_license(product.license);
    if (!mended)
      all.note(1, "license",
               cat("`", base::safe_text(product.license, 60),
                   "` is no SPDX expression; set `license` of [product]"));
    product.license = mended.value_or("");
  }
}

// A repository called "cli" does not make a product of that name: where project_name is not said,
// the product is called as its one binary.
void name_by_binary(GoReleaser& all) {
  if (all.root.has("project_name") || all.builds.empty()) return;
  const std::string binary = last_of(all.builds.front().binary);
  const bool is_one = std::all_of(all.builds.begin(), all.builds.end(), [&](const GoBuild& build) {
    return last_of(build.binary) == binary;
  });
  ProductSettings& product = all.result.config.product;
  const std::string name = product_name(binary).substr(0, kMaxNameBytes);
  if (!is_one || name.empty() || name == product.name || binary.find('{') != std::string::npos) {
    return;
  }
  product.name = name;
  all.note(1, "project_name",
           cat("is not said: the product is called ", name,
               " as its binary, and {{ .ProjectName }} stays ", base::safe_text(all.project, 60)));
}

void read_hooks(GoReleaser& all) {
  Entry* const before = all.root.take("before");
  if (before == nullptr) return;
  Entry* const hooks = before->take("hooks");
  if (hooks == nullptr) return;
  const auto add = [&](Entry& hook) {
    const bool is_plain = hook.kind == Entry::Kind::text;
    Entry* const command = is_plain ? &hook : hook.take("cmd");
    hook.used = true;
    if (command == nullptr) return;
    if (!is_plain) {
      hook.take_text("output");
      if (hook.has("dir") || hook.has("env")) return;  // told as unused
    }
    const auto text = all.text_of(command, "before.hooks");
    if (!text || text->empty()) return;
    if (auto argv = argv_of(*text)) {
      all.result.config.hooks.before.push_back(std::move(*argv));
    } else {
      all.note(hook.line, "before.hooks", advice_for(goreleaser_advice(), "before"));
    }
  };
  if (hooks->kind == Entry::Kind::text) add(*hooks);
  for (Entry& hook : hooks->items)
    add(hook);
}

// Tables of packages were opened for what they say of the product; whole they are told once.
void close_packages(GoReleaser& all) {
  for (Member& member : all.root.members) {
    for (const std::string_view key :
         {"nfpms", "winget", "chocolateys", "nix", "aurs", "snapcrafts"}) {
      if (member.name == key) member.value.used = false;
    }
  }
}

}  // namespace

void GoReleaser::note(int line, std::string_view key, std::string_view text) {
  Note one{file, line, std::string(key), std::string(text)};
  if (std::find(result.notes.begin(), result.notes.end(), one) == result.notes.end()) {
    result.notes.push_back(std::move(one));
  }
}

std::optional<std::string> GoReleaser::text_of(const Entry* node, std::string_view key) {
  if (node == nullptr || node->kind != Entry::Kind::text) return std::nullopt;
  const Evaluated evaluated = evaluate(node->text, of_release);
  if (evaluated.problem) {
    note(node->line, key, *evaluated.problem);
    return std::nullopt;
  }
  std::string text;
  for (const Piece& piece : evaluated.pieces)
    text += piece.placeholder ? piece.text : without_placeholders(piece.text);
  return text;
}

std::optional<std::string> GoReleaser::text_of(std::string_view text, const GoTarget& target,
                                               std::string& problem) const {
  const Evaluated evaluated = evaluate(text, values_of(target));
  if (evaluated.problem) {
    problem = *evaluated.problem;
    return std::nullopt;
  }
  std::string filled;
  for (const Piece& piece : evaluated.pieces) {
    if (piece.os && !piece.arch && piece.text == target.goos) {
      filled += "{goos}";
    } else if (piece.arch && !piece.os && piece.text == target.goarch && target.goarch != "all") {
      filled += "{goarch}";
    } else {
      filled += piece.placeholder ? piece.text : without_placeholders(piece.text);
    }
  }
  return filled;
}

TemplateValues GoReleaser::values_of(const GoTarget& target) const {
  TemplateValues values = of_release;
  const auto variant_of = [&](std::string_view goarch) {
    return target.goarch == goarch ? std::string_view(target.variant) : std::string_view();
  };
  add_field(values, "Os", target.goos, {.os = true});
  add_field(values, "Arch", target.goarch, {.arch = true});
  add_field(values, "Arm", variant_of("arm"), {.arch = true});
  add_field(values, "Amd64", variant_of("amd64"), {.arch = true});
  add_field(values, "Arm64", variant_of("arm64"), {.arch = true});
  add_field(values, "I386", variant_of("386"), {.arch = true});
  add_field(values, "Ppc64", variant_of("ppc64le"), {.arch = true});
  add_field(values, "Riscv64", variant_of("riscv64"), {.arch = true});
  add_field(values, "Mips", "", {.arch = true});
  add_field(values, "Target",
            target.rust_target.empty() ? cat(target.goos, "_", target.goarch,
                                             target.variant.empty() ? "" : "_", target.variant)
                                       : target.rust_target,
            {.os = true, .arch = true});
  add_field(values, "Ext", target.goos == "windows" ? ".exe" : "", {.os = true});
  return values;
}

std::string without_placeholders(std::string_view text) {
  return base::replace_all(base::replace_all(text, "{", "{{"), "}", "}}");
}

std::optional<Argv> argv_of(std::string_view text) {
  Argv argv;
  std::string word;
  bool has_word = false;
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (quote == '\0' &&
        std::string_view("|&;<>$`*?()#~\n").find(letter) != std::string_view::npos) {
      return std::nullopt;
    }
    if (quote == '"' && (letter == '$' || letter == '`')) return std::nullopt;
    if (letter == '\\' && quote != '\'' && at + 1 < text.size()) {
      word += text[++at];
      has_word = true;
    } else if (letter == quote) {
      quote = '\0';
    } else if (quote == '\0' && (letter == '"' || letter == '\'')) {
      quote = letter;
      has_word = true;
    } else if (quote == '\0' && (letter == ' ' || letter == '\t')) {
      if (has_word) argv.push_back(std::move(word));
      word.clear();
      has_word = false;
    } else {
      word += letter;
      has_word = true;
    }
  }
  if (quote != '\0') return std::nullopt;
  if (has_word) argv.push_back(std::move(word));
  // "NAME=value program" needs a shell too.
  if (argv.empty() || argv.front().empty() || argv.front().find('=') != std::string::npos) {
    return std::nullopt;
  }
  return argv;
}

Import import_goreleaser(Entry root, const std::string& file, const Surroundings& around) {
  GoReleaser all{.file = file,
                 .around = around,
                 .root = std::move(root),
                 .no_build = {},
                 .project = {},
                 .of_release = {},
                 .env = {},
                 .builds = {},
                 .platforms = {},
                 .result = {}};
  all.no_build.kind = Entry::Kind::table;
  all.no_build.line = 1;
  all.result.tool = "GoReleaser";
  all.result.sources = {file};
  start(all);
  read_env(all);
  read_variables(all);
  read_name(all);
  read_product(all);
  read_hooks(all);
  read_builds(all);
  name_by_binary(all);
  read_archives(all);
  write_commands(all);
  read_release(all);
  read_packages(all);
  close_packages(all);
  for (const auto& [key, line] : unused_of(all.root)) {
    const std::string_view text = advice_for(goreleaser_advice(), key);
    if (!text.empty()) all.note(line, key, text);
  }
  std::stable_sort(all.result.notes.begin(), all.result.notes.end(),
                   [](const Note& a, const Note& b) { return a.line < b.line; });
  return std::move(all.result);
}

}  // namespace releaser::import
