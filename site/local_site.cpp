#include "site/local_site.hpp"

#include "base/error.hpp"
#include "base/file_url.hpp"
#include "base/tar_index.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;

// Manifests name hosts; of those nobody is asked.
[[noreturn]] void refuse_network() {
  throw Error(Errc::not_found, "is not asked, because --from is the only source");
}

class NoNetwork : public base::HttpClient {
 public:
  base::HttpResponse get(const base::HttpRequest&, const base::ByteSink&) override {
    refuse_network();
  }
};

// The files of a bundle, below the URL of the bundle itself.
class BundleReader : public base::HttpClient {
 public:
  BundleReader(base::FileDescriptor file, base::TarIndex index, const base::Url& base_url)
      : m_file(std::move(file)), m_index(std::move(index)), m_below(base_url.text() + "/") {}

  [[nodiscard]] bool has(std::string_view name) const {
    return m_index.find(name) != m_index.end();
  }

  [[nodiscard]] bool takes_file_urls() const override { return true; }

  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override {
    const std::string_view url = request.url.text();
    if (!url.starts_with(m_below)) refuse_network();
    const auto found = m_index.find(url.substr(m_below.size()));
    base::HttpResponse response;
    response.status = found == m_index.end() ? 404 : 200;
    if (response.status != 200) return response;
    if (found->second.size > request.max_bytes) {
      throw Error(Errc::untrusted, cat(found->first, " is larger than the ", request.max_bytes,
                                       " bytes that are allowed"));
    }
    if (request.before_body) request.before_body(response);
    response.body_bytes = send(found->second, sink);
    return response;
  }

 private:
  // A medium that cannot be read is a fault of this source, as of a server that does not answer.
  std::size_t read(char* buffer, std::size_t size, std::uint64_t offset) {
    try {
      return base::read_at(m_file, buffer, size, offset);
    } catch (const Error& error) {
      throw Error(Errc::network, cat("the bundle: ", error.what()));
    }
  }
  std::uint64_t send(const base::TarStretch& stretch, const base::ByteSink& sink) {
    std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, stretch.size)),
                      '\0');
    std::uint64_t sent = 0;
    while (sent < stretch.size) {
      const auto wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), stretch.size - sent));
      const std::size_t count = read(piece.data(), wanted, stretch.offset + sent);
      if (count == 0) throw Error(Errc::network, "the bundle was cut short while it was read");
      sink(std::string_view(piece.data(), count));
      sent += count;
    }
    return sent;
  }

  base::FileDescriptor m_file;
  base::TarIndex m_index;
  std::string m_below;
};

LocalSite open_bundle(const base::Path& path) {
  base::FileDescriptor file = base::open_regular_file(path);
  base::TarIndex index = [&] {
    try {
      return base::read_tar_index(file, kMaxBundleFiles);
    } catch (const Error& error) {
      throw Error(error.code(),
                  cat(base::safe_text(path.native(), 200), " is no whole bundle: ", error.what(),
                      "; copy it again, or make it anew with cco-release bundle"));
    }
  }();
  const base::Url base_url = base::file_url(path);
  auto reader = std::make_unique<BundleReader>(std::move(file), std::move(index), base_url);
  const BundleReader& borrowed = *reader;
  return {.http = std::move(reader),
          .base_url = base_url,
          .has = [&borrowed](std::string_view name) { return borrowed.has(name); }};
}

LocalSite open_folder(const base::Path& path) {
  std::error_code error;
  const base::Path folder = std::filesystem::canonical(path, error);
  if (error) throw base::system_error(cat("open the folder ", path.native()), error.value());
  return {.http = std::make_unique<NoNetwork>(),
          .base_url = base::file_url(folder),
          .has = [folder](std::string_view name) {
            return base::type_of(folder / name, base::Links::not_followed) ==
                   std::filesystem::file_type::regular;
          }};
}

}  // namespace

LocalSite open_local_site(const base::Path& from) {
  return base::type_of(from) == std::filesystem::file_type::directory ? open_folder(from)
                                                                      : open_bundle(from);
}

}  // namespace site
