#include "agent/config.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

std::string set(std::string_view text, std::string_view key, std::string_view value) {
  return agent::set_in_config(text, "config.toml", key, value);
}

std::string unset(std::string_view text, std::string_view key) {
  return agent::unset_in_config(text, "config.toml", key);
}

}  // namespace

TEST_SUITE("agent/config_edit") {
  TEST_CASE("setting a key changes that key and nothing around it") {
    struct Row {
      std::string_view sentence, before, key, value, after;
    };
    const std::vector<Row> rows{
        {"an empty file gets a section", "", "updates.channel", "beta",
         "[updates]\nchannel = \"beta\"\n"},
        {"a file without the section gets it at the end",
         "# mine\n[network]\nproxy = \"http://p\"\n", "updates.channel", "beta",
         "# mine\n[network]\nproxy = \"http://p\"\n\n[updates]\nchannel = \"beta\"\n"},
        {"a value is replaced and its comment stays",
         "[updates]\n  channel   =   \"stable\"   # as agreed\nenabled = true\n", "updates.channel",
         "beta", "[updates]\n  channel   =   \"beta\"   # as agreed\nenabled = true\n"},
        {"a new key goes under the comment that shows it",
         "[updates]\n# Which releases.\n# channel = \"stable\"\n\n# enabled = true\n",
         "updates.channel", "beta",
         "[updates]\n# Which releases.\n# channel = \"stable\"\nchannel = \"beta\"\n\n# enabled = "
         "true\n"},
        {"else it goes to the end of its section",
         "[updates]\nenabled = true\n\n[network]\n# proxy\n", "updates.channel", "beta",
         "[updates]\nenabled = true\nchannel = \"beta\"\n\n[network]\n# proxy\n"},
        {"a list over several lines is replaced whole",
         "[updates]\nskip_versions = [\n  \"1.0.0\", # ] \"\n  '2.0.0',\n] # end\nenabled = true\n",
         "updates.skip_versions", "3.0.0, 4.0.0",
         "[updates]\nskip_versions = [\"3.0.0\", \"4.0.0\"] # end\nenabled = true\n"},
        {"a list may become empty", "[updates]\nskip_versions = [\"1.0.0\"]\n",
         "updates.skip_versions", "", "[updates]\nskip_versions = []\n"},
        {"a text that looks like a key does not mislead",
         "[updates]\nwindow = \"02:00-05:00\"\n[network]\nproxy = "
         "\"http://x/[updates]#channel=\"\n",
         "updates.channel", "beta",
         "[updates]\nwindow = \"02:00-05:00\"\nchannel = \"beta\"\n[network]\nproxy = "
         "\"http://x/[updates]#channel=\"\n"},
        {"a last line without an end gets one", "[updates]\nenabled = true", "updates.channel",
         "beta", "[updates]\nenabled = true\nchannel = \"beta\"\n"},
        {"a dotted key is found", "updates.channel = \"stable\" # top\n", "updates.channel", "beta",
         "updates.channel = \"beta\" # top\n"},
        {"blanks in a header are understood", "[ updates ] # u\n", "updates.enabled", "false",
         "[ updates ] # u\nenabled = false\n"},
        {"line ends of Windows stay", "[updates]\r\nchannel = \"stable\"\r\n", "updates.channel",
         "beta", "[updates]\r\nchannel = \"beta\"\r\n"},
        {"unknown keys stay", "[updates]\nfuture = 1\nchannel = \"stable\"\n", "updates.channel",
         "beta", "[updates]\nfuture = 1\nchannel = \"beta\"\n"},
        {"a wrong value can be mended", "[updates]\nchannel = 7\n", "updates.channel", "beta",
         "[updates]\nchannel = \"beta\"\n"},
        {"a literal text is replaced", "[updates]\npin_version = '2026.8'\n", "updates.pin_version",
         "2026.9", "[updates]\npin_version = \"2026.9\"\n"},
        {"numbers are numbers", "", "updates.keep_versions", "3", "[updates]\nkeep_versions = 3\n"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.sentence);
      CHECK(set(row.before, row.key, row.value) == row.after);
      CHECK(set(row.after, row.key, row.value) == row.after);
    }
  }

  TEST_CASE("unsetting takes the lines of the key and nothing else") {
    CHECK(unset("[updates]\n# c\nchannel = \"beta\" # x\nenabled = true\n", "updates.channel") ==
          "[updates]\n# c\nenabled = true\n");
    CHECK(unset("[updates]\nskip_versions = [\n \"1.0.0\",\n]\nenabled = true\n",
                "updates.skip_versions") == "[updates]\nenabled = true\n");
    CHECK(unset("[updates]\n# channel = 1\n", "updates.channel") == "[updates]\n# channel = 1\n");
    CHECK(unset("", "updates.channel").empty());
  }

  TEST_CASE("a key of the default file is set under its comment and unset again") {
    const std::string original = agent::default_config_text("cco");
    const std::vector<std::pair<std::string_view, std::string_view>> values{
        {"updates.enabled", "false"},
        {"updates.auto_install", "true"},
        {"updates.check_interval", "weekly"},
        {"updates.channel", "nightly"},
        {"updates.pin_version", "2026.8"},
        {"updates.skip_versions", "1.0.0"},
        {"updates.keep_versions", "4"},
        {"updates.notify_on_update", "false"},
        {"updates.mirrors", "https://m.example"},
        {"updates.base_url", "file:///srv/site"},
        {"updates.window", "02:00-05:00"},
        {"network.ca_file", "/ca.pem"},
        {"updates.mirror_token_file", "m.example=/home/ann/.token"},
        {"network.proxy", "http://p.example"},
        {"telemetry.enabled", "true"},
        {"telemetry.endpoint", "https://t.example"},
        {"service.port", "9000"},
        {"service.log_level", "error"}};
    CHECK(values.size() == agent::config_keys().size());
    std::string text = original;
    for (const auto& [key, value] : values)
      text = set(text, key, value);
    for (const auto& pair : values) {
      const std::string_view key = pair.first;
      CAPTURE(key);
      const std::string name(key.substr(key.find('.') + 1));
      const std::size_t comment = text.find("# " + name + " = ");
      const std::size_t line = text.find("\n" + name + " = ");
      REQUIRE(line != std::string::npos);
      CHECK(text.find('\n', comment) == line);
    }
    CHECK(agent::read_config(text, "config.toml", {}).warnings.empty());
    for (const auto& [key, value] : values)
      text = unset(text, key);
    CHECK(text == original);
  }

  TEST_CASE("wrong keys and values are refused with what is right") {
    struct Row {
      std::string_view key, value, message;
    };
    const std::vector<Row> rows{
        {"updates.chanel", "beta", "did you mean `updates.channel`?"},
        {"channel", "beta", "did you mean `updates.channel`?"},
        {"verify_signatures", "false", "verification cannot be switched off"},
        {"updates.channel", "gamma", "updates.channel: must be stable, beta or nightly"},
        {"updates.enabled", "yes", "updates.enabled must be true or false"},
        {"updates.keep_versions", "-1", "must be a number from 2 to 20"},
        {"updates.keep_versions", "21", "must be a number from 2 to 20"},
        {"updates.base_url", "http://x.example", "must be a URL"},
        {"updates.window", "always", "is no window"},
        {"updates.skip_versions", "1.0.0,x", "`x` is none"},
        {"network.proxy", "http://a b", "must be a proxy"},
        {"updates.pin_version", "a\"\nenabled = false", "must be the beginning of a version"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.key);
      test::check_error(base::Errc::config, row.message,
                        [&] { return set("", row.key, row.value); });
    }
    test::check_error(base::Errc::config, "unknown key",
                      [] { return unset("", "updates.chanel"); });
  }

  TEST_CASE("a file too clever to be edited by lines is refused, not damaged") {
    const std::vector<std::string_view> files{
        "updates = { channel = \"stable\" }\n",
        "[updates]\nwindow = \"\"\"\nchannel = 1\n\"\"\"\n\"channel\" = \"stable\"\n",
        "a = \"\"\"\n[updates]\n\"\"\"\n[updates]\nenabled = true\n",
    };
    for (const std::string_view text : files) {
      CAPTURE(text);
      test::check_error(base::Errc::config, "change it with an editor",
                        [&] { return set(text, "updates.channel", "beta"); });
    }
  }
}
