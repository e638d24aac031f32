#include "releaser/config/config.hpp"

#include "base/text.hpp"
#include "releaser/config/config_keys.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

namespace {

using base::cat;

// A configuration with all that is required; `more` is put after it.
std::string minimal(std::string_view more = "") {
  return cat(R"(schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64", "windows-x86_64"]
binary = "out/{platform}/tool{exe}"
)",
             more);
}

releaser::Config parse(const std::string& text) {
  return releaser::parse_config(text, "cco-release.toml");
}

struct BadConfig {
  std::string text;
  std::string message;  // a part of it
};

}  // namespace

TEST_SUITE("releaser/config") {
  TEST_CASE("the smallest configuration has the documented defaults") {
    const auto config = parse(minimal());
    CHECK(config.product.name == "tool");
    CHECK(config.version.scheme == "semver");
    CHECK(config.archive.level == 8);
    CHECK(config.archive.name == "{name}-v{version}-{platform}");
    CHECK(config.platforms.size() == 2);
    CHECK_FALSE(config.sign);
    CHECK_FALSE(config.agent);
    CHECK_FALSE(config.installers);
    CHECK(config.root == ".");
    CHECK(config.place("build.platforms") == "cco-release.toml:8");
  }

  TEST_CASE("every key is read to its place") {
    const auto config = parse(minimal(R"(command = ["go", "build", "-o", "{binary}"]
env = { GOOS = "{goos}" }
allow_libraries = ["libz.so.1"]
[build.override.windows-x86_64]
binary = "elsewhere/tool.exe"
agent = "agents/other.exe"
archive = "{name}-win"
[version]
scheme = "calver"
[hooks]
before = [["go", "generate"], ["true"]]
after_stamp = [["codesign", "{binary}"]]
[agent]
binary = "agents/cco-{platform}"
probe = ["tool", "--version"]
[release]
notes_file = "notes/{version}.txt"
critical = true
breaking_changes = true
minimum_upgrade_from = "1.0.0"
[archive]
name = "{name}-{version}-{os}-{arch}"
os_names = { darwin = "macos" }
arch_names = { x86_64 = "amd64" }
files = ["README.md", { src = "man/*.1", dst = "man/" }]
level = 12
[sign]
public_key = "RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
key = "~/tool.key"
[trust]
preset = "team"
folder = "keys/trust"
refresh = "daily"
[trust.keys]
root = ["RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"]
online = []
[[destination]]
type = "directory"
path = "site"
url = "https://releases.example.com/tool"
[[destination]]
type = "directory"
name = "stick"
path = "/mnt/stick"
url = "https://mirror.example.com/tool"
[installers]
[homebrew]
[scoop]
)"));
    CHECK(config.build.command == releaser::Argv{"go", "build", "-o", "{binary}"});
    CHECK(config.build.env.at("GOOS") == "{goos}");
    CHECK(config.build.allow_libraries.front() == "libz.so.1");
    CHECK(config.overrides.at("windows-x86_64").binary == "elsewhere/tool.exe");
    CHECK(config.overrides.at("windows-x86_64").agent == "agents/other.exe");
    CHECK(config.version.scheme == "calver");
    CHECK(config.hooks.before.size() == 2);
    CHECK(config.hooks.after_stamp.front().back() == "{binary}");
    CHECK(config.agent->probe == releaser::Argv{"tool", "--version"});
    CHECK(config.release.critical);
    CHECK(config.release.breaking_changes);
    CHECK(config.release.minimum_upgrade_from == "1.0.0");
    CHECK(config.overrides.at("windows-x86_64").archive == "{name}-win");
    CHECK(config.archive.os_names.at("darwin") == "macos");
    CHECK(config.archive.arch_names.at("x86_64") == "amd64");
    CHECK(config.archive.files.at(1).source == "man/*.1");
    CHECK(config.archive.files.at(1).destination == "man/");
    CHECK(config.archive.level == 12);
    CHECK(config.sign->key == "~/tool.key");
    CHECK(config.trust->preset == "team");
    CHECK(config.trust->folder == "keys/trust");
    CHECK(config.trust->refresh == "daily");
    CHECK(config.trust->keys.root.size() == 1);
    CHECK(config.trust->keys.online.empty());
    CHECK(config.destinations.at(0).name == "directory");
    CHECK(config.destinations.at(1).name == "stick");
    CHECK(config.installers);
    CHECK(config.homebrew);
    CHECK(config.scoop);
    CHECK(config.resolve("~/tool.key", "/home/me") == "/home/me/tool.key");
    CHECK(config.resolve("a/../b", "") == "b");
    CHECK(config.resolve("/a", "") == "/a");
  }

  TEST_CASE("what is wrong is named with its line and the nearest right name") {
    const std::vector<BadConfig> cases{
        {"schema = 2\n" + minimal().substr(11), ":1: `schema` must be 1, not 2; a newer"},
        {base::replace_all(minimal(), "MIT", "GPL3"),
         ":6: `product.license`: `GPL3` is no SPDX license; did you mean `GPL-3.0-only` or "},
        {minimal("colour = 1\n"), ":10: unknown key `colour` in [build]"},
        {minimal("comand = [\"x\"]\n"), "did you mean `command`?"},
        {minimal("[buld]\n"), ":10: unknown key or section `buld`; did you mean `build`?"},
        {minimal("[archive]\nlevel = 13\n"), ":11: `archive.level` must be 1 to 12, not 13"},
        {minimal("[archive]\nlevel = \"9\"\n"), "`archive.level` must be an integer, not "},
        {minimal("[archive]\nfiles = [1]\n"), "`archive.files` must be a list of files"},
        {minimal("[archive]\nfiles = [{ source = \"a\" }]\n"), "unknown key `source`"},
        {minimal("[archive]\nfiles = [{ dst = \"a\" }]\n"), "has an entry without `src`"},
        {minimal("[archive]\nname = \"{nam}\"\n"),
         "unknown placeholder {nam}; did you mean `name`"},
        {minimal("[release]\nnotes_file = \"{platform}.txt\"\n"), "{platform} has no value here"},
        {minimal("[release]\nminimum_upgrade_from = \"soon\"\n"), "`release.minimum_upgrade_from`"},
        {minimal("[version]\nscheme = \"calendar\"\n"), "must be semver or calver, not `calendar`"},
        {minimal("[hooks]\nbefore = [\"true\"]\n"), "must be a list of commands"},
        {minimal("[hooks]\nbefore = [[]]\n"), "has an empty command"},
        {minimal("binaries = [\"a\"]\n"), "give `build.binary` or `build.binaries`, not both"},
        {minimal("[build.override.linux-aarch64]\nbinary = \"a\"\n"), "`build.platforms` lacks"},
        {minimal("[sign]\npublic_key = \"RWshort\"\n"), ":11: `sign.public_key`: "},
        {minimal("[sign]\npublic_key = "
                 "\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"\nold_public_key = "
                 "\"RWshort\"\n"),
         ":12: `sign.old_public_key`: "},
        {minimal("[sign]\npublic_key = "
                 "\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"\nold_key = \"a\"\n"),
         ":12: `sign.old_key` without `sign.old_public_key`; give both, or neither"},
        {minimal("[sign]\npublic_key = "
                 "\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"\nstolen_public_keys "
                 "= [\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"]\n"),
         ":12: `sign.stolen_public_keys`: key 1817161514131211 stands in `sign.public_key` "
         "already; "
         "each key has one part"},
        {minimal("[trust]\npreset = \"duo\"\n"), "must be solo or team or ci-stable, not `duo`"},
        {minimal("[trust]\nrefresh = \"hourly\"\n"), "must be daily or weekly or none"},
        {minimal("[trust]\nfolder = \"\"\n"), ":11: `trust.folder` is empty; leave it out"},
        {minimal("[trust]\nkeys = 1\n"), "[trust.keys] must be a table, not "},
        {minimal("[homebrew]\ntoken_env = \"ghp_x }}\"\n"),
         ":11: `homebrew.token_env` is the name of a variable"},
        {minimal("[scoop]\ntoken_env = \"1A\"\n"), "`scoop.token_env` is the name of a variable"},
        {minimal("[trust.keys]\nowner = []\n"), "unknown key `owner` in [trust.keys]"},
        {minimal("[trust.keys]\nroot = \"RW\"\n"), "`trust.keys.root` must be a list of texts"},
        {minimal("[trust.keys]\nroot = [\"RWshort\"]\n"), ":11: `trust.keys.root`: "},
        {minimal("[trust.keys]\nbeta = "
                 "[\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\", "
                 "\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"]\n"),
         ":11: `trust.keys.beta` has the key RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4Ugo"
         "zLJd4c3 twice; one key counts once"},
        {minimal("[destination]\ntype = \"directory\"\n"),
         "write [[destination]] with two brackets"},
        {minimal("[[destination]]\ntype = \"directory\"\nurl = \"https://a.example\"\n"),
         "needs `path`"},
        {minimal("[[destination]]\ntype = \"ftp\"\nurl = \"https://a.example\"\n"),
         "must be directory or git or github or gitea, not `ftp`"},
        {minimal(
             "[[destination]]\ntype = \"directory\"\npath = \"s\"\nurl = \"http://a.example\"\n"),
         ":10: `url`: "},
        {minimal(
             "[[destination]]\ntype = \"directory\"\npath = \"s\"\nurl = \"https://a.example\"\n"
             "[[destination]]\ntype = \"directory\"\npath = \"t\"\nurl = \"https://b.example\"\n"),
         ":14: two destinations are named `directory`; give one another `name`"},
        {minimal(
             "[[destination]]\ntype = \"directory\"\npath = \"s\"\nurl = \"https://a.example\"\n"
             "[[destination]]\ntype = \"directory\"\nname = \"b\"\npath = \"./s/\"\n"
             "url = \"https://b.example\"\n"),
         ":14: two destinations have the path `./s/`"},
        {minimal("[agent]\nallow_libraries = [\"a\"]\n"), "[agent] needs `binary`, or `probe`"},
        {minimal("[homebrew]\nservice = [\"bin/tool\"]\n"),
         "`homebrew.service` begins with the name of a program"},
        {minimal("[homebrew]\ntest = [\"\"]\n"), "`homebrew.test` begins with the name"},
        {minimal("[homebrew]\ndepends = [\"git\", \"a b\"]\n"),
         "`homebrew.depends`: \"a b\" is no name of a formula"},
        {"schema = 1\n", "[product] is missing"},
        {"", "needs `schema`"},
        {base::replace_all(minimal(), "\"tool\"", "\"Tool\""),
         ":3: `product.name` must be made of"},
        {base::replace_all(minimal(), "\"linux-x86_64\"", "\"linux-amd64\""),
         "unknown platform `linux-amd64`; here it is called `linux-x86_64`"},
        {base::replace_all(minimal(), "\"linux-x86_64\"", "\"macOS-arm64\""),
         "unknown platform `macOS-arm64`; here it is called `darwin-arm64`"},
        {base::replace_all(minimal(), "\"linux-x86_64\"", "\"x86_64-pc-windows-msvc\""),
         "here it is called `windows-x86_64`"},
        {base::replace_all(minimal(), "\"linux-x86_64\"", "\"linux/386\""),
         "here it is called `linux-i686`"},
        {base::replace_all(minimal(), "\"linux-x86_64\"", "\"plan9\""),
         "unknown platform `plan9`; there are darwin-arm64, "},
        {base::replace_all(minimal(), "\"windows-x86_64\"", "\"linux-x86_64\""), "is named twice"},
        {base::replace_all(minimal(), "\"MIT\"", "true"), "`product.license` must be a text, not "},
        {"schema = \n", "cco-release.toml:1"},
    };
    for (const BadConfig& bad : cases) {
      CAPTURE(bad.text);
      test::check_error(base::Errc::config, bad.message, [&] { parse(bad.text); });
    }
  }

  TEST_CASE("all problems of a file are listed at once, in the order of its lines") {
    const std::string message = test::message_of(base::Errc::config, [] {
      parse(minimal("colour = 1\n[archive]\nlevel = 99\n[product2]\n"));
    });
    CHECK(message ==
          "3 problems:\n"
          "  cco-release.toml:10: unknown key `colour` in [build]\n"
          "  cco-release.toml:12: `archive.level` must be 1 to 12, not 99\n"
          "  cco-release.toml:13: unknown key or section `product2`; did you mean `product`?");
  }

  TEST_CASE("a configuration cut off anywhere is read or refused, never more") {
    const std::string whole = minimal("[archive]\nfiles = [\"a\", { src = \"b\", dst = \"c\" }]\n");
    for (std::size_t length = 0; length < whole.size(); ++length) {
      try {
        parse(whole.substr(0, length));
      } catch (const base::Error& error) {
        CHECK(error.code() == base::Errc::config);
      }
    }
  }

  TEST_CASE("the root of a project with .config/ is the folder above") {
    CHECK(releaser::parse_config(minimal(), "/p/.config/cco-release.toml").root == "/p");
    CHECK(releaser::parse_config(minimal(), "/p/cco-release.toml").root == "/p");
  }

  TEST_CASE("the schema for editors is generated from the same table") {
    test::check_golden("cco-release.schema.json", releaser::config_schema());
  }

  TEST_CASE("so is its reference in docs/") {
    test::check_golden("../../docs/configuration.md", releaser::config_reference());
  }

  TEST_CASE("every key has an example, and together they are a configuration") {
    releaser::visit_sections([](const auto& section) {
      for (const auto& key : section.keys) {
        CAPTURE(key.name);
        const std::string start = base::cat(key.name, " = ");
        CHECK((key.example.starts_with(start) || key.example.starts_with("# " + start)));
        CHECK_FALSE(key.help.empty());
      }
    });
    const std::string reference = releaser::config_reference();
    std::string text;
    for (std::size_t at = 0; (at = reference.find("```toml\n", at)) != std::string::npos;) {
      at += 8;
      text += reference.substr(at, reference.find("```", at) - at);
    }
    const auto config = releaser::parse_config(text, "cco-release.toml");
    CHECK(config.product.name == "esbuild");
    CHECK(config.overrides.at("windows-arm64").agent == "agents/other.exe");
    CHECK(config.destinations.size() == 1);
    CHECK(config.scoop.has_value());
  }
}
