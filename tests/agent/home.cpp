#include "tests/agent/home.hpp"

#include "base/text.hpp"
#include "trust/digest.hpp"

namespace test {

schema::Identity tool_identity() {
  return {.product = "tool",
          .agent = "tool-updater",
          .version = schema::Version::parse("1.0.0"),
          .commit = std::nullopt,
          .date = *base::parse_time("2026-11-01T00:00:00Z"),
          .base_urls = {base::Url::parse("https://releases.example.com/tool")},
          .public_keys = {},
          .default_channel = schema::Channel::stable,
          .root = {}};
}

InstalledHome::InstalledHome()
    : m_directory(std::filesystem::temp_directory_path(), "home-"),
      layout(agent::make_layout(tool_identity(),
                                base::Environment(std::map<std::string, std::string, std::less<>>{
                                    {"HOME", m_directory.path().native()}}),
                                "/elsewhere/tool-updater")) {
  base::make_directories(layout.versions);
  base::make_directories(layout.state);
  base::make_directories(layout.staging, 0700);
}

void InstalledHome::add_version(std::string_view version) const {
  const schema::Version parsed = schema::Version::parse(version);
  const base::Path folder = layout.version_directory(parsed);
  base::make_directories(folder);
  agent::CompletionMark mark;
  mark.archive_sha256 = trust::sha256_of(version);
  mark.binaries = {"tool", "tool-updater"};
  mark.agent = "tool-updater";
  mark.probe = {"tool", "--version"};
  for (const std::string& name : mark.binaries) {
    const std::string text = base::cat(name, ' ', version);
    base::write_file_atomically(folder / name, text, 0755);
    mark.files.emplace(name, agent::InstalledFile{trust::sha256_of(text), text.size()});
  }
  agent::write_completion_mark(layout, parsed, mark);
}

void InstalledHome::write_receipt(std::string_view version) const {
  agent::write_receipt(layout, {.product = "tool",
                                .channel = schema::Channel::stable,
                                .bin_directory = layout.bin_directory,
                                .links = {"tool", "tool-updater"},
                                .base_urls = {},
                                .path_edits = {},
                                .installed_at = *base::parse_time("2026-11-20T10:00:00Z"),
                                .version = schema::Version::parse(version),
                                .archive_sha256 = trust::sha256_of(version)});
}

}  // namespace test
