#include "releaser/init/config_text.hpp"

#include "base/text.hpp"
#include "releaser/render/embedded.hpp"
#include "releaser/render/template.hpp"

namespace releaser {
namespace {

using base::cat;

std::string text_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += cat(list.empty() ? "" : ", ", toml_text(text));
  }
  return cat("[", list, "]");
}

std::string command_lines(const ProjectFacts& facts) {
  const std::string& variable = facts.go_version_variable;
  switch (facts.build_tool) {
    case BuildTool::cargo:
      return "command = [\"cargo\", \"build\", \"--release\", \"--target\", \"{rust_target}\"]\n"
             "# env = { RUSTFLAGS = \"-C strip=symbols\" }    # variables for command";
    case BuildTool::go:
      return cat("# -X puts the version into ",
                 variable.empty() ? "`var version`" : cat("`var ", variable, "`"),
                 " of package main, for --version to print.\n",
                 "command = [\"go\", \"build\", \"-trimpath\", \"-ldflags\", \"-s -w -X main.",
                 variable.empty() ? "version" : variable, "={version}\", \"-o\", \"{binary}\", ",
                 toml_text(facts.go_package), "]\n",
                 "env = { CGO_ENABLED = \"0\", GOOS = \"{goos}\", GOARCH = \"{goarch}\" }");
    case BuildTool::none:
      break;
  }
  return "# command = [\"make\", \"OUT={binary}\", \"PLATFORM={platform}\"]\n"
         "# env = { TARGET = \"{rust_target}\" }             # variables for command";
}

constexpr std::string_view kMoreSignKeys =
    R"(# command = ["my-hsm-tool", "sign", "{key_id}"]  # in place of key: a program that signs
# command_keys = ["RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"]  # that it holds; absent: public_key
# command_env = ["AWS_REGION"]                   # variables that it gets
# While the key changes (docs/releasing.md), and afterwards:
# old_public_key = "RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"          # signs each new file too
# old_key = "~/.config/cco-release/keys/old.key"
# former_public_keys = ["RWQhIiMkJSYnKIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L"]    # sign nothing, still believed
# stolen_public_keys = ["RWQxMjM0NTY3ONmhz7hJu05KLBoBRGFDaIPbOaiL6gH4aZryJf/NGkCr"]    # believed no more)";

constexpr std::string_view kFolder =
    R"toml(# Where releases are published: this folder is what a web server serves at url.
[[destination]]
type = "directory"
# name = "site"                                  # in --skip and status; the type where absent
path = "site"
url = )toml";
constexpr std::string_view kMoreOfFolder = R"toml(
# remote = "owner/name"                          # of type "git": repository; https:// or ssh address, or a path that begins with / or ./
# branch = "gh-pages"                            # and the branch of it that is served
# token_env = "GH_TOKEN"                         # variable that has the token for its host
# carries = ["assets", "site"]                   # archives and their signatures; manifests, metadata, pages, installers; both where absent
# metadata = true                                # the others follow what is public here; the first that carries the site where absent
# optional = false                               # true: a release becomes public also where this one fails; the next run makes up for it
# Archives as releases of GitHub; the folder above then carries the "site" alone.
# [[destination]]
# type = "github"
# repository = "owner/name"                      # `url` follows from it
# token_env = "GH_TOKEN"                         # the variable of the token, which needs permission `Contents: write`
# token_file = "/run/secrets/gh-token"           # or the file of it
# draft = true                                   # a person publishes what was uploaded; the next `publish` then goes on
# api_url = "https://github.example.com/api/v3"  # of GitHub Enterprise; for type "gitea": https://HOST/api/v1
# upload_url = "https://github.example.com/api/uploads"  # where its API names another host for uploads)toml";

std::string destination_lines(const NewConfig& config) {
  if (config.github.empty()) return cat(kFolder, toml_text(config.url), kMoreOfFolder);
  const std::string repository = toml_text(config.github);
  return cat(
      R"toml(# Where releases are published. Manifests, metadata and installers are a branch of the repository, made by the first release, which
# GitHub Pages show: choose it once under Settings, Pages.
[[destination]]
type = "git"
# name = "site"                                  # in --skip and status; the type where absent
remote = )toml",
      repository, "\nbranch = \"gh-pages\"\nurl = ", toml_text(config.url), R"toml(
# path = "docs"                                  # folder of the branch; absent: all of it
# token_env = "GH_TOKEN"                         # variable that has the token for its host
# optional = false                               # true: a release becomes public also where this one fails; the next run makes up for it
# Archives, as releases.
[[destination]]
type = "github"                                  # or "gitea", also for Forgejo and Codeberg; or "directory" with path and url
repository = )toml",
      repository, R"toml(
# token_env = "GH_TOKEN"                         # the variable of the token, which needs permission `Contents: write`
# token_file = "/run/secrets/gh-token"           # or the file of it
# draft = true                                   # a person publishes what was uploaded; the next `publish` then goes on
# api_url = "https://github.example.com/api/v3"  # of GitHub Enterprise; for type "gitea": https://HOST/api/v1
# upload_url = "https://github.example.com/api/uploads"  # where its API names another host for uploads)toml");
}

// What a comment explains stands behind it, in one column where it fits.
std::string padded(std::string line) {
  constexpr std::size_t kColumn = 48;
  if (line.size() < kColumn) line.append(kColumn - line.size(), ' ');
  return line;
}

std::string package_repository(const NewConfig& config, std::string_view key,
                               std::string_view name) {
  const std::string owner =
      config.github.empty() ? "owner" : config.github.substr(0, config.github.find('/'));
  return padded(cat("# ", key, " = ", toml_text(cat(owner, "/", name))));
}

std::string changelog_lines(const ProjectFacts& facts) {
  const std::string mark = facts.has_changelog ? "" : "# ";
  return cat(mark, "[changelog]\n", padded(cat(mark, "from = \"file\"")));
}

}  // namespace

std::string sign_lines(const NewConfig& config) {
  const std::string mark = config.public_key.empty() ? "# " : "";
  const std::string key = config.public_key.empty() ? "RW…"  // 56 characters when it is there
                                                    : config.public_key;
  return cat(mark, "[sign]\n", mark, "public_key = ", toml_text(key),
             "  # second line of the .pub file\n", mark,
             "key = ", toml_text(config.key_path + ".key"),
             "  # absent: its contents are in CCO_RELEASE_KEY");
}

std::string binary_path(const ProjectFacts& facts) {
  switch (facts.build_tool) {
    case BuildTool::cargo:
      return cat("target/{rust_target}/release/", facts.name, "{exe}");
    case BuildTool::go:
      return cat("build/{platform}/", facts.name, "{exe}");
    case BuildTool::none:
      break;
  }
  return cat("artifacts/{platform}/", facts.name, "{exe}");
}

std::string toml_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += cat("\\", c);
    } else if (byte < 0x20 || byte == 0x7f) {
      out += cat("\\u00", kHex[byte >> 4U], kHex[byte & 0xfU]);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string config_text(const NewConfig& config) {
  const ProjectFacts& facts = config.facts;
  return fill_template(
      embedded_template("cco-release.toml.in"),
      {{"NAME", facts.name},
       {"NAME_TEXT", toml_text(facts.name)},
       {"DESCRIPTION_TEXT", toml_text(facts.description)},
       {"HOMEPAGE_TEXT", toml_text(facts.homepage)},
       {"LICENSE_TEXT", toml_text(facts.license)},
       {"MAINTAINER_LINE", facts.maintainer.empty()
                               ? "# maintainer = \"Name <mail@example.com>\""
                               : cat("maintainer = ", toml_text(facts.maintainer))},
       {"BINARY_TEXT", toml_text(binary_path(facts))},
       {"COMMAND_LINES", command_lines(facts)},
       {"FILES_LIST", text_list(facts.archive_files)},
       {"KEY_PATH", config.key_path},
       {"SIGN_LINES", cat(sign_lines(config), "\n", kMoreSignKeys)},
       {"DESTINATION_LINES", destination_lines(config)},
       {"TAP_LINE", package_repository(config, "tap", "homebrew-tap")},
       {"BUCKET_LINE", package_repository(config, "bucket", "scoop-bucket")},
       {"CHANGELOG_LINES", changelog_lines(facts)}});
}

}  // namespace releaser
