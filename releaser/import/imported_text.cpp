#include "base/text.hpp"
#include "releaser/import/import.hpp"
#include "releaser/init/config_text.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

constexpr std::size_t kMaxLine = 120;

std::string list_of(const std::vector<std::string>& texts) {
  std::string line;
  std::string lines;
  for (const std::string& text : texts) {
    line += cat(line.empty() ? "" : ", ", toml_text(text));
    lines += cat("  ", toml_text(text), ",\n");
  }
  return line.size() < kMaxLine - 20 || texts.size() < 2 ? cat("[", line, "]")
                                                         : cat("[\n", lines, "]");
}

// Bare where TOML allows it.
std::string key_of(const std::string& name) {
  const bool is_bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
  });
  return is_bare ? name : toml_text(name);
}

std::string table_of(const std::map<std::string, std::string>& texts) {
  std::string line;
  for (const auto& [name, text] : texts)
    line += cat(line.empty() ? " " : ", ", key_of(name), " = ", toml_text(text));
  return cat("{", line, " }");
}

std::string commands_of(const std::vector<Argv>& commands) {
  std::string lines;
  for (const Argv& command : commands)
    lines += cat("  ", list_of(command), ",\n");
  return commands.size() == 1 ? cat("[", list_of(commands.front()), "]") : cat("[\n", lines, "]");
}

std::string files_of(const std::vector<FilePattern>& files) {
  std::string line;
  std::string lines;
  for (const FilePattern& file : files) {
    const std::string text = file.destination.empty()
                                 ? toml_text(file.source)
                                 : cat("{ src = ", toml_text(file.source),
                                       ", dst = ", toml_text(file.destination), " }");
    line += cat(line.empty() ? "" : ", ", text);
    lines += cat("  ", text, ",\n");
  }
  return line.size() < kMaxLine - 20 ? cat("[", line, "]") : cat("[\n", lines, "]");
}

// Lines of a section; keys without a value are left out.
class Section {
 public:
  explicit Section(std::string_view header) : m_text(cat("\n", header, "\n")) {}

  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) line(key, toml_text(value));
  }
  void list(std::string_view key, const std::vector<std::string>& value) {
    if (!value.empty()) line(key, list_of(value));
  }
  void table(std::string_view key, const std::map<std::string, std::string>& value) {
    if (!value.empty()) line(key, table_of(value));
  }
  void line(std::string_view key, std::string_view value) {
    m_text += cat(key, " = ", value, "\n");
    m_is_empty = false;
  }
  [[nodiscard]] const std::string& str() const { return m_text; }
  [[nodiscard]] std::string or_nothing() const { return m_is_empty ? "" : m_text; }

 private:
  std::string m_text;
  bool m_is_empty = true;
};

std::string build_of(const Config& config) {
  Section build("[build]");
  build.list("platforms", config.build.platforms);
  build.text("binary", config.build.binary);
  build.list("binaries", config.build.binaries);
  build.list("command", config.build.command);
  build.table("env", config.build.env);
  std::string text = build.str();
  for (const auto& [platform, settings] : config.overrides) {
    Section own(cat("[build.override.", platform, "]"));
    own.text("binary", settings.binary);
    own.list("binaries", settings.binaries);
    own.list("command", settings.command);
    own.table("env", settings.env);
    own.text("archive", settings.archive);
    text += own.str();
  }
  return text;
}

std::string archive_of(const ArchiveSettings& archive) {
  Section section("[archive]");
  const ArchiveSettings defaults;
  if (archive.name != defaults.name) section.text("name", archive.name);
  section.table("os_names", archive.os_names);
  section.table("arch_names", archive.arch_names);
  if (!archive.files.empty()) section.line("files", files_of(archive.files));
  return section.or_nothing();
}

std::string destination_of(const DestinationSettings& destination) {
  Section section("[[destination]]");
  section.text("type", destination.type);
  section.text("repository", destination.repository);
  section.text("remote", destination.remote);
  section.text("branch", destination.branch);
  section.text("path", destination.path);
  section.text("url", destination.url);
  section.text("api_url", destination.api_url);
  section.text("upload_url", destination.upload_url);
  section.text("token_env", destination.token_env);
  if (destination.draft) section.line("draft", "true");
  section.list("carries", destination.carries_words);
  return section.str();
}

std::string packages_of(const Config& config) {
  std::string text;
  if (config.installers) text += "\n[installers]\n";
  if (config.homebrew) {
    Section homebrew("[homebrew]");
    homebrew.text("tap", config.homebrew->tap);
    if (!config.homebrew->tap.empty()) homebrew.text("token_env", config.homebrew->token_env);
    homebrew.list("depends", config.homebrew->depends);
    homebrew.text("caveats", config.homebrew->caveats);
    text += homebrew.str();
  }
  if (config.scoop) {
    Section scoop("[scoop]");
    scoop.text("bucket", config.scoop->bucket);
    if (!config.scoop->bucket.empty()) scoop.text("token_env", config.scoop->token_env);
    text += scoop.str();
  }
  return text;
}

}  // namespace

std::string imported_text(const Import& import, std::string_view sign_lines) {
  const Config& config = import.config;
  std::string text =
      cat("# How cco-release makes and publishes releases of ", config.product.name, ", as ",
          import.tool, " did by ", base::join(import.sources, ", "),
          ".\n# `cco-release check` tells what is missing; docs/configuration.md explains every "
          "key.\nschema = 1\n");
  Section product("[product]");
  product.text("name", config.product.name);
  product.text("description", config.product.description);
  product.text("homepage", config.product.homepage);
  product.text("license", config.product.license);
  product.text("maintainer", config.product.maintainer);
  text += product.str();
  Section version("[version]");
  version.list("files", config.version.files);
  text += version.or_nothing();
  text += build_of(config);
  if (!config.hooks.before.empty() || !config.hooks.after_stamp.empty()) {
    Section hooks("[hooks]");
    if (!config.hooks.before.empty()) hooks.line("before", commands_of(config.hooks.before));
    if (!config.hooks.after_stamp.empty()) {
      hooks.line("after_stamp", commands_of(config.hooks.after_stamp));
    }
    text += hooks.str();
  }
  Section release("[release]");
  release.text("header", config.release.header);
  release.text("footer", config.release.footer);
  release.list("extra_files", config.release.extra_files);
  text += release.or_nothing();
  if (config.changelog) {
    Section changelog("[changelog]");
    changelog.text("from", config.changelog->from);
    if (config.changelog->from == "file") changelog.text("file", config.changelog->file);
    changelog.list("groups", config.changelog->groups);
    changelog.list("include", config.changelog->include);
    changelog.list("exclude", config.changelog->exclude);
    text += changelog.str();
  }
  text += archive_of(config.archive);
  text += cat("\n# The minisign key of the stable channel.\n", sign_lines, "\n");
  for (const DestinationSettings& destination : config.destinations)
    text += destination_of(destination);
  return text + packages_of(config);
}

}  // namespace releaser::import
