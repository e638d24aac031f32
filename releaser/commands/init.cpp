#include "releaser/commands/init.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "releaser/config/config.hpp"
#include "releaser/config/file_patterns.hpp"
#include "releaser/config/license.hpp"
#include "releaser/import/import.hpp"
#include "releaser/init/ci_files.hpp"
#include "releaser/init/config_text.hpp"
#include "releaser/init/git_ignore.hpp"
#include "trust/public_key.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

constexpr std::string_view kNoDescription = "Command-line program";
constexpr std::string_view kNoLicense = "LicenseRef-Proprietary";

// The public key beside a key that `keys new` made for this product, or "".
std::string find_public_key(const base::Environment& environment, std::string_view key_path) {
  std::string path{key_path};
  if (path.starts_with("~/")) {
    path = environment.find("HOME").value_or("") + path.substr(1);
  }
  try {
    return trust::PublicKey::parse_file(
               base::read_file(path + ".pub", trust::kMaxPublicKeyFileBytes))
        .line();
  } catch (const Error&) {
    return "";
  }
}

// Takes an option's value, asks where there is a terminal, and else takes the default.
class Answers {
 public:
  Answers(const base::Arguments& arguments, const base::Messages& messages)
      : m_arguments(arguments),
        m_messages(messages),
        m_may_ask(messages.terminal().input && messages.terminal().messages) {}

  [[nodiscard]] std::string get(std::string_view option, std::string_view question,
                                const std::string& found, const std::string& otherwise) const {
    if (const auto given = m_arguments.value(option)) {
      return *given;
    }
    if (!found.empty() || !m_may_ask) {
      return found.empty() ? otherwise : found;
    }
    return base::ask(m_messages, question, otherwise);
  }

 private:
  const base::Arguments& m_arguments;
  const base::Messages& m_messages;
  bool m_may_ask;
};

bool is_url_of_pages(std::string_view url) {
  const std::size_t end = url.find('/', std::string_view("https://").size());
  return url.substr(0, end).ends_with(".github.io");
}

// `site_url`: where another tool's configuration tells it.
NewConfig decide(const base::Arguments& arguments, const base::Messages& messages,
                 const base::Environment& environment, ProjectFacts found,
                 const std::string& site_url) {
  const Answers answers(arguments, messages);
  NewConfig config{
      .facts = std::move(found), .url = "", .key_path = "", .public_key = "", .github = ""};
  ProjectFacts& facts = config.facts;
  facts.name = answers.get("--product", "Name of the product?", facts.name, "my-tool");
  if (product_name(facts.name) != facts.name) {
    throw Error(Errc::usage, cat("`", base::safe_text(facts.name, 80),
                                 "` is no product name: a-z, 0-9 and \"-\", like `",
                                 product_name(facts.name), "`"));
  }
  facts.description = answers.get("--description", "What is it, in one sentence?",
                                  facts.description, std::string(kNoDescription));
  facts.homepage = answers.get("--homepage", "Its web address?", facts.homepage,
                               cat("https://example.com/", facts.name));
  facts.license = mend_license(facts.license).value_or("");
  facts.license =
      answers.get("--license", "Its license (SPDX)?", facts.license, std::string(kNoLicense));
  facts.maintainer = answers.get("--maintainer", "Who maintains it (Name <mail>)?",
                                 facts.maintainer, git_identity("."));
  // A repository of github.com has releases and pages, where nobody says otherwise.
  const std::string repository = github_repository(facts.remote);
  const std::string given_url = arguments.value("--url").value_or("");
  if (!repository.empty() && (given_url.empty() || is_url_of_pages(given_url)))
    config.github = repository;
  const std::string pages_url =
      site_url.empty() && !config.github.empty() ? github_pages_url(repository) : site_url;
  config.url = answers.get("--url", "Where will its releases be found?", pages_url,
                           cat("https://releases.example.com/", facts.name));
  for (const auto& [option, url] :
       {std::pair("--homepage", facts.homepage), std::pair("--url", config.url)}) {
    base::with_context(option, [&url = url] { (void)base::Url::parse(url); });
  }
  config.key_path = cat("~/.config/cco-release/keys/", facts.name);
  config.public_key = find_public_key(environment, config.key_path);
  return config;
}

// What is made of a project while it is released: no source, so no part of a commit.
std::vector<std::string> generated_folders(const std::string& binary, bool has_site) {
  std::vector<std::string> folders{"dist"};
  if (has_site) folders.emplace_back("site");
  folders.push_back(binary.substr(0, binary.find('/')));
  return folders;
}

// ---- init --from ----

import::Surroundings surroundings(){import::Surroundings around;
around.read = [](const std::string& path) {
  return base::read_file_if_exists(path, import::kMaxImportBytes);
};
around.expand = [](const std::string& pattern) {
  std::vector<std::string> names;
  try {
    const FilePattern wanted{.source = pattern, .destination = {}};
    for (const MatchedFile& file : find_files(wanted, "."))
      names.push_back(file.name);
  } catch (const Error&) {
    names.clear();  // finds nothing, or nothing that an archive may hold
  }
  return names;
};
around.facts = read_project(".");
return around;
}  // namespace

import::Import read_import(const std::string& file, const import::Surroundings& around){
    if (base::type_of(file) == std::filesystem::file_type::not_found){
        throw Error(Errc::config,
                    cat("there is no ", base::safe_text(file, 200),
                        "; name .goreleaser.yaml, dist-workspace.toml or Cargo.toml"));
}  // namespace releaser
return import::import_config(base::read_file(file, import::kMaxImportBytes), file, around);
}

// The project's own files where the configuration says nothing.
ProjectFacts facts_of(const import::Import& import, ProjectFacts facts) {
  const ProductSettings& product = import.config.product;
  const auto prefer = [](std::string& value, const std::string& better) {
    if (!better.empty()) value = better;
  };
  prefer(facts.name, product.name);
  prefer(facts.description, product.description);
  prefer(facts.homepage, product.homepage);
  prefer(facts.license, product.license);
  prefer(facts.maintainer, product.maintainer);
  return facts;
}

DestinationSettings* site_of(Config& config) {
  return config.destinations.empty() ? nullptr : &config.destinations.back();
}

std::string imported_file(import::Import& import, const NewConfig& decided) {
  const ProjectFacts& facts = decided.facts;
  import.config.product = {.name = facts.name,
                           .description = facts.description,
                           .homepage = facts.homepage,
                           .license = facts.license,
                           .maintainer = facts.maintainer};
  if (DestinationSettings* const site = site_of(import.config)) site->url = decided.url;
  return import::imported_text(import, sign_lines(decided));
}

json::Array notes_as_json(const std::vector<import::Note>& notes) {
  json::Array array;
  for (const import::Note& note : notes) {
    array.emplace_back(json::Object{
        {"file", note.file}, {"line", note.line}, {"key", note.key}, {"problem", note.text}});
  }
  return array;
}

void tell_notes(const std::vector<import::Note>& notes, std::ostream& out) {
  for (const import::Note& note : notes) {
    out << base::safe_text(cat(note.file, ":", note.line, ": ", note.key, ": ", note.text)) << '\n';
  }
}

constexpr std::size_t kMaxWorkflowBytes = 1024UL * 1024;

// init --ci: workflows for the configuration that is there.
int write_ci_files(const Services& services, const base::Arguments& arguments,
                   const base::Messages& messages, CiHost host) {
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  const ReadCiFile read = [&](const std::string& path) {
    return base::read_file_if_exists(config.resolve(path, ""), kMaxWorkflowBytes);
  };
  const std::vector<CiFile> files = ci_files(config, host, read);
  for (const CiFile& file : files) {
    const auto there = read(file.path);
    const bool is_ours = !there || there->starts_with("# Written by `cco-release");
    if (is_ours || arguments.has("--force")) continue;
    throw Error(Errc::conflict, cat(file.path,
                                    " is there and not written by cco-release; --force replaces "
                                    "it, or rename it"));
  }
  json::Array written;
  for (const CiFile& file : files) {
    if (read(file.path) == file.text) continue;
    const base::Path path = config.resolve(file.path, "");
    base::make_directories(path.parent_path());
    base::write_file_atomically(path, file.text);
    written.emplace_back(file.path);
    if (!wants_json(arguments)) services.out << file.path << '\n';
  }
  if (wants_json(arguments)) {
    services.out << json::write(
        json::Object{
            {"schema", 1}, {"product", config.product.name}, {"written", std::move(written)}},
        json::Style::pretty);
    return base::exit_status(Errc::done);
  }
  messages.say(
      written.empty()
          ? std::string("nothing to do: they are as this version writes them")
          : "next: put your build between the two marks of release.yml, set the secrets and "
            "variables that it names, and commit");
  return base::exit_status(Errc::done);
}

int run_init(const Services& services, const base::Arguments& arguments,
             const base::Messages& messages) {
  if (const auto host = arguments.value("--ci")) {
    return write_ci_files(services, arguments, messages,
                          *host == "gitea" ? CiHost::gitea : CiHost::github);
  }
  const base::Path file = arguments.value("--config").value_or("cco-release.toml");
  std::error_code error;
  const bool force = arguments.has("--force");
  if (!force && std::filesystem::symlink_status(file, error).type() !=
                    std::filesystem::file_type::not_found) {
    throw Error(Errc::conflict, cat(file.native(), " exists already; --force replaces it"));
  }
  std::optional<import::Import> import;
  ProjectFacts found;
  std::string site_url;
  if (const auto from = arguments.value("--from")) {
    const import::Surroundings around = surroundings();
    import = read_import(*from, around);
    found = facts_of(*import, around.facts);
    if (const auto* const site = site_of(import->config)) site_url = site->url;
  } else {
    found = read_project(".");
  }
  const NewConfig config =
      decide(arguments, messages, services.environment, std::move(found), site_url);
  const std::string text = import ? imported_file(*import, config) : config_text(config);
  (void)parse_config(text, file);  // what is wrong with an answer is told before a file is there
  if (file.has_parent_path()) {
    base::make_directories(file.parent_path());
  }
  if (force) {
    base::write_file_atomically(file, text);
  } else {
    base::write_new_file(file, text);
  }

  const std::vector<std::string> ignored = ignore_in_git(
      ".", generated_folders(import ? import->config.build.binary : binary_path(config.facts),
                             import || config.github.empty()));

  const std::vector<std::string>& read = import ? import->sources : config.facts.sources;
  if (wants_json(arguments)) {
    json::Object result{{"schema", 1},
                        {"file", file.native()},
                        {"product", config.facts.name},
                        {"read", json::Array(read.begin(), read.end())},
                        {"ignored", json::Array(ignored.begin(), ignored.end())},
                        {"signing", !config.public_key.empty()}};
    if (import) result.emplace_back("not_carried", notes_as_json(import->notes));
    services.out << json::write(std::move(result), json::Style::pretty);
  } else if (import) {
    tell_notes(import->notes, services.out);
  } else if (wants_bare_result(services, messages)) {
    services.out << file.native() << '\n';
  }
  const std::string sources = read.empty() ? "" : cat(" from ", base::join(read, ", "));
  messages.say(cat("wrote ", file.native(), " for ", config.facts.name, sources));
  if (import) {
    messages.say(import->notes.empty() ? std::string("everything was carried over")
                                       : cat(import->notes.size(),
                                             " lines tell what was not carried over, and what to "
                                             "do in its place"));
  }
  if (!ignored.empty()) {
    messages.say(
        cat("added ", base::join(ignored, ", "), " to .gitignore: they are made, not written"));
  }
  if (!import && config.facts.build_tool == BuildTool::go &&
      config.facts.go_version_variable.empty()) {
    messages.warn(
        "package main has no variable for its version; add `var version = \"dev\"` and print it at "
        "--version: a release whose program does not say its version cannot be installed");
  }
  if (config.facts.description == kNoDescription) {
    messages.warn(cat("no description was found; set `description` in ", file.native()));
  }
  if (config.facts.license == kNoLicense) {
    messages.warn(cat("no license was found; set `license` in ", file.native()));
  }
  if (config.url.find(".example.com/") != std::string::npos) {
    messages.warn(cat("set `url` of [[destination]] in ", file.native(),
                      " to where users will find the releases"));
  }
  if (!import) {
    if (!config.github.empty()) {
      messages.say(cat("releases go to GitHub ", config.github,
                       ", their site to its branch gh-pages (", config.url,
                       "); where that is wrong, change [[destination]]"));
    }
    for (const char* const other : {".goreleaser.yaml", ".goreleaser.yml", "dist-workspace.toml"}) {
      if (base::type_of(other) != std::filesystem::file_type::regular) continue;
      messages.say(cat(other, " is there: `cco-release init --force --from ", other,
                       "` carries over what it says"));
    }
  }
  messages.say(config.public_key.empty()
                   ? cat("next: cco-release keys new --out ", config.key_path,
                         ", put its lines under [sign], then: cco-release check")
                   : "next: cco-release check");
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_init(const Services& services) {
  return {
      .name = "init",
      .aliases = {},
      .summary = "write a commented cco-release.toml for the project in this folder",
      .description =
          "Reads Cargo.toml, package.json, go.mod, meson.build, README, license and git remote of "
          "the current folder, and writes a configuration in which every key is explained. On a "
          "terminal it asks for what it did not find, Enter takes the proposal; elsewhere it asks "
          "nothing. A file that exists is kept unless --force is given. In a git work tree the "
          "folders of what is made (dist, site) are added to .gitignore.\n"
          "\n"
          "--ci writes workflows for the configuration that is there: a release on a tag, built on "
          "a matrix, collected and published; the refresh of [trust] on schedule; installations "
          "after a release. Actions are pinned, jobs have no more permissions than they need. Your "
          "build stands between two marks and stays; check tells when the rest should be written "
          "again.\n"
          "\n"
          "--from reads the configuration of GoReleaser (.goreleaser.yaml, versions 1 and 2) or of "
          "cargo-dist (dist-workspace.toml, dist.toml, or Cargo.toml with its metadata) and writes "
          "what it says: builds, names of archives, repository, tap and bucket, changelog, hooks. "
          "What cannot be carried over is listed, a line for each key: FILE:LINE: key: what to do "
          "in its place.",
      .options = {{"--product", "", "NAME", "name of the product: a-z, 0-9 and \"-\"", {}},
                  {"--description", "", "TEXT", "what it is, in one sentence", {}},
                  {"--homepage", "", "URL", "its web address", {}},
                  {"--license", "", "SPDX", "its license, for example MIT", {}},
                  {"--maintainer", "", "NAME", "who maintains it: Name <mail@example.com>", {}},
                  {"--url", "", "URL", "where users will find its releases", {}},
                  {"--from", "", "FILE", "carry over what GoReleaser or cargo-dist were told", {}},
                  {"--ci",
                   "",
                   "HOST",
                   "write workflows instead, for what cco-release.toml says",
                   {"github", "gitea"}},
                  {"--force", "", "", "replace a file that exists", {}}},
      .positionals = {},
      .examples = {{"cco-release init", "writes ./cco-release.toml"},
                   {"cco-release init --from .goreleaser.yaml", "as it was, with what is missing"},
                   {"cco-release init --ci github", "writes .github/workflows/"},
                   {"cco-release init --product mytool --url https://releases.example.com/mytool",
                    "with two answers given"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_init(services, arguments, messages_of(services, arguments));
      }};
}

}  // namespace releaser
