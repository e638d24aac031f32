#include "site/archive_download.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "site/unnamed_file.hpp"
#include "trust/digest.hpp"

#include <algorithm>
#include <chrono>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// Slower than this is no download; a client's own stall timer is for servers that say nothing.
constexpr std::uint64_t kSlowestBytesPerSecond = 1'024;
constexpr int kTriesPerSource = 3;
constexpr std::uint64_t kShortestDeadlineSeconds = 300;

std::chrono::seconds deadline_for(std::uint64_t size) {
  return std::chrono::seconds(std::max(kShortestDeadlineSeconds, size / kSlowestBytesPerSecond));
}

// The bytes of one source on their way to the disk.
class Arrival {
 public:
  Arrival(const ArchiveRequest& request, const base::FileDescriptor& file,
          const DownloadProgress& progress)
      : m_entry(request.entry), m_staging(request.staging), m_file(file), m_progress(progress) {
    empty_file(m_file, m_staging);
    if (m_progress) m_progress(0);
  }

  void take(std::string_view bytes) {
    if (m_size == 0) m_web_page = looks_like_web_page(bytes);
    if (bytes.size() > m_entry.size - m_size) {
      fail(cat("it is longer than the ", m_entry.size, " bytes that the manifest says"));
    }
    base::write_all(m_file, bytes, m_staging);
    m_hasher.update(bytes);
    m_size += bytes.size();
    if (m_progress) m_progress(m_size);
  }

  // Once, at the end.
  void require_whole() {
    if (m_size != m_entry.size) {
      fail(cat("it is cut short: ", m_size, " of ", m_entry.size, " bytes"));
    }
    const trust::Sha256 sha256 = m_hasher.finish();
    if (sha256 != m_entry.sha256) {
      fail(cat("its SHA-256 is ", sha256.hex(), ", and the manifest says ", m_entry.sha256.hex()));
    }
  }

  [[nodiscard]] std::uint64_t size() const { return m_size; }
  [[nodiscard]] bool is_web_page() const { return m_web_page; }

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    if (m_web_page) {
      throw Error(Errc::network,
                  "the answer is a web page; is there a login page between here and the server?");
    }
    throw Error(Errc::untrusted, cat(problem));
  }

  const schema::PlatformEntry& m_entry;
  const base::Path& m_staging;
  const base::FileDescriptor& m_file;
  const DownloadProgress& m_progress;
  trust::Sha256Hasher m_hasher;
  std::uint64_t m_size = 0;
  bool m_web_page = false;
};

void fetch_from(base::HttpClient& http, const base::Url& url, Arrival& arrival,
                std::uint64_t size) {
  const base::HttpRequest request{
      .url = url, .headers = {}, .max_bytes = size, .deadline = deadline_for(size)};
  const base::HttpResponse response =
      get(http, request, [&](std::string_view bytes) { arrival.take(bytes); });
  if (response.status == 404 || response.status == 410) {
    throw Error(Errc::not_found, cat("HTTP ", response.status));
  }
  if (response.status != 200) throw Error(Errc::network, cat("HTTP ", response.status));
  arrival.require_whole();
}

}  // namespace

std::vector<base::Url> archive_sources(const ArchiveRequest& request) {
  std::vector<base::Url> sources;
  const auto add = [&](const base::Url& url) {
    if (std::find(sources.begin(), sources.end(), url) == sources.end()) sources.push_back(url);
  };
  const std::string below_base =
      cat("releases/v", request.version.text(), "/", schema::asset_name(request.entry.url));
  for (const base::Url& base_url : request.configured_bases)
    add(base_url.child(below_base));
  add(request.entry.url);
  for (const base::Url& mirror : request.entry.mirrors)
    add(mirror);
  return sources;
}

ProvenArchive download_archive(base::HttpClient& http, const ArchiveRequest& request,
                               const DownloadProgress& progress) {
  ProvenArchive archive{
      .file = make_unnamed_file(request.staging), .source = {}, .downloaded_bytes = 0};
  Failures failures;
  for (const base::Url& url : archive_sources(request)) {
    for (int tries = 1; tries <= kTriesPerSource; ++tries) {
      Arrival arrival(request, archive.file, progress);
      try {
        fetch_from(http, url, arrival, request.entry.size);
        archive.downloaded_bytes += arrival.size();
        archive.source = url.text();
        return archive;
      } catch (const Error& error) {
        if (!is_fault_of_source(error.code())) throw;
        archive.downloaded_bytes += arrival.size();
        // A connection that broke on the way may hold the next time.
        const bool broke_off =
            error.code() == Errc::network && arrival.size() > 0 && !arrival.is_web_page();
        if (broke_off && tries < kTriesPerSource) continue;
        failures.add(url, error.code(), error.what());
        break;
      }
    }
  }
  throw failures.error();
}

ProvenArchive take_archive(const base::Path& path, const ArchiveRequest& request,
                           const DownloadProgress& progress) {
  const base::FileDescriptor source = base::open_regular_file(path);
  ProvenArchive archive{
      .file = make_unnamed_file(request.staging), .source = path.string(), .downloaded_bytes = 0};
  base::with_context(path.string(), [&] {
    Arrival arrival(request, archive.file, progress);
    base::stream_file(source, [&](std::string_view bytes) { arrival.take(bytes); });
    arrival.require_whole();
  });
  return archive;
}

}  // namespace site
