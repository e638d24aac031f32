#include "agent/path_setup.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using agent::path_block;
using agent::PathPolicy;
using agent::ShellSyntax;

namespace {

struct ShellHome {
  base::TemporaryDirectory directory{std::filesystem::temp_directory_path(), "shells-"};
  [[nodiscard]] base::Path path(std::string_view name) const { return directory.path() / name; }
  void write(std::string_view name, std::string_view text, unsigned mode = 0644) const {
    base::make_directories(path(name).parent_path());
    base::write_file_atomically(path(name), text, mode);
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    return base::read_file(path(name), 100000);
  }
  // Plans and edits like `install`; gives what was said.
  std::vector<std::string> set_up(std::map<std::string, std::string, std::less<>> variables,
                                  PathPolicy policy = PathPolicy::modify) {
    const auto setup =
        agent::plan_path_setup(base::Environment(std::move(variables)), directory.path(),
                               "tool-updater", path("bin"), policy);
    edits = setup.edits;
    std::vector<std::string> messages = setup.messages;
    agent::make_path_edits(setup, "tool-updater", path("bin"), messages);
    return messages;
  }
  std::vector<agent::PathEdit> edits;
};

std::set<std::string> names(const std::vector<agent::ShellFile>& files) {
  std::set<std::string> out;
  for (const agent::ShellFile& file : files)
    out.insert(file.file.native());
  return out;
}

}  // namespace

TEST_SUITE("agent/path_setup") {
  TEST_CASE("each shell gets the files that it reads") {
    struct Row {
      const char* shell;
      std::set<std::string> there;
      std::set<std::string> files;
    };
    const Row rows[] = {
        {"/bin/bash", {}, {"/h/.bashrc", "/h/.profile"}},
        {"/bin/bash", {"/h/.bash_profile"}, {"/h/.bashrc", "/h/.bash_profile"}},
        {"/bin/bash", {"/h/.bash_login"}, {"/h/.bashrc", "/h/.bash_login"}},
        {"/bin/bash",
         {"/h/.bash_profile", "/h/.profile"},
         {"/h/.bashrc", "/h/.bash_profile", "/h/.profile"}},
        {"/bin/sh", {}, {"/h/.profile"}},
        {"", {}, {"/h/.profile"}},
        {"/usr/bin/zsh", {}, {"/z/.zshrc"}},
        {"/usr/bin/zsh", {"/h/.bashrc"}, {"/z/.zshrc", "/h/.bashrc"}},
        {"/usr/bin/fish", {}, {"/c/fish/conf.d/tool-updater.fish"}},
        {"/bin/bash",
         {"/c/fish"},
         {"/h/.bashrc", "/h/.profile", "/c/fish/conf.d/tool-updater.fish"}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.shell);
      const auto files = agent::shell_files(
          {.home = "/h",
           .shell = row.shell,
           .zsh_directory = "/z",
           .configuration = "/c",
           .program = "tool-updater",
           .exists = [&](const base::Path& path) { return row.there.contains(path.native()); }});
      CHECK(names(files) == row.files);
    }
  }

  TEST_CASE("a block is added once and taken back without a trace") {
    const std::string block = path_block("tool-updater", "/b", ShellSyntax::posix);
    for (const std::string text :
         {"", "a\n", "a", "a\n\n", "a\n\n\nb\n", "# >>> other >>>\nx\n# <<< other <<<\n"}) {
      CAPTURE(text);
      const std::string with = agent::with_path_block(text, "tool-updater", block);
      CHECK(with.ends_with(block));
      CHECK(agent::with_path_block(with, "tool-updater", block) == with);
      const std::string without = agent::without_path_block(with, "tool-updater");
      CHECK(without == (text.empty() || text.ends_with('\n') ? text : text + '\n'));
    }
  }

  TEST_CASE("what follows a block stays") {
    const std::string block = path_block("t", "/b", ShellSyntax::posix);
    const std::string text = agent::with_path_block("a\n", "t", block) + "later\n";
    CHECK(agent::without_path_block(text, "t") == "a\nlater\n");
  }

  TEST_CASE("a block whose end somebody removed is left alone") {
    const std::string text = "a\n# >>> t >>>\nexport X=1\n";
    CHECK(agent::without_path_block(text, "t") == text);
  }

  TEST_CASE("only lines that path_block wrote are taken out") {
    const std::string block = path_block("t", "/b", ShellSyntax::posix);
    const std::string end = "# <<< t <<<\n";
    const std::string broken = block.substr(0, block.size() - end.size());
    const std::string mine = "alias precious=1\nexport KEEP=me\n";
    struct Row {
      std::string what, text, wanted;
    };
    const Row rows[] = {
        {"the end mark is gone, and a new block follows", broken + mine + block, broken + mine},
        {"a new block stands first", block + broken + mine, broken + mine},
        {"a line was put between the marks", broken + mine + end, broken + mine + end},
        {"a line was changed", base::replace_all(block, "esac", "esac # mine"),
         base::replace_all(block, "esac", "esac # mine")},
        {"the two folders differ", base::replace_all(block, "export PATH='/b'", "export PATH='/c'"),
         base::replace_all(block, "export PATH='/b'", "export PATH='/c'")},
        {"the marks alone", "# >>> t >>>\n" + mine + end, "# >>> t >>>\n" + mine + end},
        {"a mark within a line", "x # >>> t >>>\n" + mine + "# <<< t <<< x\n",
         "x # >>> t >>>\n" + mine + "# <<< t <<< x\n"},
        {"two blocks", block + mine + block, mine},
        {"fish's form", path_block("t", "/b", ShellSyntax::fish) + mine, mine},
        {"no last line end", mine + block.substr(0, block.size() - 1), mine},
        {"another folder", path_block("t", "/it's here", ShellSyntax::posix) + mine, mine},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(agent::without_path_block(row.text, "t") == row.wanted);
    }
  }

  TEST_CASE("uninstall keeps lines that somebody wrote between the marks, and says so") {
    ShellHome home;
    home.set_up({{"SHELL", "/bin/bash"}, {"PATH", "/usr/bin"}});
    const auto recorded = home.edits;
    const std::string end = "# <<< tool-updater <<<\n";
    std::string text = home.read(".bashrc");
    text.resize(text.size() - end.size());
    home.write(".bashrc", text + "alias precious=1\nexport KEEP=me\n");
    home.set_up({{"SHELL", "/bin/bash"}, {"PATH", "/usr/bin"}});
    std::vector<std::string> messages;
    agent::undo_path_edits(recorded, "tool-updater", messages);
    REQUIRE(std::filesystem::exists(home.path(".bashrc")));
    CHECK(home.read(".bashrc") == text + "alias precious=1\nexport KEEP=me\n");
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].find(".bashrc were changed and stay") != std::string::npos);
  }

  TEST_CASE("the lines put the folder on PATH once, whatever its name") {
    for (const std::string folder :
         {"/plain", "/with blank", "/it's", "/dollar$HOME", "/quote\"x", "/back\\slash"}) {
      CAPTURE(folder);
      const std::string block = path_block("t", folder, ShellSyntax::posix);
      const auto result =
          base::run_process({"/bin/sh", "-c", block + block + "printf %s \"$PATH\""},
                            {.environment = std::vector<std::string>{"PATH=/usr/bin:/bin"}});
      CHECK(result.output == folder + ":/usr/bin:/bin");
    }
  }

  TEST_CASE("bash gets its lines, and a second run changes nothing") {
    ShellHome home;
    home.write(".bashrc", "alias x=y\n", 0600);
    CHECK(home.set_up({{"SHELL", "/bin/bash"}, {"PATH", "/usr/bin"}}).size() == 1);
    const std::string once = home.read(".bashrc");
    CHECK(once.starts_with("alias x=y\n\n# >>> tool-updater >>>\n"));
    CHECK((std::filesystem::status(home.path(".bashrc")).permissions() ==
           (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
    home.set_up({{"SHELL", "/bin/bash"}, {"PATH", "/usr/bin"}});
    CHECK(home.read(".bashrc") == once);
  }

  TEST_CASE("uninstall takes back exactly what was recorded") {
    ShellHome home;
    home.write(".bashrc", "alias x=y\n");
    home.set_up({{"SHELL", "/bin/bash"}, {"PATH", "/usr/bin"}});
    const auto recorded = home.edits;
    CHECK(recorded.size() == 2);
    std::vector<std::string> messages;
    agent::undo_path_edits(recorded, "tool-updater", messages);
    CHECK(messages.empty());
    CHECK(home.read(".bashrc") == "alias x=y\n");
    CHECK_FALSE(std::filesystem::exists(home.path(".profile")));  // we had made it
  }

  TEST_CASE("nothing is edited where the folder is on PATH, in CI, or on request") {
    struct Row {
      std::map<std::string, std::string, std::less<>> variables;
      PathPolicy policy;
      bool on_path;
      std::size_t messages;
    };
    const Row rows[] = {
        {{{"SHELL", "/bin/bash"}}, PathPolicy::modify, true, 0},
        {{{"SHELL", "/bin/bash"}, {"PATH", "/x"}, {"CI", "true"}}, PathPolicy::modify, false, 1},
        {{{"SHELL", "/bin/bash"}, {"PATH", "/x"}}, PathPolicy::leave, false, 1},
        {{{"GITHUB_PATH", "/x/p"}, {"PATH", "/x"}}, PathPolicy::modify, false, 1},
    };
    for (const Row& row : rows) {
      ShellHome home;
      auto variables = row.variables;
      if (row.on_path) variables["PATH"] = base::cat("/x:", home.path("bin").native());
      CHECK(home.set_up(variables, row.policy).size() == row.messages);
      CHECK(home.edits.empty());
      CHECK(base::list_directory(home.directory.path()).empty());
    }
  }

  TEST_CASE("a link is never replaced; the line to add is told") {
    ShellHome home;
    home.write("dotfiles/bashrc", "x\n");
    std::filesystem::create_symlink("dotfiles/bashrc", home.path(".bashrc"));
    const auto messages = home.set_up({{"SHELL", "/bin/bash"}, {"PATH", "/usr/bin"}});
    CHECK(std::filesystem::is_symlink(home.path(".bashrc")));
    CHECK(home.read("dotfiles/bashrc") == "x\n");
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].find("is a link") != std::string::npos);
    CHECK(messages[0].find("export PATH=") != std::string::npos);
  }

  TEST_CASE("a file that became a link since is left as it is on the way back, and told") {
    ShellHome home;
    home.write(".bashrc", "alias x=y\n");
    home.set_up({{"SHELL", "/bin/bash"}, {"PATH", "/usr/bin"}});
    const auto recorded = home.edits;
    for (const std::string_view name : {".bashrc", ".profile"}) {
      base::make_directories(home.path("dotfiles"));
      base::rename_durably(home.path(name), home.path("dotfiles") / name);
      std::filesystem::create_symlink(base::Path("dotfiles") / name, home.path(name));
    }
    const std::string before = home.read("dotfiles/.bashrc");
    std::vector<std::string> messages;
    agent::undo_path_edits(recorded, "tool-updater", messages);
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].find(".bashrc is a link") != std::string::npos);
    CHECK(messages[0].find("by hand") != std::string::npos);
    CHECK(std::filesystem::is_symlink(home.path(".bashrc")));
    CHECK(std::filesystem::is_symlink(home.path(".profile")));
    CHECK(home.read("dotfiles/.bashrc") == before);
  }

  TEST_CASE("a file that became a link between plan and edit is left as it is, and told") {
    ShellHome home;
    home.write("dotfiles/bashrc", "x\n");
    agent::PathSetup setup;
    setup.edits.push_back({home.path(".bashrc"), false});
    std::filesystem::create_symlink("dotfiles/bashrc", home.path(".bashrc"));
    std::vector<std::string> messages;
    agent::make_path_edits(setup, "tool-updater", home.path("bin"), messages);
    CHECK(std::filesystem::is_symlink(home.path(".bashrc")));
    CHECK(home.read("dotfiles/bashrc") == "x\n");
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].find("is a link") != std::string::npos);
  }

  TEST_CASE("GITHUB_PATH gets one line and stays the file that it is") {
    ShellHome home;
    home.write("p", "/other", 0600);
    std::filesystem::create_hard_link(home.path("p"), home.path("same"));
    for (int i = 0; i < 2; ++i)
      home.set_up({{"GITHUB_PATH", home.path("p").native()}, {"PATH", "/x"}});
    CHECK(home.read("same") == base::cat("/other\n", home.path("bin").native(), "\n"));
    CHECK((std::filesystem::status(home.path("p")).permissions() ==
           (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
  }

  TEST_CASE("GITHUB_PATH gets nothing on request, and a failure is only told") {
    ShellHome home;
    home.write("p", "/other\n");
    const auto by_hand =
        home.set_up({{"GITHUB_PATH", home.path("p").native()}, {"PATH", "/x"}}, PathPolicy::leave);
    CHECK(home.read("p") == "/other\n");
    REQUIRE(by_hand.size() == 1);
    CHECK(by_hand[0].find("export PATH=") != std::string::npos);
    const auto told = home.set_up({{"GITHUB_PATH", home.path("no/such").native()}, {"PATH", "/x"}});
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("GITHUB_PATH: ") != std::string::npos);
  }
}
