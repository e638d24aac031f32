#include "base/http.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <string>

#include <sys/stat.h>

using base::Errc;

namespace {

base::HttpResponse read(const base::Path& path, std::string& body, std::uint64_t max_bytes = 100) {
  return base::read_file_url({base::Url::parse("file://" + path.native()), {}, max_bytes},
                             [&](std::string_view bytes) { body += bytes; });
}

}  // namespace

TEST_SUITE("base/http_file") {
  TEST_CASE("a regular file is an answer, a missing one is a 404") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "file-test.");
    base::write_new_file(folder.path() / "a", "hello");
    std::string body;
    const auto response = read(folder.path() / "a", body, 5);
    CHECK(response.status == 200);
    CHECK(response.body_bytes == 5);
    CHECK(body == "hello");
    CHECK(read(folder.path() / "b", body).status == 404);
    CHECK(read(folder.path() / "a" / "b", body).status == 404);
  }

  TEST_CASE("what is no regular file is refused, and never waited for") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "file-test.");
    base::write_new_file(folder.path() / "a", "hello");
    std::filesystem::create_symlink("a", folder.path() / "link");
    REQUIRE(mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
    std::string body;
    test::check_error(Errc::network, "symbolic link", [&] { read(folder.path() / "link", body); });
    test::check_error(Errc::network, "no regular file",
                      [&] { read(folder.path() / "fifo", body); });
    test::check_error(Errc::network, "no regular file", [&] { read(folder.path(), body); });
    test::check_error(Errc::network, "no regular file", [&] { read("/dev/zero", body); });
    test::check_error(Errc::untrusted, "larger than the 4 bytes",
                      [&] { read(folder.path() / "a", body, 4); });
  }
}
