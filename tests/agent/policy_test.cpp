#include "agent/policy.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

agent::LoadedConfig user_config() {
  return agent::read_config(
      "[updates]\nchannel = \"nightly\"\npin_version = \"2\"\nauto_install = false\n",
      "config.toml", {});
}

agent::LoadedConfig with_policy(std::string_view text) {
  agent::LoadedConfig loaded = user_config();
  agent::apply_policy(loaded, text, "/etc/tool/policy.toml");
  return loaded;
}

}  // namespace

TEST_SUITE("agent/policy") {
  TEST_CASE("what a policy says holds over the user's file, and the rest stays") {
    const auto loaded = with_policy(R"([updates]
allowed_channels = ["stable", "beta"]
allow_expired = false
pin_version = "2026.8"
auto_install = true
skip_versions = ["2026.8.3"]
[telemetry]
enabled = false
)");
    CHECK(loaded.config.pin_version == "2026.8");
    CHECK(loaded.config.auto_install);
    CHECK(loaded.config.channel == schema::Channel::nightly);
    CHECK(loaded.origins.at("updates.pin_version") == agent::Origin::policy);
    CHECK(loaded.origins.at("telemetry.enabled") == agent::Origin::policy);
    CHECK(loaded.origins.at("updates.channel") == agent::Origin::file);
    const agent::Policy& policy = loaded.config.policy;
    CHECK(policy.file == "/etc/tool/policy.toml");
    CHECK(policy.pin_version == "2026.8");
    CHECK(!policy.allow_expired);
    CHECK(policy.skip_versions.size() == 1);
  }

  TEST_CASE("a user's pin and skip list are none of the policy") {
    const auto loaded = with_policy("[updates]\nauto_install = true\n");
    CHECK(loaded.config.pin_version == "2");
    CHECK(!loaded.config.policy.pin_version);
    CHECK(loaded.config.policy.allow_expired);
  }

  TEST_CASE("an unknown key or a wrong value refuses the whole policy") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"[updates]\nallowed_chanels = [\"stable\"]",
         "/etc/tool/policy.toml:2: unknown key `updates.allowed_chanels`; did you mean "
         "`updates.allowed_channels`?"},
        {"allow_expired = false",
         "/etc/tool/policy.toml:1: unknown key `allow_expired`; did you mean "
         "`updates.allow_expired`?"},
        {"[updates]\nchanel = \"beta\"",
         "/etc/tool/policy.toml:2: unknown key `updates.chanel`; did you mean `updates.channel`?"},
        {"[updates]\nverify_signatures = false",
         "/etc/tool/policy.toml:2: there is no key `updates.verify_signatures`: verification "
         "cannot be switched off, whatever is installed is verified"},
        {"[updates]\nallowed_channels = []",
         "/etc/tool/policy.toml:2: updates.allowed_channels must be a list of stable, beta and "
         "nightly"},
        {"[updates]\nallowed_channels = [\"gamma\"]",
         "/etc/tool/policy.toml:2: updates.allowed_channels must be a list of stable, beta and "
         "nightly"},
        {"[updates]\nallow_expired = 0",
         "/etc/tool/policy.toml:2: updates.allow_expired must be true or false"},
        {"[updates]\npin_version = \"latest\"",
         "/etc/tool/policy.toml:2: updates.pin_version must be"},
        {"[updates\n", "/etc/tool/policy.toml:1"},
    };
    for (const auto& pair : table) {
      CAPTURE(pair.first);
      test::check_error(base::Errc::config, pair.second, [&] { return with_policy(pair.first); });
    }
  }

  TEST_CASE("orders that a policy refuses say which policy") {
    const auto loaded = with_policy(
        "[updates]\nchannel = \"stable\"\nallowed_channels = [\"stable\", \"beta\"]\n"
        "base_url = \"https://inside.example\"\nallow_expired = false\n");
    agent::require_allowed_channel(loaded, schema::Channel::stable);
    test::check_error(base::Errc::config, "--channel nightly: /etc/tool/policy.toml allows stable",
                      [&] { agent::require_allowed_channel(loaded, schema::Channel::nightly); });
    test::check_error(base::Errc::config,
                      "--channel: /etc/tool/policy.toml fixes updates.channel to \"stable\"",
                      [&] { agent::require_allowed_channel(loaded, schema::Channel::beta); });
    test::check_error(
        base::Errc::config, "--base-url: /etc/tool/policy.toml fixes updates.base_url to",
        [&] { agent::require_free_choice(loaded, "updates.base_url", "--base-url"); });
    test::check_error(base::Errc::config, "takes no expired metadata",
                      [&] { agent::require_expired_allowed(loaded.config.policy); });
  }

  TEST_CASE("a policy that is not root's alone is refused, and no policy is none") {
    const base::TemporaryDirectory folder{std::filesystem::temp_directory_path(), "policy-"};
    const base::Path place = folder.path() / "tool";
    const base::Path file = place / "policy.toml";
    CHECK(!agent::read_policy_text(file));
    base::make_directories(place, 0755);
    CHECK(!agent::read_policy_text(file));
    base::write_file_atomically(file, "[updates]\n", 0644);
    if (geteuid() != 0) {
      test::check_error(base::Errc::config, "is not root's (chown root)",
                        [&] { return agent::read_policy_text(file); });
      return;
    }
    CHECK(agent::read_policy_text(file) == "[updates]\n");
    REQUIRE(chown(file.c_str(), 12345, 0) == 0);
    test::check_error(base::Errc::config, "policy.toml is not root's (chown root)",
                      [&] { return agent::read_policy_text(file); });
    REQUIRE(chown(file.c_str(), 0, 0) == 0);
    namespace fs = std::filesystem;
    fs::permissions(file, fs::perms(0646));
    test::check_error(base::Errc::config, "policy.toml may be written by others",
                      [&] { return agent::read_policy_text(file); });
    fs::permissions(file, fs::perms(0644));
    fs::permissions(place, fs::perms(0757));
    test::check_error(base::Errc::config, "tool may be written by others",
                      [&] { return agent::read_policy_text(file); });
    fs::permissions(place, fs::perms(0755));
    fs::rename(file, place / "elsewhere.toml");
    fs::create_symlink("elsewhere.toml", file);
    CHECK(agent::read_policy_text(file) == "[updates]\n");
    fs::remove(place / "elsewhere.toml");
    test::check_error(base::Errc::config, "policy.toml cannot be read",
                      [&] { return agent::read_policy_text(file); });
  }
}
