#pragma once

#include "base/error.hpp"
#include "base/http.hpp"
#include "base/url.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace site {

// Where a product is published: base URLs in the order in which they are asked. file:// only as
// what a user or an identity record set, never from a manifest.
struct Site {
  base::HttpClient& http;
  std::vector<base::Url> base_urls;
};

// GET by whatever the URL needs: the client, or the reader of files.
base::HttpResponse get(base::HttpClient& http, const base::HttpRequest& request,
                       const base::ByteSink& sink);

// The same into memory, three times where it fails in a way that may pass, unless that took long.
// `body` is that of the last answer.
base::HttpResponse get_patiently(base::HttpClient& http, const base::HttpRequest& request,
                                 std::string& body);

// The first bytes of an answer look like a web page: a captive portal, an error page with status
// 200.
bool looks_like_web_page(std::string_view first_bytes);

enum class Freshness { any, from_the_origin };
// A bucket that may not be listed answers 403 for what is not there.
enum class WhenForbidden { fail, is_missing };

// A status that says that the same request may be answered well a little later.
bool is_passing_status(int status);

// Reads a small file of a site into memory; nobody has proven the bytes. Nothing where the answer
// is 404 or 410. What may pass is tried three times. Throws Errc::network for any other status and
// for a web page.
std::optional<std::string> fetch_small_file(base::HttpClient& http, const base::Url& url,
                                            std::size_t max_bytes, Freshness freshness,
                                            WhenForbidden when_forbidden = WhenForbidden::fail);

// What went wrong with each of several sources, and what that means as a whole: untrusted if any
// was, else expired, else network, else not found.
class Failures {
 public:
  void add(const base::Url& source, base::Errc code, std::string_view problem);
  [[nodiscard]] bool empty() const { return m_text.empty(); }
  [[nodiscard]] base::Error error() const;

 private:
  std::string m_text;
  bool m_untrusted = false;
  bool m_expired = false;
  bool m_network = false;
};

// May another source be asked after this error? Not where the disk or the user is the reason. A
// mirror that stood still is expired, and another may be fresh.
bool is_fault_of_source(base::Errc code);

}  // namespace site
