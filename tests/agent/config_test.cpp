#include "agent/config.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace {

agent::LoadedConfig read(std::string_view text) {
  return agent::read_config(text, "config.toml", {});
}

}  // namespace

TEST_SUITE("agent/config") {
  TEST_CASE("an empty file gives the defaults") {
    const auto loaded = read("");
    CHECK(loaded.warnings.empty());
    CHECK(loaded.config.enabled);
    CHECK(!loaded.config.auto_install);
    CHECK(loaded.config.check_interval == agent::CheckInterval::daily);
    CHECK(loaded.config.channel == schema::Channel::stable);
    CHECK(loaded.config.keep_versions == 2);
    CHECK(loaded.values.at("updates.channel") == "\"stable\"");
    CHECK(loaded.origins.at("updates.channel") == agent::Origin::built_in);
    CHECK(!loaded.values.contains("updates.pin_version"));
  }

  TEST_CASE("every key is read") {
    const auto loaded = read(R"([updates]
enabled = false
auto_install = true
check_interval = "weekly"
channel = "beta"
pin_version = "2026.8"
skip_versions = ["2026.8.3", "v2026.08.4-beta.1"]
keep_versions = 5
notify_on_update = false
mirrors = ["https://a.example/x", "file:///media/stick"]
mirror_token_file = "Mirror.example:8443=/home/ann/.token"
base_url = "https://b.example"
window = "Sat 22:00-06:00"
[network]
ca_file = "/etc/ca.pem"
proxy = "http://proxy.example:3128"
[telemetry]
enabled = true
endpoint = "https://telemetry.example/v1"
[service]
port = 9000
log_level = "debug"
)");
    CHECK(loaded.warnings.empty());
    const agent::Config& config = loaded.config;
    CHECK(!config.enabled);
    CHECK(config.auto_install);
    CHECK(config.check_interval == agent::CheckInterval::weekly);
    CHECK(config.channel == schema::Channel::beta);
    CHECK(config.pin_version == "2026.8");
    REQUIRE(config.skip_versions.size() == 2);
    CHECK(config.skip_versions[1].text() == "2026.8.4-beta.1");
    CHECK(config.keep_versions == 5);
    CHECK(!config.notify_on_update);
    REQUIRE(config.mirrors.size() == 2);
    CHECK(config.mirrors[1].is_file());
    CHECK(config.base_url->text() == "https://b.example");
    CHECK(config.window->text() == "Sat 22:00-06:00");
    CHECK(config.ca_file == "/etc/ca.pem");
    CHECK(config.proxy == "http://proxy.example:3128");
    CHECK(config.mirror_token == agent::MirrorToken{"mirror.example:8443", "/home/ann/.token"});
    CHECK(config.telemetry_enabled);
    CHECK(config.telemetry_endpoint->text() == "https://telemetry.example/v1");
    CHECK(config.service_port == 9000);
    CHECK(config.log_level == agent::LogLevel::debug);
    for (const agent::ConfigKey& key : agent::config_keys()) {
      CAPTURE(key.name);
      CHECK(loaded.origins.at(std::string(key.name)) == agent::Origin::file);
      CHECK(loaded.values.contains(key.name));
    }
  }

  TEST_CASE("unknown keys and wrong values are warnings, and the default holds") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"[updates]\nchanel = \"beta\"",
         "config.toml:2: unknown key `updates.chanel`; did you mean `updates.channel`?; it is "
         "ignored"},
        {"channel = \"beta\"",
         "config.toml:1: unknown key `channel`; did you mean `updates.channel`?; it is ignored"},
        {"[telemtry]\nx = 1",
         "config.toml:1: unknown key `telemtry`; did you mean `telemetry`?; it is ignored"},
        {"[telemetry]\nlevel = 1", "config.toml:2: unknown key `telemetry.level`; it is ignored"},
        {"[telemetry]\nendpoint = \"file:///tmp/x\"",
         "config.toml:2: telemetry.endpoint must be a URL that begins with https://; the default "
         "is used"},
        {"[service]\nport = 80",
         "config.toml:2: service.port must be a number from 1024 to 65535; the default is used"},
        {"[service]\nlog_level = \"loud\"",
         "config.toml:2: service.log_level must be error, warning, info or debug; the default is "
         "used"},
        {"[updates]\nverify_signatures = false",
         "config.toml:2: there is no key `updates.verify_signatures`: verification cannot be "
         "switched off, whatever is installed is verified; it is ignored"},
        {"[network]\ninsecure = true",
         "config.toml:2: there is no key `network.insecure`: verification cannot be switched off, "
         "whatever is installed is verified; it is ignored"},
        {"[updates]\n\nchannel = \"gamma\"",
         "config.toml:3: updates.channel must be stable, beta or nightly; the default is used"},
        {"[updates]\nchannel = 1",
         "config.toml:2: updates.channel must be stable, beta or nightly; the default is used"},
        {"[updates]\nauto_install = \"yes\"",
         "config.toml:2: updates.auto_install must be true or false; the default is used"},
        {"[updates]\nkeep_versions = 1",
         "config.toml:2: updates.keep_versions must be a number from 2 to 20; the default is used"},
        {"[updates]\npin_version = \"latest\"",
         "config.toml:2: updates.pin_version must be the beginning of a version (2026.8) or a "
         "whole one (2026.8.1); the default is used"},
        {"[updates]\nskip_versions = [\"1.2\"]",
         "config.toml:2: updates.skip_versions must be a list of versions; `1.2` is none; the "
         "default is used"},
        {"[updates]\nskip_versions = \"1.2.3\"",
         "config.toml:2: updates.skip_versions must be a list of versions; the default is used"},
        {"[network]\nca_file = \"ca.pem\"",
         "config.toml:2: network.ca_file must be the absolute path of a PEM file; the default is "
         "used"},
    };
    for (const auto& pair : table) {
      const std::string& text = pair.first;
      const std::string& warning = pair.second;
      CAPTURE(text);
      const auto loaded = read(text);
      CHECK(loaded.warnings == std::vector<std::string>{warning});
      CHECK(loaded.config.channel == schema::Channel::stable);
      CHECK(loaded.config.keep_versions == 2);
      CHECK(!loaded.config.auto_install);
    }
    REQUIRE(read("[updates]\nbase_url = \"http://x.example\"").warnings.size() == 1);
    CHECK(!read("[updates]\nbase_url = \"http://x.example\"").config.base_url);
  }

  TEST_CASE("pins are a version or the beginning of one") {
    for (const std::string_view pin : {"2026", "2026.8", "2026.8.1", "2026.8.1-beta.1", "0.4"}) {
      CHECK(read(base::cat("[updates]\npin_version = \"", pin, "\"")).config.pin_version == pin);
    }
    for (const std::string_view pin : {"", "2026.", "2026.x", "1.2.3.4", "beta", "*", "01"}) {
      CAPTURE(pin);
      CHECK(!read(base::cat("[updates]\npin_version = \"", pin, "\"")).config.pin_version);
    }
  }

  TEST_CASE("a token of a mirror names its host and an absolute file") {
    for (const std::string_view text : {"/home/ann/token", "mirror.example=token", "=/token",
                                        "https://mirror.example=/token", "a/b=/token", "u@h=/t"}) {
      CAPTURE(text);
      const auto loaded = read(base::cat("[updates]\nmirror_token_file = \"", text, "\""));
      CHECK(loaded.warnings.size() == 1);
      CHECK(!loaded.config.mirror_token);
    }
  }

  TEST_CASE("a file that is no TOML names its line") {
    test::check_error(base::Errc::config,
                      "config.toml:2:", [] { return read("[updates]\nchannel = \n"); });
  }

  TEST_CASE("a channel of the installation stands below the file") {
    const agent::ConfigDefaults defaults{schema::Channel::beta, agent::Origin::receipt};
    const auto loaded = agent::read_config("", "config.toml", defaults);
    CHECK(loaded.config.channel == schema::Channel::beta);
    CHECK(loaded.origins.at("updates.channel") == agent::Origin::receipt);
    const auto set =
        agent::read_config("[updates]\nchannel = \"nightly\"", "config.toml", defaults);
    CHECK(set.config.channel == schema::Channel::nightly);
    CHECK(set.origins.at("updates.channel") == agent::Origin::file);
  }

  TEST_CASE("the default file is all comments, and each of them is right") {
    const std::string text = agent::default_config_text("tool-updater");
    test::check_golden("agent/config.toml", text);
    CHECK(read(text).warnings.empty());
    for (const agent::ConfigKey& key : agent::config_keys()) {
      CHECK(read(text).origins.at(std::string(key.name)) == agent::Origin::built_in);
    }
    // With every "# key = value" that has a value made real, nothing changes and nothing warns.
    std::string real;
    for (const std::string_view line : base::split_lines(text)) {
      const bool is_key = line.rfind("# ", 0) == 0 && line.find(" = ") != std::string_view::npos &&
                          line.find("\"\"") == std::string_view::npos;
      real += base::cat(is_key ? line.substr(2) : line, "\n");
    }
    const auto loaded = read(real);
    CHECK(loaded.warnings.empty());
    CHECK(loaded.values == read("").values);
  }
}
