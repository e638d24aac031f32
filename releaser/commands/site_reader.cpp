#include "releaser/commands/site_reader.hpp"

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "site/source.hpp"

#include <filesystem>
#include <utility>

namespace releaser {

using base::cat;

base::HttpOptions http_options(const base::Environment& environment) {
  base::HttpOptions options;
  options.user_agent = cat("cco-release/", base::build_info().version);
  if (const auto file = environment.find("SSL_CERT_FILE")) options.ca_file = *file;
  if (const auto folder = environment.find("SSL_CERT_DIR")) options.ca_directory = *folder;
  for (const char* const name : {"https_proxy", "HTTPS_PROXY"}) {
    if (const auto proxy = environment.find(name)) options.proxy = *proxy;
  }
  for (const char* const name : {"no_proxy", "NO_PROXY"}) {
    if (const auto hosts = environment.find(name)) options.no_proxy = *hosts;
  }
  return options;
}

std::unique_ptr<base::HttpClient> make_client(const base::Environment& environment) {
  return base::make_http_client(http_options(environment));
}

namespace {

// Some errors name the host alone, and it shows many files.
base::HttpResponse get_named(base::HttpClient& http, const base::HttpRequest& request,
                             const base::ByteSink& sink, std::string_view name) {
  try {
    return site::get(http, request, sink);
  } catch (const base::Error& error) {
    if (std::string_view(error.what()).find(name) != std::string_view::npos) throw;
    throw base::Error(error.code(), cat(name, ": ", error.what()));
  }
}

}  // namespace

FetchFile fetch_from(base::HttpClient& http,
                     std::function<base::Url(std::string_view name)> url_of) {
  return [&http, url_of = std::move(url_of)](std::string_view name, std::uint64_t max_bytes,
                                             const base::ByteSink& sink) {
    const base::HttpRequest request{.url = url_of(name),
                                    .headers = {},
                                    .max_bytes = max_bytes,
                                    .deadline = std::chrono::hours(1)};
    const base::HttpResponse response = get_named(http, request, sink, name);
    if (response.status == 404 || response.status == 410) return false;
    if (response.status != 200) {
      throw base::Error(base::Errc::network, cat(request.url.text(), " answers ", response.status));
    }
    return true;
  };
}

FetchFile fetch_below(base::HttpClient& http, const base::Url& base_url) {
  return fetch_from(http, [base_url](std::string_view name) { return base_url.child(name); });
}

}  // namespace releaser
