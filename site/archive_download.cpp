#include "site/archive_download.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "site/part_file.hpp"
#include "site/partial_download.hpp"
#include "site/patience.hpp"
#include "site/polite_client.hpp"
#include "trust/digest.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// Slower than this, for as long as the client bears a stall, is no download. There is no limit of
// the whole time: a slow line is honest.
constexpr std::uint64_t kSlowestBytesPerSecond = 1'024;
constexpr unsigned kTriesPerSource = 3;
constexpr unsigned kTriesInAll = 10;

[[noreturn]] void fail_as_web_page() {
  throw Error(Errc::network,
              "the answer is a web page; is there a login page between here and the server?");
}

[[noreturn]] void fail(const std::string& problem) { throw Error(Errc::untrusted, problem); }

void require_room_for(std::string_view bytes, std::uint64_t size,
                      const schema::PlatformEntry& entry) {
  if (bytes.size() > entry.size - size) {
    fail(cat("it is longer than the ", entry.size, " bytes that the manifest says"));
  }
}

void require_whole(std::uint64_t size, const schema::PlatformEntry& entry) {
  if (size != entry.size) fail(cat("it is cut short: ", size, " of ", entry.size, " bytes"));
}

void require_digest(const trust::Sha256& sha256, const schema::PlatformEntry& entry) {
  if (sha256 != entry.sha256) {
    fail(cat("its SHA-256 is ", sha256.hex(), ", and the manifest says ", entry.sha256.hex()));
  }
}

// "bytes 500-999/1000": the rest, to the last byte.
bool is_rest(const base::HttpResponse& head, std::uint64_t from, std::uint64_t size) {
  return head.header("content-range") == cat("bytes ", from, "-", size - 1, "/", size);
}

// May the same source do better after a pause? Not where it asks for a longer one itself.
bool is_passing(const base::HttpResponse& response) {
  const auto wait = parse_retry_after(response.header("retry-after").value_or(""), base::Time());
  return is_passing_status(response.status) &&
         wait.value_or(std::chrono::seconds(0)) <= kLongestWaitInARun;
}

// One download from whatever sources, and what it got so far.
class Download {
 public:
  Download(const ArchiveRequest& request, const DownloadProgress& progress)
      : m_entry(request.entry),
        m_progress(progress),
        m_partial(request.kept_in, request.staging,
                  {.size = request.entry.size, .sha256 = request.entry.sha256}) {}

  // One try, which ends with the whole archive or throws.
  void fetch(base::HttpClient& http, const base::Url& url) {
    try {
      fetch_rest(http, url);
    } catch (const Error& error) {
      // Whose fault it is that kept bytes and new ones do not fit, nobody knows: this source gets
      // the chance to show all of it.
      if (!m_continued || error.code() != Errc::untrusted) throw;
      m_partial.start_over(url, std::nullopt);
      fetch_rest(http, url);
    }
  }

  [[nodiscard]] bool may_try_again() const { return m_may_try_again; }
  // What is wrong is not gone on with.
  void drop_if_wrong(Errc code, const base::Url& url) {
    if (code == Errc::untrusted) m_partial.start_over(url, std::nullopt);
  }
  // After the last try: what the next run can go on with stays, and a full disk gets its room back.
  void leave(Errc code) {
    if (m_partial.size() == 0 || code == Errc::cannot_write) m_partial.discard();
  }
  ProvenArchive proven(const base::Url& url) {
    return {
        .file = m_partial.release(), .source = url.text(), .downloaded_bytes = m_received_bytes};
  }

 private:
  void fetch_rest(base::HttpClient& http, const base::Url& url) {
    m_continued = m_partial.size() > 0;
    m_may_try_again = true;
    if (m_progress) m_progress(m_partial.size());
    // A kill may have come between the last byte and the proof.
    if (m_partial.size() < m_entry.size) request_rest(http, url);
    require_whole(m_partial.size(), m_entry);
    require_digest(m_partial.finish(), m_entry);
  }

  void request_rest(base::HttpClient& http, const base::Url& url) {
    base::HttpRequest request{.url = url,
                              .headers = {},
                              .max_bytes = m_entry.size,
                              .deadline = std::chrono::seconds(0),
                              .least_bytes_per_second = kSlowestBytesPerSecond};
    if (m_continued) {
      request.headers.emplace_back("Range", cat("bytes=", m_partial.size(), "-"));
      // Of another source, or one without a strong tag: then the digest alone tells whether the two
      // parts are of one file.
      if (const auto tag = m_partial.entity_tag_of(url)) {
        request.headers.emplace_back("If-Range", *tag);
      }
    }
    bool is_first = true;
    request.before_body = [&](const base::HttpResponse& head) { begin(head); };
    const base::HttpResponse response = get(http, request, [&](std::string_view bytes) {
      if (std::exchange(is_first, false)) take_first(url, bytes);
      take(bytes);
    });
    judge(response);
  }

  // Before a byte of a body is believed to belong here.
  void begin(const base::HttpResponse& head) {
    m_starts_over = head.status == 200;
    m_entity_tag = head.header("etag");
    if (head.status == 200) return;
    if (head.status == 206 && m_continued) {
      if (is_rest(head, m_partial.size(), m_entry.size)) return;
      fail("its answer is another part of the file than was asked for");
    }
    throw Error(Errc::network, cat("HTTP ", head.status));
  }

  // What is kept outlives the page of a captive portal.
  void take_first(const base::Url& url, std::string_view bytes) {
    if (!m_starts_over) return;
    if (looks_like_web_page(bytes)) {
      m_may_try_again = false;
      fail_as_web_page();
    }
    m_partial.start_over(url, m_entity_tag);
    if (m_continued && m_progress) m_progress(0);
    m_continued = false;
  }

  void take(std::string_view bytes) {
    require_room_for(bytes, m_partial.size(), m_entry);
    m_partial.append(bytes);
    m_received_bytes += bytes.size();
    if (m_progress) m_progress(m_partial.size());
  }

  void judge(const base::HttpResponse& response) {
    const int status = response.status;
    if (status == 200 || (status == 206 && m_continued)) return;
    m_may_try_again = is_passing(response);
    if (status == 416 && m_continued) fail("it has no more of the file than is kept here");
    if (status == 404 || status == 410) throw Error(Errc::not_found, cat("HTTP ", status));
    throw Error(Errc::network, cat("HTTP ", status));
  }

  const schema::PlatformEntry& m_entry;
  const DownloadProgress& m_progress;
  PartialDownload m_partial;
  std::uint64_t m_received_bytes = 0;
  std::optional<std::string> m_entity_tag;
  bool m_continued = false;    // this try began with bytes that were there
  bool m_starts_over = false;  // this answer is the whole file
  bool m_may_try_again = true;
};

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
  Download download(request, progress);
  Failures failures;
  unsigned tries_in_all = 0;
  for (const base::Url& url : archive_sources(request)) {
    for (unsigned tries = 1; tries_in_all < kTriesInAll; ++tries) {
      if (tries > 1) http.pause(back_off(tries_in_all));
      ++tries_in_all;
      try {
        download.fetch(http, url);
        return download.proven(url);
      } catch (const Error& error) {
        if (!is_fault_of_source(error.code())) {
          download.leave(error.code());
          throw;
        }
        download.drop_if_wrong(error.code(), url);
        const bool may_pass = error.code() == Errc::network && download.may_try_again();
        if (may_pass && tries < kTriesPerSource) continue;
        failures.add(url, error.code(), error.what());
        break;
      }
    }
  }
  download.leave(Errc::network);
  throw failures.error();
}

ProvenArchive take_archive(const base::Path& path, const ArchiveRequest& request,
                           const DownloadProgress& progress) {
  const base::FileDescriptor source = base::open_regular_file(path);
  ProvenArchive archive{
      .file = make_unnamed_file(request.staging), .source = path.string(), .downloaded_bytes = 0};
  base::with_context(path.string(), [&] {
    trust::Sha256Hasher hasher;
    std::uint64_t size = 0;
    base::stream_file(source, [&](std::string_view bytes) {
      require_room_for(bytes, size, request.entry);
      base::write_all(archive.file, bytes, request.staging);
      hasher.update(bytes);
      size += bytes.size();
      if (progress) progress(size);
    });
    require_whole(size, request.entry);
    require_digest(hasher.finish(), request.entry);
  });
  return archive;
}

}  // namespace site
