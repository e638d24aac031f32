#pragma once

#include "base/file.hpp"
#include "base/http.hpp"
#include "base/url.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace site {

// More roots than a walk follows, and a few files a channel, beside the archives.
inline constexpr std::size_t kMaxBundleFiles = 1024;

// A copy of a site on this machine, for where there is no network. It proves nothing by itself:
// what comes from it is believed as far as what comes from a server.
struct LocalSite {
  std::unique_ptr<base::HttpClient> http;  // has no network, whatever it is asked for
  base::Url base_url;
  // Is there a file of that name below the base: "releases/v1.0.0/tool-1.0.0-linux-x86_64.tar.gz"?
  std::function<bool(std::string_view name)> has;
};

// A folder as a site has it, or a bundle (`cco-release bundle`), which is read where it lies:
// nothing is unpacked, so there is nothing to make room for or to clean up. Throws Errc::not_found
// where there is neither, Errc::untrusted for a file that is no whole bundle, with what to do.
LocalSite open_local_site(const base::Path& from);

}  // namespace site
