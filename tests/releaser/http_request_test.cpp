#include "releaser/serve/http_request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using releaser::ByteRange;
using releaser::parse_served_request;
using releaser::RangeAnswer;
using releaser::read_range;

TEST_SUITE("releaser/serve/http_request") {
  TEST_CASE("a request's head is read") {
    const auto request = parse_served_request(
        "GET /a%20b/c.sh?x=1 HTTP/1.1\r\nHost: localhost\r\nIf-None-Match:  \"1\" ");
    REQUIRE(request);
    CHECK(request->method == "GET");
    CHECK(request->path == "/a b/c.sh");
    CHECK(request->header("if-none-match") == "\"1\"");
    CHECK(request->header("host") == "localhost");
    CHECK_FALSE(request->header("range"));
    CHECK(request->keep_alive);
  }

  TEST_CASE("who keeps the connection depends on the version and the Connection header") {
    CHECK_FALSE(parse_served_request("GET / HTTP/1.0")->keep_alive);
    CHECK(parse_served_request("GET / HTTP/1.0\r\nConnection: Keep-Alive")->keep_alive);
    CHECK_FALSE(parse_served_request("GET / HTTP/1.1\r\nConnection: close")->keep_alive);
  }

  TEST_CASE("what is no request is refused") {
    const std::vector<std::string> heads{
        "",
        "GET",
        "GET /",
        "GET / HTTP/2",
        "GET  / HTTP/1.1",
        "GET a HTTP/1.1",
        "GET https://h/ HTTP/1.1",
        "GET /%0 HTTP/1.1",
        "GET /%zz HTTP/1.1",
        "GET /%00 HTTP/1.1",
        "GET /a%0ab HTTP/1.1",
        "GET / HTTP/1.1\r\nno colon",
        "GET / HTTP/1.1\r\n: value",
    };
    for (const auto& head : heads) {
      CAPTURE(head);
      CHECK_FALSE(parse_served_request(head));
    }
  }

  TEST_CASE("every beginning of a request is refused or read, and nothing else") {
    const std::string whole = "GET /a%20b HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1";
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto request = parse_served_request(whole.substr(0, size));
      CHECK((!request || request->path == "/a b"));
    }
  }

  TEST_CASE("ranges mean what RFC 9110 says") {
    struct Row {
      std::string header;
      std::uint64_t size;
      RangeAnswer answer;
      ByteRange range;
    };
    const std::vector<Row> table{
        {"bytes=0-0", 10, RangeAnswer::part, {0, 0}},
        {"bytes=2-5", 10, RangeAnswer::part, {2, 5}},
        {"bytes=2-", 10, RangeAnswer::part, {2, 9}},
        {"bytes=-3", 10, RangeAnswer::part, {7, 9}},
        {"bytes=-99", 10, RangeAnswer::part, {0, 9}},
        {"bytes=5-99", 10, RangeAnswer::part, {5, 9}},
        {"bytes=10-", 10, RangeAnswer::not_satisfiable, {}},
        {"bytes=-0", 10, RangeAnswer::not_satisfiable, {}},
        {"bytes=0-", 0, RangeAnswer::not_satisfiable, {}},
        {"bytes=5-2", 10, RangeAnswer::whole, {}},
        {"bytes=0-1,3-4", 10, RangeAnswer::whole, {}},
        {"bytes=a-b", 10, RangeAnswer::whole, {}},
        {"bytes=-", 10, RangeAnswer::whole, {}},
        {"lines=0-1", 10, RangeAnswer::whole, {}},
        {"bytes=99999999999999999999-", 10, RangeAnswer::whole, {}},
    };
    for (const auto& row : table) {
      CAPTURE(row.header);
      const auto [answer, range] = read_range(row.header, row.size);
      CHECK(answer == row.answer);
      CHECK(range == row.range);
    }
  }
}
