#include "releaser/doctor/key_places.hpp"

#include "base/text.hpp"
#include "tests/releaser/doctor/says.hpp"
#include "trust/signing/secret_key.hpp"

#include <doctest/doctest.h>

using base::cat;
using namespace releaser;
using test::says;

namespace {

trust::PublicKey made() { return trust::SecretKey::generate().public_key(); }

struct Keys {
  trust::PublicKey root = made(), stable = made(), online = made();
};

Config configuration(const Keys& keys, std::string_view more_of_sign) {
  return parse_config(
      cat(R"(schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64"]
binary = "out/tool"
[sign]
public_key = ")",
          keys.stable.line(), "\"\n", more_of_sign, "[trust]\n[trust.keys]\nroot = [\"",
          keys.root.line(), "\"]\nonline = [\"", keys.online.line(), "\"]\n"),
      "cco-release.toml");
}

std::string told(const Config& config, const KeyPlaces& places) {
  std::string text;
  for (const Finding& finding : judge_key_places(config, places))
    text += cat(level_name(finding.level), ' ', finding.text, '\n');
  return text;
}

}  // namespace

TEST_SUITE("releaser/doctor/key_places") {
  TEST_CASE("a key is judged by what it signs, its password, and who else can read it") {
    const Keys keys;
    const Config config = configuration(keys, "");
    struct Row {
      std::optional<trust::PublicKey> key;
      bool has_password;
      std::string problem, told;
      base::Path lies_in = {};
    };
    const std::vector<Row> rows{
        {keys.root, true, "",
         "warning x.key (" + keys.root.line() + ") signs root, targets; it has"},
        {keys.stable, true, "", "ok x.key (" + keys.stable.line() + ") signs stable, beta, files"},
        {keys.stable, false, "", "it has no password; whoever copies the file can sign stable"},
        {keys.online, false, "", "ok x.key (" + keys.online.line() + ") signs nightly, snapshot"},
        {made(), true, "", "signs nothing of this product; it has a password"},
        {std::nullopt, true, "", "ok x.key is somebody's key; it has a password"},
        {keys.online, false, "others can read it", "error others can read it"},
        {keys.online, false, "",
         "it has no password; it lies in site, which is public: take it away, and go on as if",
         "site"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.told);
      const std::string text = told(config, {.files = {{.file = "x.key",
                                                        .key = row.key,
                                                        .has_password = row.has_password,
                                                        .problem = row.problem,
                                                        .lies_in = row.lies_in}},
                                             .text = std::nullopt,
                                             .workflows = {},
                                             .not_seen = {}});
      CHECK_MESSAGE(says(text, row.told), text);
    }
  }

  TEST_CASE("the CI secret is judged by what it is") {
    const Keys keys;
    const Config solo = configuration(keys, "");
    const std::string root = " (" + keys.root.line() + ") signs root, targets";
    const std::string stable = " (" + keys.stable.line() + ") signs stable, beta, files (minisign)";
    struct Row {
      KeyText text;
      std::string told;
    };
    for (const Row& row : {
             Row{{keys.root, false, ""},
                 "error CCO_RELEASE_KEY" + root + "; it has no password; a"},
             Row{{keys.stable, true, ""},
                 "error CCO_RELEASE_KEY" + stable +
                     "; it has a password; with preset solo whoever"},
             Row{{keys.online, false, ""},
                 "ok CCO_RELEASE_KEY (" + keys.online.line() + ") signs nightly, snapshot"},
             Row{{made(), false, ""}, "signs nothing of this product; it has no password; CI"},
             Row{{std::nullopt, true, ""}, "warning CCO_RELEASE_KEY has a password: whose key it"},
             Row{{std::nullopt, true, "wrong password"}, "warning wrong password"},
             Row{{std::nullopt, false, "is no key"}, "error is no key"},
         }) {
      CAPTURE(row.told);
      const std::string text =
          told(solo, {.files = {}, .text = row.text, .workflows = {}, .not_seen = {}});
      CHECK_MESSAGE(says(text, row.told), text);
    }
    const trust::PublicKey old = made();
    const Config changing = configuration(keys, "old_public_key = \"" + old.line() + "\"\n");
    const std::string text = told(
        changing, {.files = {}, .text = KeyText{old, false, ""}, .workflows = {}, .not_seen = {}});
    CHECK_MESSAGE(says(text, "error CCO_RELEASE_KEY (" + old.line() +
                                 ") signs files (minisign, as the old key)"),
                  text);
  }

  TEST_CASE("a key that is elsewhere, or behind a program, is told as such") {
    const Keys keys;
    const std::string elsewhere = told(configuration(keys, ""), {});
    CHECK(says(elsewhere, keys.stable.line() +
                              " signs stable, beta, files (minisign); its secret is not seen"));
    const std::string program = told(configuration(keys, "command = [\"hsm\", \"{key}\"]\n"), {});
    CHECK(
        says(program, keys.stable.line() +
                          " signs stable, beta, files (minisign); the program hsm signs with it"));
    CHECK(says(program, keys.online.line() +
                            " signs nightly, snapshot, timestamp; its secret is not seen here"));
  }
}
