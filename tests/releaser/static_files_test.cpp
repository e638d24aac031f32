#include "releaser/serve/static_files.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

// A folder "site" with files, links that stay and links that leave, and a neighbour that must not
// be seen.
struct Site {
  base::TemporaryDirectory directory{std::filesystem::temp_directory_path(), "static_files"};
  base::Path root = std::filesystem::canonical(directory.path()) / "site";

  Site() {
    base::make_directories(root / "sub");
    base::write_file_atomically(root / "install.sh", "echo hello\n");
    base::write_file_atomically(root / "sub" / "index.html", "<p>index</p>");
    base::write_file_atomically(directory.path() / "secret", "secret");
    std::filesystem::create_symlink("install.sh", root / "inside");
    std::filesystem::create_symlink("../secret", root / "outside");
    std::filesystem::create_symlink("nothing", root / "dangling");
  }

  [[nodiscard]] releaser::ServedAnswer get(const std::string& path, const std::string& header = "",
                                           const std::string& value = "") const {
    releaser::ServedRequest request{.method = "GET", .path = path};
    if (!header.empty()) {
      request.headers.emplace_back(header, value);
    }
    return releaser::answer_request(root, request);
  }
};

std::string header_of(const releaser::ServedAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

}  // namespace

TEST_SUITE("releaser/serve/static_files") {
  TEST_CASE("a file is found, a folder is its index, nothing outside is") {
    const Site site;
    const std::vector<std::pair<std::string, int>> table{
        {"/install.sh", 200},
        {"/inside", 200},
        {"/sub/", 200},
        {"/sub", 200},
        {"/", 200},
        {"/nothing", 404},
        {"/outside", 404},
        {"/dangling", 404},
        {"/../secret", 404},
        {"/sub/../../secret", 404},
        {"//etc/passwd", 404},
        {"/sub/../install.sh", 200},
        {"/install.sh/x", 404},
    };
    for (const auto& row : table) {
      CAPTURE(row.first);
      CHECK(site.get(row.first).status == row.second);
    }
  }

  TEST_CASE("a folder without an index is listed, with links that lead there") {
    const Site site;
    base::make_directories(site.root / "a b&<c");
    base::write_file_atomically(site.root / "a b&<c" / "50%\"", "x");
    base::write_file_atomically(site.root / ".hidden", "x");
    const auto top = site.get("/");
    CHECK(header_of(top, "Content-Type") == "text/html; charset=utf-8");
    CHECK(top.length == top.text.size());
    CHECK(top.text.find("<a href=\"/a%20b%26%3Cc/\">a b&amp;&lt;c/</a>") != std::string::npos);
    CHECK(top.text.find("<a href=\"/install.sh\">install.sh</a>") != std::string::npos);
    CHECK(top.text.find("/sub/") < top.text.find("/install.sh"));
    CHECK(top.text.find("hidden") == std::string::npos);
    const auto below = site.get("/a b&<c");
    CHECK(below.text.find("<a href=\"/\">..</a>") != std::string::npos);
    CHECK(below.text.find("<a href=\"/a%20b%26%3Cc/50%25%22\">50%&quot;</a>") != std::string::npos);
    CHECK(site.get("/sub").text.empty());
    CHECK(site.get("/sub").length == 12);
  }

  TEST_CASE("the same file has the same tag until it changes") {
    const Site site;
    const auto tag = header_of(site.get("/install.sh"), "ETag");
    CHECK(tag.starts_with('"'));
    CHECK(site.get("/install.sh", "if-none-match", tag).status == 304);
    CHECK(site.get("/install.sh", "if-none-match", "W/" + tag + ", \"x\"").status == 304);
    CHECK(site.get("/install.sh", "if-none-match", "\"x\"").status == 200);
    base::write_file_atomically(site.root / "install.sh", "echo HELLO\n");
    CHECK(site.get("/install.sh", "if-none-match", tag).status == 200);
  }

  TEST_CASE("a part is given only of the file that If-Range names") {
    const Site site;
    const auto whole = site.get("/install.sh");
    const auto part = site.get("/install.sh", "range", "bytes=5-9");
    CHECK(part.status == 206);
    CHECK(part.length == 5);
    CHECK(header_of(part, "Content-Range") == "bytes 5-9/11");
    CHECK(site.get("/install.sh", "range", "bytes=11-").status == 416);

    releaser::ServedRequest request{.method = "GET", .path = "/install.sh"};
    request.headers = {{"range", "bytes=5-"}, {"if-range", "\"other\""}};
    CHECK(releaser::answer_request(site.root, request).status == 200);
    request.headers = {{"range", "bytes=5-"}, {"if-range", header_of(whole, "ETag")}};
    CHECK(releaser::answer_request(site.root, request).status == 206);
  }

  TEST_CASE("only GET and HEAD are answered") {
    const Site site;
    for (const std::string method : {"POST", "PUT", "DELETE", "get"}) {
      CHECK(releaser::answer_request(site.root, {.method = method, .path = "/install.sh"}).status ==
            405);
    }
    CHECK(releaser::answer_request(site.root, {.method = "HEAD", .path = "/install.sh"}).length ==
          11);
  }

  TEST_CASE("the head of an answer names type and length") {
    const Site site;
    auto answer = site.get("/install.sh");
    const auto head = releaser::answer_head(answer, true);
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(head.find("Content-Type: text/x-shellscript; charset=utf-8\r\n") != std::string::npos);
    CHECK(head.find("Content-Length: 11\r\n") != std::string::npos);
    CHECK(head.ends_with("Connection: keep-alive\r\n\r\n"));
  }
}
