#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/changelog/commits.hpp"
#include "releaser/import/goreleaser_parts.hpp"
#include "releaser/import/site.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

struct Forge {
  std::string type, owner, name;  // "github"
  int line = 0;
};

std::optional<Forge> forge_of(GoReleaser& all, Entry& release) {
  for (const std::string_view type : {"github", "gitea", "gitlab"}) {
    Entry* const table = release.take(type);
    if (table == nullptr || !table->is_table()) continue;
    const auto owner = all.text_of(table->take("owner"), cat("release.", type, ".owner"));
    const auto name = all.text_of(table->take("name"), cat("release.", type, ".name"));
    if (owner && name) return Forge{std::string(type), *owner, *name, table->line};
  }
  return std::nullopt;
}

std::string url_in(GoReleaser& all, std::string_view table_name, std::string_view key) {
  Entry* const table = all.root.take(table_name);
  if (table == nullptr) return "";
  std::string url = all.text_of(table->take(key), cat(table_name, ".", key)).value_or("");
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

void read_destination(GoReleaser& all, Entry& release) {
  Config& config = all.result.config;
  std::optional<Forge> forge = forge_of(all, release);
  if (!forge) {
    if (const auto remote = repository_of(all.around.facts.remote)) {
      forge = Forge{"github", remote->first, remote->second, 0};
    }
  }
  const bool is_gitea = !url_in(all, "gitea_urls", "api").empty();
  if (forge && forge->line == 0 && is_gitea) forge->type = "gitea";
  if (forge && forge->type == "gitlab") {
    all.note(forge->line, "release.gitlab",
             "there are no releases of GitLab; archives go into a folder that a web server shows");
    forge.reset();
  }
  const Entry* const disable = release.take("disable");
  if (disable != nullptr && disable->text != "false") {
    all.note(disable->line, "release.disable", "archives go into a folder that a web server shows");
    forge.reset();
  }
  const Entry* const draft = release.take("draft");
  const Entry* const prerelease = release.take("prerelease");
  if (prerelease != nullptr && prerelease->text == "true") {
    all.note(prerelease->line, "release.prerelease",
             "the version tells: 1.4.0-rc.1 is a prerelease of the beta channel, 1.4.0 is stable");
  }
  if (!forge) {
    config.destinations.push_back(folder_destination(config.product.name));
    return;
  }
  DestinationSettings host;
  host.type = forge->type;
  host.repository = cat(forge->owner, "/", forge->name);
  if (forge->type == "gitea") {
    host.api_url = url_in(all, "gitea_urls", "api");
  } else {
    host.api_url = url_in(all, "github_urls", "api");
    host.upload_url = url_in(all, "github_urls", "upload");
    if (const std::string url = url_in(all, "github_urls", "download"); !url.empty()) {
      host.url = cat(url, "/", host.repository);
    }
  }
  if (draft != nullptr && draft->text.find("{{") != std::string::npos) {
    all.note(draft->line, "release.draft", "must be true or false; set `draft` of the destination");
  }
  host.draft = draft != nullptr && draft->text == "true";
  for (const std::string_view urls : {"github_urls", "gitea_urls", "gitlab_urls"}) {
    if (Entry* const table = all.root.take(urls)) {
      table->take_text("download");
      table->take_text("upload");
      table->take_text("skip_tls_verify");
    }
  }
  add_forge(config, host, [&](std::string_view text) {
    all.note(forge->line == 0 ? 1 : forge->line, cat("release.", forge->type), text);
  });
}

void check_and_add(GoReleaser& all, const Entry& node, std::string_view key,
                   std::vector<std::string>& expressions, const std::string& expression,
                   std::string_view title) {
  try {
    check_expression(expression);
    expressions.push_back(title.empty() ? expression : cat(title, ": ", expression));
  } catch (const base::Error&) {
    all.note(node.line, key,
             cat("`", base::safe_text(expression, 100),
                 "` is no regular expression of ECMAScript; write it anew"));
  }
}

void read_changelog(GoReleaser& all) {
  Entry* const table = all.root.take("changelog");
  ChangelogSettings changelog;
  changelog.from = "git";
  if (table == nullptr) {
    all.result.config.changelog = changelog;
    return;
  }
  for (const std::string_view key : {"disable", "skip"}) {
    const Entry* const off = table->take(key);
    if (off == nullptr || off->text == "false" || off->text.empty()) continue;
    if (off->text.find("{{") != std::string::npos) {
      all.note(off->line, cat("changelog.", key), "must be true or false; [changelog] is there");
      continue;
    }
    table->use_all();
    return;
  }
  if (const Entry* const use = table->take("use"); use != nullptr && use->text != "git") {
    all.note(use->line, "changelog.use",
             "commits come from git alone, without numbers of pull requests and names of authors");
  }
  if (Entry* const filters = table->take("filters")) {
    for (const Entry* each : filters->take_texts("exclude")) {
      check_and_add(all, *each, "changelog.filters.exclude", changelog.exclude, each->text, "");
    }
    for (const Entry* each : filters->take_texts("include")) {
      check_and_add(all, *each, "changelog.filters.include", changelog.include, each->text, "");
    }
  }
  std::string others;
  for (Entry* const group : table->take_tables("groups")) {
    group->take_text("order");
    const std::string title = group->take_text("title");
    const std::string expression = group->take_text("regexp");
    if (title.empty()) continue;
    if (title.find(": ") != std::string::npos) {
      all.note(group->line, "changelog.groups",
               "a title cannot hold \": \"; the group is left out");
    } else if (expression.empty()) {
      others = title;
    } else {
      check_and_add(all, *group, "changelog.groups", changelog.groups, expression, title);
    }
  }
  if (!others.empty()) changelog.groups.push_back(cat(others, ": ."));
  all.result.config.changelog = changelog;
}

// "{{ .Env.TAP_TOKEN }}" -> "TAP_TOKEN"
std::string variable_of(std::string_view text) {
  const std::size_t at = text.find(".Env.");
  if (at == std::string_view::npos) return "";
  std::size_t end = at + 5;
  while (end < text.size() &&
         (text[end] == '_' || (text[end] >= '0' && text[end] <= '9') ||
          (text[end] >= 'A' && text[end] <= 'Z') || (text[end] >= 'a' && text[end] <= 'z'))) {
    ++end;
  }
  return std::string(text.substr(at + 5, end - at - 5));
}

struct Index {
  std::string repository, token_env;
};

// Where a tap or a bucket is: its newer or its older key.
Index read_index(GoReleaser& all, Entry& table, const std::string& key,
                 std::initializer_list<std::string_view> names, std::string_view default_env) {
  Index index;
  for (const std::string_view name : names) {
    Entry* const repository = table.take(name);
    if (repository == nullptr || !repository->is_table()) continue;
    const auto owner = all.text_of(repository->take("owner"), cat(key, ".", name, ".owner"));
    const auto repo = all.text_of(repository->take("name"), cat(key, ".", name, ".name"));
    if (owner && repo && is_file_name(*owner) && is_file_name(*repo)) {
      index.repository = cat(*owner, "/", *repo);
    }
    if (const Entry* const token = repository->take("token")) {
      const std::string variable = variable_of(token->text);
      if (variable.empty()) {
        all.note(token->line, cat(key, ".", name, ".token"),
                 "a token has no place in this file; token_env names its variable");
      } else if (variable != default_env) {
        index.token_env = variable;
      }
    }
    if (Entry* const branch = repository->take("branch"); branch != nullptr) {
      const bool is_usual = branch->text == "main" || branch->text == "master";
      if (!is_usual) {
        all.note(branch->line, cat(key, ".", name, ".branch"),
                 "the repository's default branch is written to");
      }
    }
  }
  return index;
}

// The first of each kind is carried, the others are told.
Entry* first_of(GoReleaser& all, std::initializer_list<std::string_view> keys, std::string& key) {
  Entry* first = nullptr;
  for (const std::string_view name : keys) {
    for (Entry* const table : all.root.take_tables(name)) {
      if (first == nullptr) {
        first = table;
        key = name;
      } else {
        table->use_all();
        all.note(table->line, name, "a product has one tap and one bucket; this one is left out");
      }
    }
  }
  return first;
}

// What is done in another way here: the keys given, and those that tap and bucket share.
void tell_of(GoReleaser& all, Entry& table, const std::string& key,
             std::vector<std::pair<std::string_view, std::string_view>> ways) {
  ways.insert(
      ways.end(),
      {{"skip_upload", "every release of the stable channel is pushed, prereleases as <name>-beta"},
       {"commit_author", "commits are made with git's own name and mail"}});
  for (const auto& [name, text] : ways) {
    Entry* const node = table.take(name);
    if (node == nullptr) continue;
    node->use_all();
    const bool is_default =
        name == "skip_upload" && (node->text == "auto" || node->text == "false");
    if (!is_default) all.note(node->line, cat(key, ".", name), text);
  }
}

// Texts of the formula. Of a dependency the name is carried over; what it is for, or where, is
// told.
void read_formula_texts(GoReleaser& all, Entry& table, const std::string& key,
                        HomebrewSettings& homebrew) {
  homebrew.caveats = all.text_of(table.take("caveats"), cat(key, ".caveats")).value_or("");
  for (Entry* const dependency : table.take_tables("dependencies")) {
    if (const auto name = all.text_of(dependency->take("name"), cat(key, ".dependencies.name")))
      homebrew.depends.push_back(*name);
  }
}

void read_tap(GoReleaser& all) {
  std::string key;
  Entry* const table = first_of(all, {"brews", "brew", "homebrew_casks"}, key);
  if (table == nullptr) return;
  const Index index =
      read_index(all, *table, key, {"repository", "tap", "github"}, "HOMEBREW_TAP_TOKEN");
  HomebrewSettings& homebrew = all.result.config.homebrew.emplace();
  homebrew.tap = index.repository;
  if (!index.token_env.empty()) homebrew.token_env = index.token_env;
  read_formula_texts(all, *table, key, homebrew);
  if (key == "homebrew_casks") {
    all.note(table->line, key,
             "a formula is written in place of the cask; users of the cask run `brew uninstall "
             "--cask` once, and remove Casks/ of the tap yourself");
  }
  for (const std::string_view folder_key : {"folder", "directory"}) {
    const Entry* const folder = table->take(folder_key);
    if (folder != nullptr && folder->text != "Formula" && folder->text != "Casks") {
      all.note(folder->line, cat(key, ".", folder_key),
               "the formula is Formula/<name>.rb; remove the old one, since brew reads both");
    }
  }
  const auto name =
      table->has("name") ? all.text_of(table->take("name"), cat(key, ".name")) : std::nullopt;
  if (name && *name != all.result.config.product.name && *name != "{name}") {
    all.note(table->line, cat(key, ".name"),
             cat("the formula is called as the product, ", all.result.config.product.name,
                 ", and no longer ", base::safe_text(*name, 60)));
  }
  for (const std::string_view silent :
       {"ids", "id", "goarm", "goamd64", "commit_msg_template", "binaries", "binary"}) {
    if (Entry* const node = table->take(silent)) node->use_all();
  }
  tell_of(all, *table, key,
          {
              {"test", "the formula's test runs the program with --version"},
              {"install",
               "the formula installs the binaries, and of the archive man pages (*.1, man/*.1) and "
               "completions/ (*.bash, _*, *.fish)"},
              {"extra_install",
               "of the archive the formula installs man pages (*.1, man/*.1) and completions/ "
               "(*.bash, _*, *.fish); put them there by [archive] files"},
              {"url_template", "the formula's addresses are those of the releases"},
          });
}

void read_bucket(GoReleaser& all) {
  std::string key;
  Entry* const table = first_of(all, {"scoops", "scoop"}, key);
  if (table == nullptr) return;
  const Index index = read_index(all, *table, key, {"repository", "bucket"}, "SCOOP_BUCKET_TOKEN");
  ScoopSettings& scoop = all.result.config.scoop.emplace();
  scoop.bucket = index.repository;
  if (!index.token_env.empty()) scoop.token_env = index.token_env;
  for (const std::string_view folder_key : {"folder", "directory"}) {
    const Entry* const folder = table->take(folder_key);
    if (folder != nullptr && folder->text != "bucket") {
      all.note(folder->line, cat(key, ".", folder_key),
               "the manifest is bucket/<name>.json; remove the old one");
    }
  }
  for (const std::string_view silent : {"ids", "id", "name", "goamd64", "commit_msg_template"}) {
    if (Entry* const node = table->take(silent)) node->use_all();
  }
  tell_of(all, *table, key,
          {
              {"url_template", "the manifest's addresses are those of the releases"},
          });
}

// What stands around the notes, and files beside the archives.
void read_page(GoReleaser& all, Entry& release) {
  ReleaseSettings& settings = all.result.config.release;
  settings.header = all.text_of(release.take("header"), "release.header").value_or("");
  settings.footer = all.text_of(release.take("footer"), "release.footer").value_or("");
  for (Entry* const file : release.take_tables("extra_files")) {
    if (const auto glob = all.text_of(file->take("glob"), "release.extra_files.glob")) {
      const bool is_here = glob->starts_with("./");
      settings.extra_files.push_back(is_here ? glob->substr(2) : *glob);
    }
  }
}

}  // namespace

void read_release(GoReleaser& all) {
  Entry none;
  none.kind = Entry::Kind::table;
  Entry* release = all.root.take("release");
  read_destination(all, release == nullptr ? none : *release);
  if (release != nullptr) read_page(all, *release);
  read_changelog(all);
  all.result.config.installers.emplace();
}

void read_packages(GoReleaser& all) {
  read_tap(all);
  read_bucket(all);
}

}  // namespace releaser::import
