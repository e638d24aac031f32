#include "releaser/git/remote.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <string>

using releaser::git::Remote;
using releaser::git::repository_url;

TEST_SUITE("releaser/git/remote") {
  TEST_CASE("an address is what git takes, or owner/name of github.com") {
    struct {
      const char *text, *url;
    } const rows[] = {
        {"owner/homebrew-tap", "https://github.com/owner/homebrew-tap.git"},
        {"owner/tap.git", "https://github.com/owner/tap.git"},
        {"https://git.example.com:8443/o/r.git", "https://git.example.com:8443/o/r.git"},
        {"https://bot@git.example.com/o/r", "https://bot@git.example.com/o/r"},
        {"ssh://git@example.com/o/r.git", "ssh://git@example.com/o/r.git"},
        {"git@example.com:o/r.git", "git@example.com:o/r.git"},
        {"file:///srv/r.git", "file:///srv/r.git"},
        {"/srv/r.git", "/srv/r.git"},
        {"./r.git", "./r.git"},
        {"../r.git", "../r.git"},
        {"~/r.git", "~/r.git"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK(repository_url(row.text) == row.url);
    }
  }

  TEST_CASE("what is no address is refused, and no password is repeated") {
    struct {
      const char *text, *problem;
    } const rows[] = {
        {"", "no address"},
        {"tap", "no address"},
        {"owner/tap/more", "no address"},
        {"-o/tap", "no address"},
        {"--upload-pack=x", "no address"},
        {"owner/-tap", "no address"},
        {"own er/tap", "no address"},
        {"ext::sh -c x", "no address"},
        {"ext::sh", "no address"},
        {"http://example.com/r.git", "not encrypted"},
        {"git://example.com/r.git", "not encrypted"},
        {"https:///r.git", "no host"},
        {"https://bot@/r.git", "no host"},
        {"https://bot:hunter2@example.com/r.git", "password"},
        {"ssh://bot:hunter2@example.com/r.git", "password"},
        {"https://ghp_hunter2@github.com/o/r.git", "has a token in it"},
        {"https://github_pat_hunter2@github.com/o/r", "has a token in it"},
        {"https://hunter2hunter2hunter2hunter2hunter2hunter2@git.example/r", "has a token in it"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      const std::string message =
          test::message_of(base::Errc::config, [&] { (void)repository_url(row.text); });
      CHECK_MESSAGE(message.find(row.problem) != std::string::npos, message);
      CHECK(message.find("hunter2") == std::string::npos);
    }
  }

  TEST_CASE("the token is for one origin, with the user of the address") {
    const Remote plain{"https://git.example.com:8443/o/r.git", "t", "T"};
    CHECK(plain.origin() == "https://git.example.com:8443");
    CHECK(plain.user() == "x-access-token");
    const Remote named{"https://bot@git.example.com/o/r.git", "t", "T"};
    CHECK(named.origin() == "https://git.example.com");
    CHECK(named.user() == "bot");
    CHECK(Remote{"git@example.com:o/r.git", "t", "T"}.origin().empty());
    CHECK(Remote{"/srv/r.git", "t", "T"}.origin().empty());
  }
}
