#include "releaser/doctor/theft.hpp"

#include "base/text.hpp"
#include "tests/releaser/doctor/says.hpp"
#include "trust/signing/secret_key.hpp"

#include <doctest/doctest.h>

#include <map>

using base::cat;
using namespace releaser;
using test::says;

namespace {

// Keys by letter; nobody signs here.
const std::map<char, std::string>& lines() {
  static const std::map<char, std::string> all = [] {
    std::map<char, std::string> made;
    for (const char letter : std::string_view("abcstuno"))
      made.emplace(letter, trust::SecretKey::generate().public_key().line());
    return made;
  }();
  return all;
}

std::string list(std::string_view letters) {
  std::vector<std::string> quoted;
  for (const char letter : letters)
    quoted.push_back(cat('"', lines().at(letter), '"'));
  return cat('[', base::join(quoted, ", "), ']');
}

Config configuration(std::string_view preset, const std::map<std::string, std::string>& keys) {
  std::string text = cat(R"(schema = 1
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
                         lines().at('s'), "\"\n");
  if (!preset.empty()) {
    text += cat("[trust]\npreset = \"", preset, "\"\n[trust.keys]\n");
    for (const auto& [name, letters] : keys)
      text += cat(name, " = ", list(letters), '\n');
  }
  return parse_config(text, "cco-release.toml");
}

// "warning: text" a line, each key by its letter.
// `in_ci`: the letter of the key that CI has.
std::string told(const Config& config, std::string_view in_ci = "") {
  std::string text;
  std::optional<trust::PublicKey> seen;
  if (!in_ci.empty()) seen = trust::PublicKey::parse(lines().at(in_ci.front()));
  for (const Finding& finding : what_a_thief_could_do(config, seen)) {
    CHECK(finding.subject == "theft");
    text += cat(level_name(finding.level), ": ", finding.text, '\n');
  }
  for (const auto& [letter, line] : lines()) {
    for (auto at = text.find(line); at != std::string::npos; at = text.find(line)) {
      text.replace(at, line.size(), 1, letter);
    }
  }
  return text;
}

}  // namespace

TEST_SUITE("releaser/doctor/theft") {
  TEST_CASE("solo: the CI secret ships nightly, the release key needs it, one root key is enough") {
    const std::string text =
        told(configuration("solo", {{"root", "ab"}, {"stable", "s"}, {"online", "o"}}));
    CHECK(says(text, "note: with the CI secret o a thief ships any program as nightly, once"));
    CHECK(says(text, "ok: with the CI secret he ships no stable and no beta; he can keep users"));
    CHECK(says(text, "note: the key a alone can name new keys for everything"));
    CHECK(says(text,
               "ok: the key s alone can ship any program as stable and beta only together "
               "with the online key"));
    CHECK(says(text, "note: whoever controls the machine that builds chooses the bytes"));
    CHECK_FALSE(says(text, "warning"));
  }

  TEST_CASE("team: no key alone ships stable or changes keys") {
    const std::string text =
        told(configuration("team", {{"root", "abc"}, {"stable", "stu"}, {"online", "o"}}));
    CHECK(says(text, "ok: the key a alone does nothing: root needs 1 more of its keys"));
    CHECK(says(text, "ok: the key s alone ships nothing alone: stable needs 1 more of its keys"));
    CHECK_FALSE(says(text, "warning"));
  }

  TEST_CASE("ci-stable: the CI secret ships stable, which is a warning") {
    const std::string text = told(configuration("ci-stable", {{"root", "ab"}, {"stable", "s"}}));
    CHECK(says(text,
               "warning: with the CI secret s a thief ships any program as stable and beta "
               "and nightly"));
    CHECK_FALSE(says(text, "he ships no"));
  }

  TEST_CASE("a nightly key of its own is a CI secret too") {
    const std::string text = told(configuration(
        "solo", {{"root", "ab"}, {"stable", "s"}, {"nightly", "n"}, {"online", "o"}}));
    CHECK(says(text, "note: with the CI secret o and n a thief ships any program as nightly"));
  }

  TEST_CASE("what CI has counts, and not what it should have") {
    const Config solo = configuration("solo", {{"root", "ab"}, {"stable", "s"}, {"online", "o"}});
    CHECK(told(solo, "o") == told(solo));
    CHECK(told(solo, "u") == told(solo));  // somebody else's
    const std::string release = told(solo, "s");
    CHECK(says(release,
               "warning: with the CI secret o and s a thief ships any program as stable and beta "
               "and nightly"));
    CHECK_FALSE(says(release, "he ships no"));
    CHECK(says(release, "ok: with the CI secret he changes no keys"));
    CHECK_FALSE(says(release, "the key s alone"));
    const std::string root = told(solo, "a");
    CHECK(says(root, "warning: with the CI secret he names new keys for everything"));
    CHECK_FALSE(says(root, "he ships no"));
    CHECK_FALSE(says(root, "he changes no keys"));
    const std::string one_of_team =
        told(configuration("team", {{"root", "abc"}, {"stable", "stu"}, {"online", "o"}}), "a");
    CHECK(says(one_of_team, "ok: with the CI secret he ships no stable"));
    CHECK(says(one_of_team,
               "warning: with the CI secret he changes no keys while 1 more of root's keys stay"));
  }

  TEST_CASE("without [trust] the one key ships everything, and cannot be called back") {
    const std::string text = told(configuration("", {}));
    CHECK(says(text, "warning: there is no [trust]: who steals the key s"));
  }
}
