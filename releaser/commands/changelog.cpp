#include "releaser/commands/changelog.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/changelog/changelog.hpp"
#include "releaser/stages/identify.hpp"

namespace releaser {
namespace {

using base::cat;
namespace json = base::json;
using schema::Version;

// --version, else that of the one tag at HEAD; nothing: what is not released yet.
std::optional<Version> version_of(const Config& config, const base::Arguments& arguments) {
  if (const auto text = arguments.value("--version")) return Version::parse(*text);
  std::optional<Version> version;
  for (const std::string& tag : read_git(config.root, AllTags::no).tags_at_head) {
    const auto each = tag.starts_with('v') ? Version::try_parse(tag) : std::nullopt;
    if (!each) continue;
    if (version) {
      throw base::Error(base::Errc::config, cat("two tags at HEAD (v", version->text(), ", ", tag,
                                                "); say which one with --version"));
    }
    version = each;
  }
  return version;
}

int run_changelog(const Services& services, const base::Arguments& arguments) {
  const Config config = load_config(find_config(arguments.value("--config"), "."));
  const auto version = version_of(config, arguments);
  const Changelog changelog = read_changelog(config, version, arguments.value("--since"));
  if (wants_json(arguments)) {
    json::Object result{{"schema", 1}, {"product", config.product.name}};
    result.emplace_back("version", version ? json::Value(version->text()) : json::Value());
    result.emplace_back("from", changelog.source == ChangelogSource::git ? "git" : "file");
    result.emplace_back("since",
                        changelog.since.empty() ? json::Value() : json::Value(changelog.since));
    result.emplace_back("text", changelog.text);
    services.out << json::write(result, json::Style::pretty);
    return base::exit_status(base::Errc::done);
  }
  // It is made of text by many hands.
  if (!changelog.text.empty())
    services.out << base::safe_text(changelog.text, changelog.text.size()) << '\n';
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_changelog(const Services& services) {
  return {
      .name = "changelog",
      .aliases = {},
      .summary = "what is new in a version, from CHANGELOG.md or from the commits",
      .description =
          "Prints the section of the version in CHANGELOG.md, or what [changelog] in "
          "cco-release.toml says: with from = \"git\" the commits since the newest version "
          "below, in groups, by their Conventional Commits types. Without --version and "
          "without a tag at HEAD it is what is not released yet. --since always asks git. With "
          "[changelog] the same text, cut at 4 KiB, is what users read before an update.",
      .options = {{"--version", "", "VERSION", "default: of the tag at HEAD, else what comes", {}},
                  {"--since", "", "TAG", "the commits after this tag or commit", {}}},
      .positionals = {},
      .examples = {{"cco-release changelog", "what is not released yet"},
                   {"cco-release changelog --version 1.4.0", "what 1.4.0 brought"},
                   {"cco-release changelog --since v1.3.0", "the commits since then"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_changelog(services, arguments);
      }};
}

}  // namespace releaser
