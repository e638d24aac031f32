#include "releaser/stages/target.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

namespace {

std::vector<std::string> assets_of(const std::string& more) {
  const releaser::Config config = releaser::parse_config(base::cat(R"(schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example"
license = "MIT"
[build]
platforms = ["darwin-arm64", "linux-x86_64-musl", "windows-x86_64"]
binary = "out/{platform}/tool{exe}"
)",
                                                                   more),
                                                         "cco-release.toml");
  const releaser::ReleaseIdentity identity{.version = schema::Version::parse("1.2.0")};
  std::vector<std::string> assets;
  for (const auto& target : releaser::resolve_targets(config, identity, "/home/me"))
    assets.push_back(target.asset);
  return assets;
}

}  // namespace

TEST_SUITE("releaser/stages/target") {
  TEST_CASE("archives are named as the project says") {
    using Names = std::vector<std::string>;
    CHECK(assets_of("") == Names{"tool-v1.2.0-darwin-arm64.tar.gz",
                                 "tool-v1.2.0-linux-x86_64-musl.tar.gz",
                                 "tool-v1.2.0-windows-x86_64.zip"});
    CHECK(assets_of(R"([archive]
name = "{name}_{os}_{arch}"
os_names = { darwin = "macOS", windows = "Win" }
arch_names = { x86_64 = "x64" }
)") == Names{"tool_macOS_arm64.tar.gz", "tool_linux_x64.tar.gz", "tool_Win_x64.zip"});
    CHECK(assets_of(R"([archive]
os_names = { darwin = "macos" }
arch_names = { x86_64 = "amd64" }
)") == Names{"tool-v1.2.0-macos-arm64.tar.gz", "tool-v1.2.0-linux-amd64-musl.tar.gz",
             "tool-v1.2.0-windows-amd64.zip"});
    CHECK(assets_of(R"([build.override.windows-x86_64]
archive = "{name}-{version}-setup"
)")
              .back() == "tool-1.2.0-setup.zip");
  }

  TEST_CASE("a name that no host keeps is refused where it stands") {
    try {
      (void)assets_of("[build.override.windows-x86_64]\narchive = \"{name} {version}\"\n");
      FAIL("accepted");
    } catch (const base::Error& error) {
      CHECK(error.code() == base::Errc::config);
      CHECK(std::string(error.what()).find("cco-release.toml:11: `tool 1.2.0.zip`") == 0);
    }
  }
}
