#pragma once

#include "base/environment.hpp"
#include "base/http.hpp"
#include "base/url.hpp"
#include "releaser/stages/verify_release.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace releaser {

// The proxies and certificates of the environment.
base::HttpOptions http_options(const base::Environment& environment);

// A client with the proxies and certificates of the environment.
std::unique_ptr<base::HttpClient> make_client(const base::Environment& environment);

// Fetches each name from the address that `url_of` gives it. `http` is borrowed.
FetchFile fetch_from(base::HttpClient& http,
                     std::function<base::Url(std::string_view name)> url_of);

// Fetches below a base URL as anybody could. Both are borrowed.
FetchFile fetch_below(base::HttpClient& http, const base::Url& base_url);

}  // namespace releaser
