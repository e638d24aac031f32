#include "releaser/render/release_page.hpp"

#include <doctest/doctest.h>

using namespace releaser;

namespace {

Product hello() {
  return {.name = "hello",
          .description = "Says hello",
          .homepage = "https://hello.example.com",
          .license = "MIT",
          .maintainer = "",
          .binaries = {"hello"},
          .agent = {},
          .base_url = base::Url::parse("https://dl.example.com"),
          .public_keys = {}};
}

ReleasePage page() {
  return {.version = schema::Version::parse("1.2.0"),
          .channel = schema::Channel::stable,
          .header = "Hello!\n",
          .notes = "### Fixed\n\n- a crash\n",
          .footer = "Thanks.",
          .installers = base::Url::parse("https://github.com/maker/hello/releases/download/v1.2.0"),
          .has_unix = true,
          .has_windows = true,
          .tap = "maker/homebrew-tap",
          .bucket = "maker/scoop-bucket",
          .files = {{"hello.tar.gz", 1234567, trust::sha256_of("x")}},
          .public_key = "RWkey"};
}

}  // namespace

TEST_SUITE("releaser/render/release_page") {
  TEST_CASE("a page is header, notes, how to install, files, footer") {
    const std::string digest = trust::sha256_of("x").hex();
    CHECK(render_release_page(hello(), page()) ==
          "Hello!\n\n### Fixed\n\n- a crash\n\n## Install\n\n"
          "Linux and macOS:\n\n```sh\ncurl -fsSL "
          "https://github.com/maker/hello/releases/download/v1.2.0/install.sh | bash\n```\n\n"
          "Homebrew:\n\n```sh\nbrew install maker/tap/hello\n```\n\n"
          "Windows (PowerShell):\n\n```powershell\nirm "
          "https://github.com/maker/hello/releases/download/v1.2.0/install.ps1 | iex\n```\n\n"
          "Scoop:\n\n```powershell\nscoop bucket add maker https://github.com/maker/scoop-bucket\n"
          "scoop install maker/hello\n```\n\n"
          "## Files\n\n| file | size | SHA-256 |\n|---|---:|---|\n| `hello.tar.gz` | 1.2 MB | `" +
              digest +
              "` |\n\nEach has a signature beside it: `minisign -Vm FILE -P RWkey`\n\nThanks.\n");
  }

  TEST_CASE("only what there is, is named") {
    ReleasePage bare = page();
    bare.header = bare.notes = bare.footer = bare.public_key = bare.tap = bare.bucket = "";
    bare.installers.reset();
    bare.files.clear();
    CHECK(render_release_page(hello(), bare).empty());
    ReleasePage linux = page();
    linux.has_windows = false;
    const std::string text = render_release_page(hello(), linux);
    CHECK(text.find("install.ps1") == std::string::npos);
    CHECK(text.find("scoop") == std::string::npos);
  }

  TEST_CASE("a beta has its own package") {
    ReleasePage beta = page();
    beta.channel = schema::Channel::beta;
    CHECK(render_release_page(hello(), beta).find("brew install maker/tap/hello-beta\n") !=
          std::string::npos);
  }

  TEST_CASE("brew finds a tap by its short name only where it is one of github.com") {
    CHECK(tap_of_brew("maker/homebrew-tap") == "maker/tap");
    for (const char* const other : {"maker/tap", "maker/homebrew-", "/homebrew-tap", "homebrew-tap",
                                    "https://git.example.com/maker/homebrew-tap", "", "a b/c"}) {
      CAPTURE(other);
      CHECK_FALSE(tap_of_brew(other).has_value());
    }
  }
}
