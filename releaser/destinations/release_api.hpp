#pragma once

#include "base/http_send.hpp"
#include "base/json.hpp"
#include "releaser/destinations/client_pool.hpp"
#include "releaser/destinations/network.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace releaser {

// Whose token is sent, and how errors about it are put.
struct ApiAccess {
  std::string host;         // "GitHub"
  std::string repository;   // "owner/name"
  std::string token;        // empty: a stranger
  std::string token_from;   // "the variable GH_TOKEN", "the file /run/token"
  std::string permission;   // "permission `Contents: write`, or …"
  std::string api_example;  // how `api_url` looks: "https://HOST/api/v3 of GitHub Enterprise"
  std::vector<std::string> foreign_tokens;  // how tokens begin that are of other hosts for sure
  std::vector<std::pair<std::string, std::string>> headers;
  std::string what = "releases";  // that are written
};

// What came of a request that writes.
struct Written {
  // 2xx, or what says that something is in the way: 400, 409, 422, and 404 where that was asked for
  int status = 0;
  base::json::Value body;
  std::string problem;  // what the host says of a status above 299
  std::string doubt;    // not empty: the network or the host failed, and nobody knows what was done
};

// Of a request that writes to what was there a moment ago.
enum class NotFound {
  refuse,  // it needs a right that is missing, as hosts say it
  tell     // somebody may have deleted it: Written::status is 404
};

struct Page {
  base::json::Array items;
  bool has_next = false;               // GitHub says it
  std::optional<std::uint64_t> total;  // of all pages: Gitea says that
};

// Requests to a REST API in JSON. Reads are tried again after failures; writes are not, but for a
// rate limit, under which nothing was done. Errors: Errc::permission for 401, 403 and 404 of a
// write, Errc::network for all that may pass. May be used from several threads: each request has a
// connection of its own, and where the host wants to be left alone, all wait.
class ReleaseApi {
 public:
  ReleaseApi(const Network& network, ApiAccess access);

  // Nothing for 404.
  [[nodiscard]] std::optional<base::json::Value> find(const base::Url& url);
  [[nodiscard]] Page list(const base::Url& url);
  Written write(base::HttpMethod method, const base::Url& url,
                const std::optional<base::HttpUpload>& upload = {},
                NotFound not_found = NotFound::refuse);
  Written write(base::HttpMethod method, const base::Url& url, const base::json::Object& fields,
                NotFound not_found = NotFound::refuse);
  // Throws Errc::permission for a write that was answered by 404, though what it is for is there.
  [[noreturn]] void refuse_write(const Written& written) const;
  // The bytes behind a URL of the API; false for 404. Throws where they break off.
  bool download(const base::Url& url, const base::ByteSink& sink);

  // Before a try number `tries` + 1, a while later. Throws `problem` where there have been enough.
  void wait_or_give_up(int tries, const std::string& problem);
  [[nodiscard]] const ApiAccess& access() const { return m_access; }
  // Throws Errc::permission unless there is a token, and not one of another kind of host.
  void require_token() const;

 private:
  base::HttpAnswer send(base::HttpCall call);
  base::HttpAnswer read(const base::Url& url);
  [[nodiscard]] std::optional<std::chrono::seconds> limit_of(const base::HttpAnswer& answer) const;
  void wait_for_limit(std::chrono::seconds time, int& times);
  [[noreturn]] void refuse(const base::HttpAnswer& answer, bool is_write) const;
  [[nodiscard]] base::json::Value parsed(const base::HttpAnswer& answer,
                                         const base::Url& url) const;
  void require_api(const base::HttpAnswer& answer, const base::Url& url) const;

  std::shared_ptr<Patience> m_patience;
  ApiAccess m_access;
  ClientPool<base::HttpSender> m_senders;
  std::mutex m_quiet;  // held by whoever waits for the end of a rate limit
};

// The part of an answer in JSON that people can read: message and errors of GitHub, or its start.
std::string message_of(std::string_view body);

}  // namespace releaser
