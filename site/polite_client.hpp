#pragma once

#include "base/clock.hpp"
#include "base/http.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace site {

// What a server asked for in Retry-After, where that is too long to wait for in one run: then
// somebody else is asked, and the next run comes later.
inline constexpr std::chrono::seconds kLongestWaitInARun{10};

// A secret that one host may see.
struct HostToken {
  std::string host;  // as Url::host() gives it, in lower case
  std::string token;
};

// A client that does what servers ask for: it waits where one answers Retry-After with 429 or 503,
// and after a longer one leaves that host alone for the rest of the run (Errc::network). It shows a
// token to its host alone, by https; a redirect to another host does not get it.
class PoliteClient : public base::HttpClient {
 public:
  PoliteClient(std::unique_ptr<base::HttpClient> http, base::Time now,
               std::optional<HostToken> token);

  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override;
  [[nodiscard]] bool takes_file_urls() const override { return true; }
  void pause(std::chrono::milliseconds time) override { m_http->pause(time); }

  // The longest that a host has asked for; nothing where none did. At most a day.
  [[nodiscard]] std::optional<std::chrono::seconds> asked_to_wait() const;

 private:
  std::unique_ptr<base::HttpClient> m_http;
  base::Time m_now;
  std::optional<HostToken> m_token;
  std::map<std::string, std::chrono::seconds> m_waits;  // by host
};

}  // namespace site
