#include "releaser/init/project_facts.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"
#include "releaser/init/project_text.hpp"
#include "releaser/render/release_page.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

namespace json = base::json;
namespace toml = base::toml;
using base::cat;

const std::string* text_of(const toml::Table& table, std::string_view name) {
  const toml::Value* value = toml::find(table, name);
  return value == nullptr ? nullptr : value->get_if<std::string>();
}

// The first text between single or double quotes.
std::string_view quoted_text(std::string_view text) {
  const auto start = text.find_first_of("'\"");
  if (start == std::string_view::npos) {
    return {};
  }
  const auto end = text.find(text[start], start + 1);
  return end == std::string_view::npos ? std::string_view{}
                                       : text.substr(start + 1, end - start - 1);
}

// Only texts that are plain say which license it is.
std::string license_of_text(std::string_view text) {
  if (text.find("Permission is hereby granted, free of charge") != std::string_view::npos) {
    return "MIT";
  }
  if (text.find("Apache License") != std::string_view::npos &&
      text.find("Version 2.0") != std::string_view::npos) {
    return "Apache-2.0";
  }
  if (text.find("Mozilla Public License Version 2.0") != std::string_view::npos) {
    return "MPL-2.0";
  }
  return "";
}

void add_files(ProjectFacts& facts, const base::Path& folder) {
  const auto names = base::list_directory(folder);
  const auto starts = [&](std::string_view start) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      std::error_code error;
      return name.starts_with(start) && std::filesystem::is_regular_file(folder / name, error);
    });
  };
  for (const std::string_view start : {"README", "LICENSE", "COPYING", "CHANGELOG"}) {
    if (starts(start)) {
      facts.archive_files.push_back(cat(start, "*"));
    }
  }
  facts.has_changelog = std::find(names.begin(), names.end(), "CHANGELOG.md") != names.end();
  std::vector<std::string> licenses;
  for (const std::string& name : names) {
    if (name.starts_with("LICENSE") || name.starts_with("LICENCE") || name.starts_with("COPYING")) {
      try {
        const std::string license = license_of_text(base::read_file(folder / name, kMaxFileBytes));
        if (!license.empty() &&
            std::find(licenses.begin(), licenses.end(), license) == licenses.end()) {
          licenses.push_back(license);
        }
      } catch (const base::Error&) {
        continue;  // a folder, or not readable: it says nothing
      }
    }
  }
  set_if_empty(facts.license, base::join(licenses, " OR "));
}

// A value of git's configuration, or "".
std::string git_value(const base::Path& folder, std::string_view key) {
  try {
    const auto result = base::run_process({"git", "config", "--get", std::string(key)},
                                          {.directory = folder,
                                           .environment = std::nullopt,
                                           .timeout = std::chrono::seconds(5),
                                           .input = ""});
    return result.exit_status == 0 ? std::string(base::trim(result.output)) : "";
  } catch (const base::Error&) {
    return "";  // no git here
  }
}

void add_git_remote(ProjectFacts& facts, const base::Path& folder) {
  const std::string homepage = homepage_of_remote(git_value(folder, "remote.origin.url"));
  if (homepage.empty()) {
    return;
  }
  facts.remote = homepage;
  set_if_empty(facts.homepage, homepage);
  set_if_empty(facts.name, product_name(homepage.substr(homepage.rfind('/') + 1)));
  facts.sources.emplace_back("git remote");
}

}  // namespace

std::string product_name(std::string_view text) {
  if (const auto slash = text.rfind('/'); slash != std::string_view::npos) {
    text.remove_prefix(slash + 1);
  }
  std::string name;
  for (const char c : base::lower_case(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain || (!name.empty() && name.back() != '-')) {
      name += plain ? c : '-';
    }
  }
  while (name.ends_with('-')) {
    name.pop_back();
  }
  return name;
}

std::string github_repository(std::string_view homepage) {
  constexpr std::string_view kGithub = "https://github.com/";
  if (!homepage.starts_with(kGithub)) return "";
  homepage.remove_prefix(kGithub.size());
  return is_owner_and_name(homepage) ? std::string(homepage) : "";
}

std::string github_pages_url(std::string_view repository) {
  const std::size_t slash = repository.find('/');
  const std::string site = base::cat(base::lower_case(repository.substr(0, slash)), ".github.io");
  const std::string_view name = repository.substr(slash + 1);
  return base::lower_case(name) == site ? base::cat("https://", site)
                                        : base::cat("https://", site, "/", name);
}

std::string homepage_of_remote(std::string_view remote) {
  std::string_view rest = remote;
  for (const std::string_view scheme : {"https://", "http://", "ssh://", "git://"}) {
    if (rest.starts_with(scheme)) {
      rest.remove_prefix(scheme.size());
    }
  }
  const bool had_scheme = rest.size() != remote.size();
  // User name and password end at the last "@" before the path.
  if (const auto at = rest.substr(0, rest.find('/')).rfind('@'); at != std::string_view::npos) {
    rest.remove_prefix(at + 1);
  } else if (!had_scheme) {
    return "";  // a path of this machine
  }
  const auto end_of_host = rest.find_first_of(":/");
  if (end_of_host == std::string_view::npos || end_of_host == 0) {
    return "";
  }
  const std::string_view host = rest.substr(0, end_of_host);
  std::string_view path = rest.substr(end_of_host + 1);
  if (rest[end_of_host] == ':') {  // a port, or the path of git@host:owner/tool
    const auto next = path.find('/');
    if (next != std::string_view::npos && base::parse_decimal(path.substr(0, next))) {
      path.remove_prefix(next + 1);
    }
  }
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  if (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  if (path.ends_with(".git")) {
    path.remove_suffix(4);
  }
  return path.empty() || path.find_first_of(" \"'\\@") != std::string_view::npos
             ? ""
             : cat("https://", host, "/", path);
}

void add_cargo_toml(ProjectFacts& facts, std::string_view text) {
  try {
    const toml::Table table = toml::parse(text, "Cargo.toml");
    facts.build_tool = facts.build_tool == BuildTool::none ? BuildTool::cargo : facts.build_tool;
    const toml::Value* package_value = toml::find(table, "package");
    const auto* package = package_value == nullptr ? nullptr : package_value->get_if<toml::Table>();
    if (package == nullptr) {
      return;  // a workspace
    }
    const auto take = [&](std::string& value, std::string_view key) {
      if (const std::string* found = text_of(*package, key)) {
        set_if_empty(value, *found);
      }
    };
    if (const std::string* name = text_of(*package, "name")) {
      set_if_empty(facts.name, product_name(*name));
    }
    take(facts.description, "description");
    take(facts.license, "license");
    take(facts.homepage, "homepage");
    take(facts.homepage, "repository");
    if (const toml::Value* authors = toml::find(*package, "authors")) {
      const auto* list = authors->get_if<toml::Array>();
      if (list != nullptr && !list->empty() && list->front().get_if<std::string>() != nullptr) {
        set_if_empty(facts.maintainer, *list->front().get_if<std::string>());
      }
    }
  } catch (const base::Error&) {
    return;
  }
}

void add_package_json(ProjectFacts& facts, std::string_view text) {
  try {
    const json::Value value =
        json::parse(text, {.max_bytes = kMaxFileBytes, .max_depth = 64, .allow_reals = true},
                    base::Errc::config);
    const json::ObjectReader reader(value, "", base::Errc::config);
    const auto take = [&](std::string& field, std::string_view key) {
      const json::Value* found = reader.find(key);
      if (found != nullptr && found->get_if<std::string>() != nullptr) {
        set_if_empty(field, *found->get_if<std::string>());
      }
    };
    if (const auto name = reader.optional_text("name")) {
      set_if_empty(facts.name, product_name(*name));
    }
    take(facts.description, "description");
    take(facts.license, "license");
    take(facts.homepage, "homepage");
    take(facts.maintainer, "author");
    if (const json::Value* author = reader.find("author");
        author != nullptr && author->get_if<json::Object>() != nullptr) {
      const json::ObjectReader person(*author, "author", base::Errc::config);
      const std::string mail = person.optional_text("email").value_or("");
      set_if_empty(facts.maintainer, cat(person.optional_text("name").value_or(""),
                                         mail.empty() ? "" : cat(" <", mail, ">")));
    }
  } catch (const base::Error&) {
    return;
  }
}

void add_go_mod(ProjectFacts& facts, std::string_view text) {
  for (const std::string_view line : base::split_lines(text)) {
    const std::string_view trimmed = base::trim(line);
    if (!trimmed.starts_with("module ")) {
      continue;
    }
    std::string_view module = base::trim(trimmed.substr(7));
    if (const std::string_view quoted = quoted_text(module); !quoted.empty()) {
      module = quoted;
    }
    module = module.substr(0, module.find_first_of(" \t"));
    const auto slash = module.rfind('/');
    const std::string_view last =
        slash == std::string_view::npos ? module : module.substr(slash + 1);
    if (slash != std::string_view::npos && last.starts_with('v') &&
        base::parse_decimal(last.substr(1))) {
      module = module.substr(0, slash);  // "…/tool/v2"
    }
    facts.build_tool = facts.build_tool == BuildTool::none ? BuildTool::go : facts.build_tool;
    set_if_empty(facts.name, product_name(module));
    const std::string_view host = module.substr(0, module.find('/'));
    if (host.find('.') != std::string_view::npos && host != module) {
      set_if_empty(facts.homepage, cat("https://", module));
    }
    return;
  }
}

void add_meson_build(ProjectFacts& facts, std::string_view text) {
  const auto project = text.find("project(");
  if (project == std::string_view::npos) {
    return;
  }
  const std::string_view call = text.substr(project, text.find(')', project) - project);
  set_if_empty(facts.name, product_name(quoted_text(call)));
  if (const auto license = call.find("license"); license != std::string_view::npos) {
    set_if_empty(facts.license, quoted_text(call.substr(license)));
  }
}

std::string git_identity(const base::Path& folder) {
  const std::string name = git_value(folder, "user.name");
  const std::string mail = git_value(folder, "user.email");
  if (name.empty()) {
    return "";
  }
  std::string identity;
  set_if_empty(identity, mail.empty() ? name : cat(name, " <", mail, ">"));
  return identity;
}

ProjectFacts read_project(const base::Path& folder) {
  using Add = void (*)(ProjectFacts&, std::string_view);
  constexpr std::pair<std::string_view, Add> kFiles[] = {{"Cargo.toml", add_cargo_toml},
                                                         {"package.json", add_package_json},
                                                         {"go.mod", add_go_mod},
                                                         {"meson.build", add_meson_build}};
  ProjectFacts facts;
  for (const auto& [name, add] : kFiles) {
    try {
      if (const auto text = base::read_file_if_exists(folder / name, kMaxFileBytes)) {
        add(facts, *text);
        facts.sources.emplace_back(name);
      }
    } catch (const base::Error&) {
      continue;  // a folder of that name, or too large to be one of these files
    }
  }
  add_git_remote(facts, folder);
  add_files(facts, folder);
  for (const std::string_view name : {"README.md", "README", "README.txt", "Readme.md"}) {
    const bool is_missing = facts.description.empty();
    add_readme(facts, text_of_file(folder / name));
    if (is_missing && !facts.description.empty()) {
      facts.sources.emplace_back(name);
    }
  }
  if (!facts.homepage.starts_with("https://")) {
    facts.homepage.clear();
  }
  if (facts.name.empty()) {
    // "/work/tool/." is normalised to "/work/tool/", which ends without a name.
    base::Path whole = std::filesystem::absolute(folder).lexically_normal();
    if (!whole.has_filename()) {
      whole = whole.parent_path();
    }
    facts.name = product_name(whole.filename().native());
  }
  add_go_program(facts, folder);
  return facts;
}

}  // namespace releaser
