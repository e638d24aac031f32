#include "base/url.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

std::string url_problem(std::string_view text) {
  try {
    base::Url::parse(text);
    return "accepted";
  } catch (const base::Error& error) {
    CHECK(error.code() == base::Errc::config);
    return error.what();
  }
}

}  // namespace

TEST_SUITE("base/url") {
  TEST_CASE("an https URL has a host and a path") {
    const auto url = base::Url::parse("HTTPS://Releases.Example.com:8443/a%20b/?q=1");
    CHECK(url.text() == "https://releases.example.com:8443/a%20b/?q=1");
    CHECK(url.host() == "releases.example.com:8443");
    CHECK(url.path() == "/a%20b/");
    CHECK_FALSE(url.is_file());
    CHECK(base::Url::parse("https://[::1]:8443/x").host() == "[::1]:8443");
    CHECK(base::Url::parse("https://h").path().empty());
    CHECK(base::Url::parse("https://h?q").host() == "h");
  }

  TEST_CASE("a file URL has a decoded path and no host") {
    const auto url = base::Url::parse("file:///srv/my%20site");
    CHECK(url.is_file());
    CHECK(url.host().empty());
    CHECK(url.file_path() == "/srv/my site");
  }

  TEST_CASE("names below a URL") {
    CHECK(base::Url::parse("https://h/x").child("a/b-1.tar.gz").text() ==
          "https://h/x/a/b-1.tar.gz");
    CHECK(base::Url::parse("https://h/x/").child("a_b").text() == "https://h/x/a_b");
    CHECK(base::Url::parse("https://h").child("a").text() == "https://h/a");
    const auto base_url = base::Url::parse("https://h/x");
    for (const char* const name : {"", "/a", "a/", "a//b", "..", "a/../b", "./a", "a b", "a%2e",
                                   "a?b", "a#b", "a\\b", "a:b", "\xC3\xA4"}) {
      CAPTURE(name);
      CHECK_THROWS_AS(static_cast<void>(base_url.child(name)), base::Error);
    }
    CHECK_THROWS_AS(static_cast<void>(base::Url::parse("https://h/?q").child("a")), base::Error);
  }

  TEST_CASE("http is refused with advice") {
    CHECK(url_problem("http://h/x") ==
          "`http://h/x`: http:// is not accepted, because anybody on the way could change it; use "
          "https://");
  }

  TEST_CASE("a password is refused and not repeated") {
    const std::string problem = url_problem("https://user:secret@h/x");
    CHECK(problem.find("secret") == std::string::npos);
    CHECK(problem == "a URL with a user name or a password; leave them out");
    for (const char* const text : {"http://user:secret@h/x", "user:secret@h", "ftp://secret@h",
                                   "https://user:secret@h /", "https://user:secret@h\n"}) {
      CAPTURE(text);
      CHECK(url_problem(text).find("secret") == std::string::npos);
    }
  }

  TEST_CASE("whatever is not plainly a URL is refused") {
    for (const char* const text : {"",
                                   "h/x",
                                   "https:/h",
                                   "https://",
                                   "https:///x",
                                   "ftp://h/x",
                                   "file://host/x",
                                   "file:x",
                                   "file://",
                                   "file:///x?q",
                                   "https://h/#f",
                                   "https://h/a b",
                                   "https://h/\xC3\xA4",
                                   "https://h/\n",
                                   "https://h/%",
                                   "https://h/%2",
                                   "https://h/%zz",
                                   "https://h/%00",
                                   "https://h/a/../b",
                                   "https://h/a/%2e%2E/b",
                                   "https://h/./a",
                                   "https://h/\\x",
                                   "https://h/\"x",
                                   "https://h/{x}",
                                   "https://h:0/",
                                   "https://h:65536/",
                                   "https://h:x/",
                                   "https://h:/",
                                   "https://h..x/",
                                   "https://.h/",
                                   "https://h$x/",
                                   "https://[::1/",
                                   "https://[]/",
                                   "https://[x]/",
                                   "file:///a/../b"}) {
      CAPTURE(text);
      CHECK(url_problem(text) != "accepted");
    }
    CHECK(url_problem("https://h/" + std::string(2048, 'x')) != "accepted");
    CHECK(url_problem("https://h/" + std::string(2038, 'x')) == "accepted");
  }
}
