#include "tests/releaser/render/sample_release.hpp"

#include "base/text.hpp"

namespace test {

releaser::Product sample_product() {
  return {.name = "esbuild",
          .description = "An extremely fast bundler for the web",
          .homepage = "https://esbuild.github.io",
          .license = "MIT",
          .maintainer = "Name <mail@example.com>",
          .binaries = {"esbuild"},
          .agent = "esbuild-updater",
          .base_url = base::Url::parse("https://releases.example.com/esbuild"),
          .public_keys = {}};
}

schema::Release sample_release(std::string_view version, schema::Channel channel,
                               const std::vector<std::string>& platforms) {
  schema::Release release;
  release.channel = channel;
  for (const auto& name : platforms) {
    const auto platform = schema::Platform::find(name).value();
    const auto url = base::cat("https://releases.example.com/esbuild/releases/v", version,
                               "/esbuild-v", version, "-", name, platform.archive_suffix());
    schema::PlatformEntry entry{.url = base::Url::parse(url)};
    entry.sha256 = trust::sha256_of(name);
    entry.probe = {"esbuild", "--version"};
    release.platforms.emplace(platform, entry);
  }
  return release;
}

std::vector<std::string> six_platforms() {
  return {"darwin-arm64",  "darwin-x86_64",  "linux-x86_64",
          "linux-aarch64", "windows-x86_64", "windows-arm64"};
}

}  // namespace test
