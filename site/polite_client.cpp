#include "site/polite_client.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "site/patience.hpp"
#include "site/source.hpp"

#include <algorithm>
#include <utility>

namespace site {

PoliteClient::PoliteClient(std::unique_ptr<base::HttpClient> http, base::Time now,
                           std::optional<HostToken> token)
    : m_http(std::move(http)), m_now(now), m_token(std::move(token)) {}

base::HttpResponse PoliteClient::get(const base::HttpRequest& request, const base::ByteSink& sink) {
  if (request.url.is_file()) return site::get(*m_http, request, sink);
  const std::string host = base::lower_case(request.url.host());
  if (const auto wait = m_waits.find(host); wait != m_waits.end()) {
    if (wait->second > kLongestWaitInARun) {
      throw base::Error(base::Errc::network,
                        base::cat(host, ": it asks to be left alone for ", wait->second.count(),
                                  " s; run this again later"));
    }
    m_http->pause(wait->second);
    m_waits.erase(wait);
  }
  base::HttpRequest asked = request;
  // The client takes it off where a redirect leads to another host.
  if (m_token && host == m_token->host && request.url.text().starts_with("https://")) {
    asked.headers.emplace_back("Authorization", base::cat("Bearer ", m_token->token));
  }
  base::HttpResponse response = m_http->get(asked, sink);
  if (response.status == 429 || response.status == 503) {
    if (const auto wait = parse_retry_after(response.header("retry-after").value_or(""), m_now)) {
      m_waits.insert_or_assign(host, *wait);
    }
  }
  return response;
}

std::optional<std::chrono::seconds> PoliteClient::asked_to_wait() const {
  std::optional<std::chrono::seconds> longest;
  for (const auto& [host, wait] : m_waits)
    longest = std::max(longest, std::optional(wait));
  return longest;
}

}  // namespace site
