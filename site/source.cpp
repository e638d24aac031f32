#include "site/source.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "site/patience.hpp"

#include <chrono>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::chrono::seconds kSmallFileDeadline{15};
constexpr std::chrono::seconds kNoFurtherTryAfter{15};
constexpr unsigned kTries = 3;

bool is_missing(int status) { return status == 404 || status == 410; }

}  // namespace

base::HttpResponse get(base::HttpClient& http, const base::HttpRequest& request,
                       const base::ByteSink& sink) {
  const bool is_on_disk = request.url.is_file() && !http.takes_file_urls();
  return is_on_disk ? base::read_file_url(request, sink) : http.get(request, sink);
}

base::HttpResponse get_patiently(base::HttpClient& http, const base::HttpRequest& request,
                                 std::string& body) {
  const auto begin = std::chrono::steady_clock::now();
  for (unsigned tries = 1;; ++tries) {
    body.clear();
    const bool is_last =
        tries == kTries || std::chrono::steady_clock::now() - begin > kNoFurtherTryAfter;
    try {
      base::HttpResponse response =
          get(http, request, [&](std::string_view bytes) { body += bytes; });
      if (is_last || !is_passing_status(response.status)) return response;
    } catch (const Error& error) {
      if (is_last || error.code() != Errc::network || request.url.is_file()) throw;
    }
    http.pause(back_off(tries - 1));
  }
}

bool looks_like_web_page(std::string_view first_bytes) {
  const std::string start = base::lower_case(base::trim(first_bytes.substr(0, 256)));
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

bool is_passing_status(int status) { return status == 408 || status == 429 || status >= 500; }

std::optional<std::string> fetch_small_file(base::HttpClient& http, const base::Url& url,
                                            std::size_t max_bytes, Freshness freshness,
                                            WhenForbidden when_forbidden) {
  base::HttpRequest request{
      .url = url, .headers = {}, .max_bytes = max_bytes, .deadline = kSmallFileDeadline};
  if (freshness == Freshness::from_the_origin) {
    request.headers.emplace_back("Cache-Control", "no-cache");
  }
  std::string unverified_bytes;
  const base::HttpResponse response = get_patiently(http, request, unverified_bytes);
  if (is_missing(response.status)) return std::nullopt;
  if (response.status == 403 && when_forbidden == WhenForbidden::is_missing) return std::nullopt;
  if (response.status != 200) throw Error(Errc::network, cat("HTTP ", response.status));
  if (looks_like_web_page(unverified_bytes)) {
    throw Error(Errc::network,
                "the answer is a web page; is there a login page between here and the server?");
  }
  return unverified_bytes;
}

void Failures::add(const base::Url& source, Errc code, std::string_view problem) {
  if (!m_text.empty()) m_text += "; ";
  m_text += cat(source.text(), ": ", problem);
  m_untrusted = m_untrusted || code == Errc::untrusted;
  m_expired = m_expired || code == Errc::expired;
  m_network = m_network || code == Errc::network;
}

Error Failures::error() const {
  if (m_untrusted) return {Errc::untrusted, m_text};
  if (m_expired) return {Errc::expired, m_text};
  return {m_network ? Errc::network : Errc::not_found, m_text};
}

bool is_fault_of_source(Errc code) {
  return code == Errc::network || code == Errc::untrusted || code == Errc::not_found ||
         code == Errc::expired;
}

}  // namespace site
