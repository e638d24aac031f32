#include "agent/service/http_reply.hpp"

#include "base/text.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

namespace {

agent::ServiceFacts facts() {
  agent::ServiceFacts facts;
  facts.port = 7311;
  facts.now = test::now();
  facts.uptime_seconds = 90;
  facts.version = "1.2.0";
  facts.process_id = 4711;
  return facts;
}

std::string status_of(std::string_view head) {
  const std::string reply = agent::reply_to(head, facts());
  return reply.substr(0, reply.find('\r'));
}

std::string body_of(std::string_view reply) {
  return std::string(reply.substr(reply.find("\r\n\r\n") + 4));
}

std::string get(std::string_view path) {
  return base::cat("GET ", path, " HTTP/1.1\r\nHost: 127.0.0.1:7311\r\n\r\n");
}

}  // namespace

TEST_SUITE("agent/service/http_reply") {
  TEST_CASE("/health and /ready say how the service is, and nobody may keep it") {
    const std::string health = agent::reply_to(get("/health"), facts());
    CHECK(health ==
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 45\r\n"
          "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
          R"({"status":"ok","uptime":90,"version":"1.2.0"})");
    const std::string ready = agent::reply_to(get("/ready"), facts());
    CHECK(ready.find("Cache-Control: no-store\r\n") != std::string::npos);
    CHECK(body_of(ready) == base::cat(R"({"ready":true,"timestamp":")",
                                      base::format_time(test::now()),
                                      R"(","version":"1.2.0","pid":4711,"nonce":null})"));
  }

  TEST_CASE("one that is not ready says 503 and why, and its nonce") {
    agent::ServiceFacts troubled = facts();
    troubled.nonce = "abc";
    troubled.not_ready_because = "no version is in place";
    troubled.successor_ended = 2;
    const std::string reply = agent::reply_to(get("/ready"), troubled);
    CHECK(reply.starts_with("HTTP/1.1 503 "));
    CHECK(body_of(reply).find(R"("ready":false)") != std::string::npos);
    CHECK(body_of(reply).find(
              R"("nonce":"abc","reason":"no version is in place","successor_ended":2})") !=
          std::string::npos);
    CHECK(agent::reply_to(get("/health"), troubled).starts_with("HTTP/1.1 200 "));
  }

  TEST_CASE("only this machine's own names for itself are served") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"Host: 127.0.0.1:7311\r\n", "200"},
        {"Host: 127.0.0.1\r\n", "200"},
        {"host:localhost:7311\r\n", "200"},
        {"HOST:  LocalHost \r\n", "200"},
        {"Host: evil.example\r\n", "403"},
        {"Host: 127.0.0.1:80\r\n", "403"},
        {"Host: 127.0.0.1.evil.example\r\n", "403"},
        {"Host: \r\n", "403"},
        {"", "400"},
        {"Host: 127.0.0.1\r\nHost: evil.example\r\n", "400"},
        {"Host 127.0.0.1\r\n", "400"},
        {": x\r\nHost: 127.0.0.1\r\n", "400"},
    };
    for (const auto& each : cases) {
      CAPTURE(each.first);
      const auto& [fields, status] = each;
      CHECK(status_of(base::cat("GET /health HTTP/1.1\r\n", fields, "\r\n")).substr(9, 3) ==
            status);
    }
  }

  TEST_CASE("what is no request for one of the two is refused") {
    const auto with_host = [](std::string_view line) {
      return base::cat(line, "\r\nHost: 127.0.0.1\r\n\r\n");
    };
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"GET / HTTP/1.1", "404"},
        {"GET /ready/ HTTP/1.1", "404"},
        {"GET /ready?x HTTP/1.1", "404"},
        {"POST /ready HTTP/1.1", "405"},
        {"DELETE /health HTTP/1.0", "405"},
        {"GET /ready", "400"},
        {"GET  /ready HTTP/1.1", "400"},
        {"GET /ready HTTP/2", "400"},
        {"", "400"},
        {"\x16\x03\x01 \x02 \x03", "400"},
    };
    for (const auto& each : cases) {
      CAPTURE(each.first);
      const auto& [line, status] = each;
      CHECK(status_of(with_host(line)).substr(9, 3) == status);
    }
    CHECK(agent::reply_to(with_host("POST /ready HTTP/1.1"), facts())
              .find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
    CHECK(status_of(std::string(agent::kMaxRequestHead + 1, 'x')).substr(9, 3) == "431");
  }

  TEST_CASE("HEAD gets the same head without a body") {
    const std::string full = agent::reply_to(get("/health"), facts());
    const std::string head =
        agent::reply_to("HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n", facts());
    CHECK(head == full.substr(0, full.find("\r\n\r\n") + 4));
  }

  TEST_CASE("a request that was cut anywhere is no request") {
    const std::string request = get("/ready");
    for (std::size_t size = 0; size < request.size(); ++size) {
      CAPTURE(size);
      CHECK(!agent::is_whole_head(request.substr(0, size)));
      CHECK(status_of(request.substr(0, size)).substr(9, 3) == "400");
    }
    CHECK(agent::is_whole_head(request));
  }
}
