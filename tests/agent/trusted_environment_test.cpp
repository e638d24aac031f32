#include "agent/trusted_environment.hpp"

#include <doctest/doctest.h>

TEST_SUITE("agent/trusted_environment") {
  TEST_CASE("only what changes words gets through, and PATH is the system's") {
    const base::Environment trusted = agent::trusted_environment(
        base::Environment({{"CI", "1"},
                           {"COLORTERM", "truecolor"},
                           {"HOME", "/home/eve"},
                           {"HTTPS_PROXY", "http://eve.example:1"},
                           {"LANG", "C.UTF-8"},
                           {"LC_ALL", "de_DE.UTF-8"},
                           {"NO_COLOR", "1"},
                           {"PATH", "/home/eve/bin"},
                           {"SHELL", "/home/eve/sh"},
                           {"SSL_CERT_DIR", "/home/eve"},
                           {"SSL_CERT_FILE", "/home/eve/ca.pem"},
                           {"TERM", "xterm"},
                           {"TOOL_UPDATER_BASE_URL", "file:///home/eve"},
                           {"TOOL_UPDATER_BIN_DIR", "/home/eve/bin"},
                           {"TOOL_UPDATER_CONFIG_PATH", "/home/eve/c.toml"},
                           {"TOOL_UPDATER_ROOT", "/home/eve"},
                           {"XDG_CONFIG_HOME", "/home/eve"},
                           {"XDG_DATA_HOME", "/home/eve"}}));
    CHECK(trusted.variables() ==
          std::map<std::string, std::string, std::less<>>{
              {"CI", "1"},
              {"COLORTERM", "truecolor"},
              {"LANG", "C.UTF-8"},
              {"LC_ALL", "de_DE.UTF-8"},
              {"NO_COLOR", "1"},
              {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
              {"TERM", "xterm"}});
  }
}
