#include "agent/layout.hpp"

#include "agent/activation.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/agent/home.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

using agent::Layout;
using base::Environment;
using base::Errc;
using schema::Version;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

base::Environment environment(Variables variables) {
  return base::Environment(std::move(variables));
}

}  // namespace

TEST_SUITE("agent/layout") {
  TEST_CASE("the root and the folder of the links follow variables, prefix, XDG and home") {
    struct Row {
      std::map<std::string, std::string, std::less<>> variables;
      std::optional<base::Path> prefix;
      const char* root;
      const char* bin;
    };
    const Row rows[] = {
        {{{"HOME", "/h"}}, {}, "/h/.local/share/tool-updater", "/h/.local/bin"},
        {{{"HOME", "/h"}, {"XDG_DATA_HOME", "/d"}}, {}, "/d/tool-updater", "/h/.local/bin"},
        {{{"HOME", "/h"}, {"XDG_DATA_HOME", "d"}},
         {},
         "/h/.local/share/tool-updater",
         "/h/.local/bin"},
        {{{"HOME", "/h"}}, "/p", "/p/share/tool-updater", "/p/bin"},
        {{{"HOME", "/h"}, {"TOOL_UPDATER_ROOT", "/r"}}, {}, "/r", "/h/.local/bin"},
        {{{"HOME", "/h"}, {"TOOL_UPDATER_ROOT", "/r/./x/"}, {"TOOL_UPDATER_BIN_DIR", "/b"}},
         {},
         "/r/x",
         "/b"},
        {{{"HOME", "/h"}, {"CCO_ROOT", "/r"}, {"TOOL_ROOT", "/t"}},
         {},
         "/h/.local/share/tool-updater",
         "/h/.local/bin"},
    };
    for (const Row& row : rows) {
      const Layout layout = agent::make_layout(test::tool_identity(), Environment(row.variables),
                                               "/elsewhere/tool-updater", row.prefix);
      CHECK(layout.root == row.root);
      CHECK(layout.bin_directory == row.bin);
      CHECK(layout.current == base::Path(row.root) / "versions" / "current");
    }
  }

  TEST_CASE("a prefix and a variable never take one place each") {
    for (const char* name : {"TOOL_UPDATER_ROOT", "TOOL_UPDATER_BIN_DIR"}) {
      const Environment environment({{"HOME", "/h"}, {name, "/r"}});
      test::check_error(
          Errc::usage, base::cat("--prefix and ", name, " both say where to install"),
          [&] { agent::make_layout(test::tool_identity(), environment, "/x/tool-updater", "/p"); });
    }
  }

  TEST_CASE("a relative variable is refused by its name") {
    for (const char* name : {"HOME", "TOOL_UPDATER_ROOT", "TOOL_UPDATER_BIN_DIR"}) {
      std::map<std::string, std::string, std::less<>> variables{{"HOME", "/h"}};
      variables[name] = "relative";
      test::check_error(
          Errc::config, base::cat(name, " must be an absolute path, not relative"), [&] {
            agent::make_layout(test::tool_identity(), Environment(variables), "/x/tool-updater");
          });
    }
  }

  TEST_CASE("a program inside a root finds that root, and its receipt's folder of links") {
    const test::InstalledHome home;
    home.add_version("1.0.0");
    home.write_receipt("1.0.0");
    const Layout layout =
        agent::make_layout(test::tool_identity(), environment({{"HOME", "/other"}}),
                           home.layout.versions / "1.0.0" / "tool-updater");
    CHECK(layout.root == home.layout.root);
    CHECK(layout.bin_directory == home.layout.bin_directory);
  }

  TEST_CASE("variables of an agent are its name in capitals") {
    CHECK(agent::variable_prefix("cco") == "CCO_");
    CHECK(agent::variable_prefix("tool-updater") == "TOOL_UPDATER_");
    CHECK(agent::variable_prefix("7z-x2") == "7Z_X2_");
  }

  TEST_CASE("versions are listed newest first, and nothing else is one") {
    const test::InstalledHome home;
    for (const char* version : {"1.9.0", "1.10.0", "1.10.0-beta.2"})
      home.add_version(version);
    base::make_directories(home.layout.versions / "v1.11.0");  // not the canonical name
    base::make_directories(home.layout.versions / "foreign");
    base::write_file_atomically(home.layout.versions / "3.0.0", "a file");
    base::replace_symlink(home.layout.current, "1.9.0");
    base::replace_symlink(home.layout.versions / "4.0.0", "1.9.0");
    std::vector<std::string> found;
    for (const Version& version : agent::installed_versions(home.layout))
      found.push_back(version.text());
    CHECK(found == std::vector<std::string>{"1.10.0", "1.10.0-beta.2", "1.9.0"});
    CHECK(agent::current_version(home.layout)->text() == "1.9.0");
    CHECK_FALSE(agent::previous_version(home.layout).has_value());
  }

  TEST_CASE("a link that leads elsewhere names no version") {
    const test::InstalledHome home;
    for (const char* target : {"../1.0.0", "/etc", "1.0.0/..", "nonsense", ""}) {
      if (*target != '\0') base::replace_symlink(home.layout.current, target);
      CHECK_FALSE(agent::current_version(home.layout).has_value());
    }
  }

  TEST_CASE("a version is complete only with every file of its mark, byte for byte") {
    const test::InstalledHome home;
    home.add_version("1.0.0");
    const Version version = Version::parse("1.0.0");
    const base::Path folder = home.layout.version_directory(version);
    CHECK(agent::complete(home.layout, version));
    CHECK(agent::looks_complete(home.layout, version));

    base::write_file_atomically(folder / "tool", "Tool 1.0.0");  // same size
    CHECK(agent::incomplete_reason(home.layout, version) == "1.0.0: tool is damaged");
    CHECK(agent::looks_complete(home.layout, version));
    base::write_file_atomically(folder / "tool", "");
    CHECK(agent::incomplete_reason(home.layout, version) == "1.0.0: tool has another size");
    CHECK_FALSE(agent::looks_complete(home.layout, version));
    base::remove_if_exists(folder / "tool");
    CHECK(agent::incomplete_reason(home.layout, version) == "1.0.0: tool is missing");
    base::remove_if_exists(folder / ".ok");
    CHECK(agent::incomplete_reason(home.layout, version) == "1.0.0: not installed whole");
  }

  TEST_CASE("a mark that is cut off anywhere is none") {
    const test::InstalledHome home;
    home.add_version("1.0.0");
    const Version version = Version::parse("1.0.0");
    const base::Path mark = home.layout.version_directory(version) / ".ok";
    const std::string whole = base::read_file(mark, 100000);
    for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
      base::write_file_atomically(mark, whole.substr(0, length));
      CHECK_FALSE(agent::read_completion_mark(home.layout, version).has_value());
    }
  }

  TEST_CASE("a mark that names a file outside is none") {
    const test::InstalledHome home;
    home.add_version("1.0.0");
    const Version version = Version::parse("1.0.0");
    agent::CompletionMark mark = *agent::read_completion_mark(home.layout, version);
    mark.files.emplace("../../secret", agent::InstalledFile{});
    agent::write_completion_mark(home.layout, version, mark);
    CHECK_FALSE(agent::read_completion_mark(home.layout, version).has_value());
  }

  TEST_CASE("links are relative, and work where a folder on the way is a link") {
    const test::InstalledHome home;
    home.add_version("1.0.0");
    base::replace_symlink(home.layout.current, "1.0.0");
    Layout layout = home.layout;
    base::make_directories(home.path() / "deep" / "er" / "bin");
    std::filesystem::create_symlink("deep/er/bin", home.path() / "bin-link");
    layout.bin_directory = home.path() / "bin-link";
    CHECK(agent::make_links(layout, {"tool"}) == std::vector<std::string>{"tool"});
    CHECK(base::read_symlink_if_exists(layout.bin_directory / "tool")->is_relative());
    CHECK(base::read_file(std::filesystem::canonical(layout.bin_directory / "tool"), 100) ==
          "tool 1.0.0");
    CHECK(agent::inspect_link(layout, "tool") == agent::LinkState::ours);
  }

  TEST_CASE("what is not ours is neither replaced nor removed") {
    const test::InstalledHome home;
    home.add_version("1.0.0");
    base::replace_symlink(home.layout.current, "1.0.0");
    base::make_directories(home.layout.bin_directory);
    base::write_file_atomically(home.layout.bin_directory / "tool", "foreign");
    std::filesystem::create_symlink("/usr/bin/env", home.layout.bin_directory / "tool-updater");
    CHECK(agent::make_links(home.layout, {"tool", "tool-updater"}).empty());
    agent::remove_links(home.layout, {"tool", "tool-updater", "../secret", ""});
    CHECK(base::read_file(home.layout.bin_directory / "tool", 100) == "foreign");
    CHECK(base::read_symlink_if_exists(home.layout.bin_directory / "tool-updater") ==
          "/usr/bin/env");
  }

  TEST_CASE(
      "old versions go beyond the number to keep, never current, previous or a newer whole one "
      "first") {
    const test::InstalledHome home;
    for (const char* version : {"1.0.0", "1.1.0", "1.2.0", "1.3.0"})
      home.add_version(version);
    base::replace_symlink(home.layout.current, "1.3.0");
    base::replace_symlink(home.layout.previous, "1.0.0");
    agent::remove_old_versions(home.layout, {.keep_versions = 3, .pin = std::nullopt});
    std::vector<std::string> left;
    for (const Version& version : agent::installed_versions(home.layout))
      left.push_back(version.text());
    CHECK(left == std::vector<std::string>{"1.3.0", "1.2.0", "1.0.0"});
    agent::remove_old_versions(home.layout, {.keep_versions = 1, .pin = std::nullopt});
    CHECK(agent::installed_versions(home.layout).size() == 2);
  }
}
