#include "releaser/stages/product_of_release.hpp"

#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

namespace {

releaser::Config config_of(const test::SigningKey& key) {
  releaser::Config config;
  config.product.name = "tool";
  config.sign.emplace();
  config.sign->public_key = key.public_key().line();
  config.destinations.emplace_back();
  config.destinations.back().url = "https://releases.example.com/tool";
  return config;
}

schema::Release release_with(const std::vector<std::string>& binaries,
                             const std::optional<std::string>& agent,
                             const std::string& platform = "linux-x86_64") {
  schema::Release release = test::make_release({.platforms = {platform}});
  schema::PlatformEntry& entry = release.platforms.begin()->second;
  const schema::BinaryEntry first = entry.binaries.front();
  entry.binaries.clear();
  for (const std::string& binary : binaries)
    entry.binaries.push_back({binary, first.sha256, first.size});
  entry.agent = agent;
  return release;
}

}  // namespace

TEST_SUITE("releaser/stages/product_of_release") {
  TEST_CASE("binaries and agent are those that were published") {
    struct Row {
      std::vector<std::string> packed;
      std::optional<std::string> agent;
      std::string platform;
      std::vector<std::string> binaries;
      std::optional<std::string> named;
    };
    const std::vector<Row> rows{
        {{"tool"}, {}, "linux-x86_64", {"tool"}, {}},
        {{"tool", "tool-updater"}, "tool-updater", "linux-x86_64", {"tool"}, "tool-updater"},
        {{"tool.exe", "tool-updater.exe"},
         "tool-updater.exe",
         "windows-x86_64",
         {"tool"},
         "tool-updater"},
        {{"tool"}, "tool", "linux-x86_64", {"tool"}, "tool"},
        {{"tool", "extra"}, "tool", "linux-x86_64", {"tool", "extra"}, "tool"},
        {{"tool-updater"}, "tool-updater", "linux-x86_64", {"tool-updater"}, "tool-updater"},
    };
    const test::SigningKey key;
    const releaser::Config config = config_of(key);
    for (const Row& row : rows) {
      const auto product =
          releaser::product_of_release(config, release_with(row.packed, row.agent, row.platform));
      CHECK(product.binaries == row.binaries);
      CHECK(product.agent == row.named);
      CHECK(product.public_keys.at(schema::Channel::beta).front() == key.public_key());
    }
  }
}
