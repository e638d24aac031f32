#include "agent/service/http_reply.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <vector>

namespace agent {
namespace {

using base::cat;
namespace json = base::json;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

struct Status {
  int code;
  std::string_view reason;
};
constexpr Status kOk{200, "OK"};
constexpr Status kBadRequest{400, "Bad Request"};
constexpr Status kForbidden{403, "Forbidden"};
constexpr Status kNotFound{404, "Not Found"};
constexpr Status kWrongMethod{405, "Method Not Allowed"};
constexpr Status kTooLong{431, "Request Header Fields Too Large"};
constexpr Status kNotReady{503, "Service Unavailable"};

struct ServiceAnswer {
  Status status;
  json::Object body;
};

ServiceAnswer refusal(const Status& status, std::string_view error) {
  return {status, {{"error", error}}};
}

ServiceAnswer health(const ServiceFacts& facts) {
  return {kOk, {{"status", "ok"}, {"uptime", facts.uptime_seconds}, {"version", facts.version}}};
}

ServiceAnswer readiness(const ServiceFacts& facts) {
  const bool is_ready = facts.not_ready_because.empty();
  json::Object body{{"ready", is_ready},
                    {"timestamp", base::format_time(facts.now)},
                    {"version", facts.version},
                    {"pid", facts.process_id},
                    {"nonce", facts.nonce ? json::Value(*facts.nonce) : json::Value()}};
  if (!is_ready) {
    body.emplace_back("reason", facts.not_ready_because);
  }
  if (facts.successor_ended) {
    body.emplace_back("successor_ended", *facts.successor_ended);
  }
  return {is_ready ? kOk : kNotReady, std::move(body)};
}

// The values of all Host fields; nothing where a line is no field.
std::optional<std::vector<std::string>> hosts_of(const std::vector<std::string_view>& lines) {
  std::vector<std::string> hosts;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    if (lines[i].empty()) {
      continue;
    }
    if (colon == std::string_view::npos || colon == 0) {
      return std::nullopt;
    }
    if (base::lower_case(lines[i].substr(0, colon)) == "host") {
      hosts.push_back(base::lower_case(base::trim(lines[i].substr(colon + 1))));
    }
  }
  return hosts;
}

bool is_own_host(const std::string& host, std::uint16_t port) {
  for (const std::string_view name : {"127.0.0.1", "localhost"}) {
    if (host == name || host == cat(name, ":", port)) {
      return true;
    }
  }
  return false;
}

ServiceAnswer answer_to(std::string_view unverified_head, const ServiceFacts& facts) {
  if (unverified_head.size() > kMaxRequestHead) {
    return refusal(kTooLong, "the request is too long");
  }
  const std::vector<std::string_view> lines = base::split_lines(unverified_head);
  const std::vector<std::string_view> words =
      base::split(lines.empty() ? std::string_view() : lines.front(), ' ');
  if (!is_whole_head(unverified_head) || words.size() != 3 || !words[2].starts_with("HTTP/1.")) {
    return refusal(kBadRequest, "not a request of HTTP/1");
  }
  const auto hosts = hosts_of(lines);
  if (!hosts || hosts->size() != 1) {
    return refusal(kBadRequest, "a request needs one Host");
  }
  if (!is_own_host(hosts->front(), facts.port)) {
    return refusal(kForbidden, "this service is for 127.0.0.1 alone");
  }
  if (words[1] != "/health" && words[1] != "/ready") {
    return refusal(kNotFound, "there are /health and /ready");
  }
  if (words[0] != "GET" && words[0] != "HEAD") {
    return refusal(kWrongMethod, "use GET");
  }
  return words[1] == "/health" ? health(facts) : readiness(facts);
}

}  // namespace

bool is_whole_head(std::string_view unverified_bytes) {
  return unverified_bytes.find(kHeadEnd) != std::string_view::npos;
}

std::string reply_to(std::string_view unverified_head, const ServiceFacts& facts) {
  const ServiceAnswer answer = answer_to(unverified_head, facts);
  const std::string body = json::write(answer.body, json::Style::compact);
  std::string reply = cat("HTTP/1.1 ", answer.status.code, " ", answer.status.reason,
                          "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
                          "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  if (answer.status.code == kWrongMethod.code) {
    reply += "Allow: GET, HEAD\r\n";
  }
  reply += "Connection: close\r\n\r\n";
  return unverified_head.starts_with("HEAD ") ? reply : reply + body;
}

}  // namespace agent
