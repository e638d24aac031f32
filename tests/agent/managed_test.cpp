#include "agent/managed.hpp"

#include <doctest/doctest.h>

TEST_SUITE("agent/managed") {
  TEST_CASE("each package manager is known by its place") {
    struct Row {
      const char* path;
      bool listed;
      const char* command;  // empty: nobody's
    };
    const Row rows[] = {
        {"/opt/homebrew/Cellar/tool/1.0/bin/tool-updater", false, "brew upgrade tool"},
        {"/home/linuxbrew/.linuxbrew/Cellar/tool/1.0/bin/tool", false, "brew upgrade tool"},
        {"/c/Users/a/scoop/apps/tool/current/tool.exe", false, "scoop update tool"},
        {"/nix/store/abc-tool/bin/tool", false, "nix profile upgrade tool"},
        {"/usr/lib/node_modules/tool/bin/tool", false, "npm update -g tool"},
        {"/snap/tool/5/tool", false, "snap refresh tool"},
        {"/usr/bin/tool", true, "apt-get install --only-upgrade tool"},
        {"/usr/bin/tool", false, "the package manager of this system, for tool"},
        {"/usr/local/bin/tool", false, ""},
        {"/home/a/.local/bin/tool", false, ""},
        {"/home/a/usr/bin/tool", false, ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.path);
      CHECK(agent::package_manager_command(row.path, "tool", row.listed).value_or("") ==
            row.command);
    }
  }
}
