#include "releaser/render/installers.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

using base::Errc;
using test::check_error;

namespace {

releaser::Product product() {
  const auto key = [](std::string_view line) { return trust::PublicKey::parse(line); };
  return {.name = "tool",
          .description = "An extremely fast tool",
          .homepage = "https://example.com/tool",
          .license = "MIT",
          .maintainer = "A Name <name@example.com>",
          .binaries = {"tool"},
          .agent = "tool-updater",
          .base_url = base::Url::parse("https://releases.example.com/tool/"),
          .public_keys = {{schema::Channel::stable,
                           {key("RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"),
                            key("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")}},
                          {schema::Channel::nightly,
                           {key("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")}}}};
}

const schema::Version& version() {
  static const auto value = schema::Version::parse("1.2.3");
  return value;
}

schema::Platform platform(std::string_view name) { return schema::Platform::find(name).value(); }

schema::Release release() {
  test::ReleaseBlueprint blueprint;
  blueprint.version = "1.2.3";
  blueprint.platforms = {"darwin-arm64", "linux-x86_64", "linux-x86_64-musl", "windows-x86_64"};
  schema::Release out = test::make_release(blueprint);
  auto& linux = out.platforms.at(platform("linux-x86_64"));
  linux.requirements.glibc = "2.28";
  linux.agent = "tool-updater";
  linux.binaries.push_back(
      {.path = "tool-updater", .sha256 = trust::sha256_of("agent"), .size = 5});
  linux.mirrors = {base::Url::parse("https://mirror.example.com/a.tar.gz"),
                   base::Url::parse("https://mirror.example.org/b.tar.gz")};
  out.platforms.at(platform("darwin-arm64")).requirements.macos = "11.0";
  out.platforms.at(platform("windows-x86_64")).requirements.windows = "10.0.17763";
  return out;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("releaser/render/installers") {
  TEST_CASE("the installers of a release have golden texts") {
    test::check_golden("installers/install.sh",
                       releaser::render_install_sh(product(), version(), release()));
    test::check_golden("installers/install.ps1",
                       releaser::render_install_ps1(product(), version(), release()));
  }

  TEST_CASE("row 18: the same release gives the same bytes") {
    CHECK(releaser::render_install_sh(product(), version(), release()) ==
          releaser::render_install_sh(product(), version(), release()));
  }

  TEST_CASE("hostile texts stay inside their literals") {
    struct Row {
      std::string description, in_sh, in_powershell;
    };
    const Row rows[] = {
        {"it's", "description='it'\\''s'\n", "$Description = 'it''s'\n"},
        {"$(id) `id` ${HOME}", "description='$(id) `id` ${HOME}'\n",
         "$Description = '$(id) `id` ${HOME}'\n"},
        {"a\nb\tc\rd", "description='a b cd'\n", "$Description = 'a b cd'\n"},
        {"'; exit; '", "description=''\\''; exit; '\\'''\n", "$Description = '''; exit; '''\n"},
        {"\xe2\x80\x98 \xc3\xbc", "description='\xe2\x80\x98 \xc3\xbc'\n",
         "$Description = '? ?'\n"},
        {"@VERSION@ @KEYS@", "description='@VERSION@ @KEYS@'\n",
         "$Description = '@VERSION@ @KEYS@'\n"},
        {"\x1b[31mred\xe2\x80\xae", "description='[31mred'\n", "$Description = '[31mred'\n"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.description);
      releaser::Product hostile = product();
      hostile.description = row.description;
      CHECK(holds(releaser::render_install_sh(hostile, version(), release()), row.in_sh));
      CHECK(holds(releaser::render_install_ps1(hostile, version(), release()), row.in_powershell));
    }
  }

  TEST_CASE("each script pins the platforms of its own world") {
    const std::string sh = releaser::render_install_sh(product(), version(), release());
    CHECK(holds(sh, "    linux-x86_64-musl)\n"));
    CHECK_FALSE(holds(sh, "windows-x86_64"));
    const std::string ps1 = releaser::render_install_ps1(product(), version(), release());
    CHECK(holds(ps1, "    'windows-x86_64' = @{\n"));
    CHECK_FALSE(holds(ps1, "'linux-x86_64'"));
  }

  TEST_CASE("the order of preference is that of the platform table") {
    const std::string sh = releaser::render_install_sh(product(), version(), release());
    CHECK(holds(sh, "    linux-x86_64-glibc) candidates='linux-x86_64 linux-x86_64-musl' ;;\n"));
    CHECK(holds(sh, "    linux-x86_64-musl) candidates='linux-x86_64-musl linux-x86_64' ;;\n"));
    for (const schema::PlatformRow& row : schema::Platform::table()) {
      if (row.os == schema::OperatingSystem::windows) continue;
      CAPTURE(row.name);
      CHECK(holds(sh, row.name));
    }
  }

  TEST_CASE("names of variables follow from the product's") {
    const std::pair<std::string, std::string> rows[] = {{"tool", "${TOOL_INSTALL_VERSION:-}"},
                                                        {"my-tool", "${MY_TOOL_INSTALL_VERSION:-}"},
                                                        {"7zip", "${_7ZIP_INSTALL_VERSION:-}"}};
    for (const auto& [name, variable] : rows) {
      releaser::Product other = product();
      other.name = name;
      CHECK(holds(releaser::render_install_sh(other, version(), release()), variable));
    }
  }

  TEST_CASE("what a script cannot hold safely is refused") {
    struct Row {
      const char* problem;
      std::function<void(schema::PlatformEntry&)> change;
    };
    const Row rows[] = {
        {"\"a b\" cannot stand in an installer",
         [](schema::PlatformEntry& entry) { entry.binaries.front().path = "a b"; }},
        {"cannot stand in an installer",
         [](schema::PlatformEntry& entry) { entry.binaries.front().path = "$(id)"; }},
        {"cannot stand in an installer", [](schema::PlatformEntry& entry) { entry.agent = "a;b"; }},
        {"cannot stand in an installer",
         [](schema::PlatformEntry& entry) {
           entry.url = base::Url::parse("https://releases.example.com/a%20b.tar.gz");
         }},
        {"cannot stand in an installer",
         [](schema::PlatformEntry& entry) {
           entry.url = base::Url::parse("https://releases.example.com/x/");
         }},
        {"a word of the probe",
         [](schema::PlatformEntry& entry) {
           entry.probe = {"tool", "a\nb"};
         }},
        {"a word of the probe",
         [](schema::PlatformEntry& entry) {
           entry.probe = {"tool", ""};
         }},
    };
    for (const Row& row : rows) {
      CAPTURE(row.problem);
      schema::Release changed = release();
      row.change(changed.platforms.at(platform("linux-x86_64")));
      row.change(changed.platforms.at(platform("windows-x86_64")));
      check_error(Errc::config, row.problem,
                  [&] { releaser::render_install_sh(product(), version(), changed); });
      check_error(Errc::config, row.problem,
                  [&] { releaser::render_install_ps1(product(), version(), changed); });
    }
  }

  TEST_CASE("a release without any platform of a kind still gives a script that says so") {
    schema::Release empty = release();
    empty.platforms.clear();
    CHECK(holds(releaser::render_install_sh(product(), version(), empty),
                "archives='no platform of this kind'\n"));
    CHECK(holds(releaser::render_install_ps1(product(), version(), empty),
                "$Archives = 'no platform of this kind'\n"));
  }
}
