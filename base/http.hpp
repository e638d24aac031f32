#pragma once

#include "base/file.hpp"
#include "base/url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace base {

struct HttpResponse;

struct HttpRequest {
  Url url;
  std::vector<std::pair<std::string, std::string>> headers;  // "If-None-Match", "Range", …
  // The body is cut off with Errc::untrusted one byte past this, counted as it arrives.
  std::uint64_t max_bytes = 0;
  std::chrono::seconds deadline{300};        // for the whole request; 0: none
  std::uint64_t least_bytes_per_second = 1;  // slower for HttpOptions::stall_timeout: a failure
  // Told once, with status and headers, before the first byte of a body goes to the sink. May
  // throw, as the sink.
  std::function<void(const HttpResponse& head)> before_body{};
};

struct HttpResponse {
  int status = 0;
  // Names in lower case, one entry a name (the last one wins).
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint64_t body_bytes = 0;
  [[nodiscard]] std::optional<std::string> header(std::string_view lower_case_name) const;
};

// Where the network begins. Implementations: libcurl (http_curl.cpp), and file:// of a configured
// base.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Sends one GET. Redirects are followed by https only, at most 5 of them. Any HTTP status is a
  // value; a body of an error status (>= 400) is not sent to `sink`. Throws Errc::network
  // (connection, TLS, DNS, time-out, proxy: the text says which and names the host), and whatever
  // `sink` throws.
  virtual HttpResponse get(const HttpRequest& request, const ByteSink& sink) = 0;
  // Whether get() knows by itself what file:// stands for; of every other client site::get() reads
  // the file of that name instead.
  [[nodiscard]] virtual bool takes_file_urls() const { return false; }
  // Waits before a further try. A client that reaches no network does not wait.
  virtual void pause(std::chrono::milliseconds) {}
};

struct HttpOptions {
  std::string user_agent;            // "cco/2026.11.1"
  std::optional<Path> ca_file;       // SSL_CERT_FILE or [network] ca_file
  std::optional<Path> ca_directory;  // SSL_CERT_DIR
  // By what a user names an authority, for the error of one that is not known.
  std::string ca_setting = "SSL_CERT_FILE";
  std::string proxy;  // HTTPS_PROXY or [network] proxy; empty: none
  std::string no_proxy;
  Protocols protocols = Protocols::https_only;
  std::chrono::seconds connect_timeout{5};
  std::chrono::seconds stall_timeout{60};  // of HttpRequest::least_bytes_per_second
};

std::unique_ptr<HttpClient> make_http_client(const HttpOptions& options);

// The last base of a list may be file://: regular files only, symlinks in the last component
// refused, size capped. 404 where there is no such file; Errc::network for whatever else keeps it
// from being read, as of any source. Never used for a URL that came out of a
// manifest or a redirect.
HttpResponse read_file_url(const HttpRequest& request, const ByteSink& sink);

}  // namespace base
