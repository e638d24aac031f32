#include "tests/support/hostile_server.hpp"

#include "base/clock.hpp"
#include "base/deflate.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/tls_listener.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace test {
namespace {

using base::cat;

constexpr HostileMode kModes[] = {
    {"plain", "serves well: ETag, If-None-Match, Range"},
    {"redirect", "one redirect to the same file, which is fine"},
    {"redirect-http", "redirects to http://"},
    {"redirect-file", "redirects to file:///etc/passwd"},
    {"redirect-user", "redirects to a URL with a user name"},
    {"redirect-host", "redirects to https://localhost, another host that is allowed"},
    {"redirect-loop", "redirects to itself for ever"},
    {"status-403", "answers 403"},
    {"status-404", "answers 404"},
    {"status-404-once", "answers the first request for a path by 404, later ones well"},
    {"status-429", "answers 429 with Retry-After: 1"},
    {"status-429-date", "answers 429 with a Retry-After that is a date long from now"},
    {"status-429-garbage", "answers 429 with a Retry-After that is no time"},
    {"status-429-long", "answers 429 with Retry-After: 1000000000"},
    {"status-500", "answers 500 with a page"},
    {"status-503", "answers 503"},
    {"status-500-endless", "answers 500 with a page that never ends"},
    {"html", "answers 200 with an HTML page, as a captive portal"},
    {"nothing", "closes the connection instead of an answer"},
    {"silent", "never answers"},
    {"garbage", "answers something that is not HTTP"},
    {"headers", "sends headers that never end"},
    {"endless", "sends the file, then bytes without end (chunked)"},
    {"longer", "sends the file and 100,000 bytes more, all declared"},
    {"cut-short", "declares the whole file, sends half of it, closes"},
    {"reset", "declares the whole file, sends half of it, resets the connection"},
    {"reset-twice",
     "sends a third and resets the connection twice for a path, then serves it well"},
    {"half", "declares and sends the first half only, as if it were all"},
    {"flip-bit", "flips one bit in the middle"},
    {"drip", "sends five bytes a second"},
    {"stall", "sends half of the file, then nothing"},
    {"gzip", "sends the file compressed, with Content-Encoding: gzip"},
    {"ignore-range", "answers a Range request with the whole file"},
    {"wrong-range", "answers a Range request with other bytes than asked for"},
    {"range-full", "answers a Range request with 206 that says so, and the whole file"},
    {"range-short", "answers a Range request with the right header and half of the bytes"},
    {"range-other-total", "answers a Range request as if the file were one byte longer"},
    {"range-without-header", "answers a Range request with 206 without Content-Range"},
    {"range-refused", "answers a Range request with 416"},
    {"no-etag", "sends no ETag and does not look at If-Range"},
    {"weak-etag", "sends a weak ETag"},
    {"etag-change", "says with another ETag each time that the file has changed"},
    {"expired", "shows a certificate that expired a year ago"},
    {"wrong-host", "shows a certificate for other.example"},
    {"unknown-issuer", "shows a certificate of another authority than ca_file() has"},
    {"tls11", "speaks TLS 1.1 only"},
    {"proxy-refuses", "is a proxy that refuses every CONNECT with 403"},
};

void check_mode(std::string_view mode) {
  if (std::none_of(std::begin(kModes), std::end(kModes),
                   [&](const HostileMode& known) { return known.name == mode; })) {
    throw base::Error(base::Errc::usage, cat("no mode `", mode, "`"));
  }
}

// Tests set clocks of their own, to dates that stay while the machine's goes on.
constexpr auto kLongLife = std::chrono::days(20 * 365);

base::CertificateOptions certificate_options(std::string_view mode, base::Time now) {
  base::CertificateOptions options{.not_before = now - kLongLife, .not_after = now + kLongLife};
  if (mode == "expired") {
    options.not_before = now - std::chrono::days(500);
    options.not_after = now - std::chrono::days(365);
  }
  if (mode == "wrong-host") {
    options.names = {"other.example"};
  }
  return options;
}

std::string entity_tag(std::string_view body) {
  return cat("\"", body.size(), "-", base::crc32(body), "\"");
}

std::string head(int status, std::string_view more_headers, std::size_t length) {
  return cat("HTTP/1.1 ", status, " Status\r\n", more_headers, "Content-Length: ", length,
             "\r\n\r\n");
}

// "bytes=5-" with a start inside the body.
std::optional<std::size_t> range_start(const ReceivedRequest& request, std::size_t size) {
  const std::string range = request.header("range");
  if (!range.starts_with("bytes=") || !range.ends_with("-")) {
    return std::nullopt;
  }
  const auto start = base::parse_decimal(std::string_view(range).substr(6, range.size() - 7));
  return start && *start < size ? std::optional<std::size_t>(*start) : std::nullopt;
}

// A TLS 1.1 server's first words, whatever the client said: ServerHello with version 3.2.
std::string tls11_server_hello() {
  std::string body("\x03\x02", 2);
  body += std::string(32, 'r');
  body += std::string("\x00\x00\x2f\x00", 4);
  std::string handshake("\x02\x00\x00", 3);
  handshake += static_cast<char>(body.size());
  handshake += body;
  std::string record("\x16\x03\x02\x00", 4);
  record += static_cast<char>(handshake.size());
  return record + handshake;
}

}  // namespace

std::string ReceivedRequest::header(std::string_view lower_case_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first == lower_case_name;
  });
  return found == headers.end() ? "" : found->second;
}

std::span<const HostileMode> hostile_modes() { return kModes; }

// Shared with the threads of the connections, which may outlive the server for a moment.
struct HostileServer::State : std::enable_shared_from_this<HostileServer::State> {
  State(const base::Path& served, std::string_view first_mode, std::string_view first_only)
      : folder(served),
        mode(first_mode),
        only(first_only),
        own_folder(std::filesystem::temp_directory_path(), "hostile-server."),
        authority(base::system_now() - kLongLife, base::system_now() + kLongLife),
        other_authority(base::system_now() - kLongLife, base::system_now() + kLongLife) {
    check_mode(mode);
    (void)std::signal(SIGPIPE, SIG_IGN);  // clients go away in the middle of an answer
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      throw base::system_error("pipe", errno);
    }
    stop_reader = base::FileDescriptor(ends[0]);
    stop_writer = base::FileDescriptor(ends[1]);
    base::write_new_file(own_folder.path() / "ca.pem", ca_pem());
    is_raw = mode == "tls11" || mode == "proxy-refuses";
    if (is_raw) {
      listen_raw();
    } else {
      listener.emplace(0, authority.issue(certificate_options(mode, base::system_now())),
                       std::chrono::seconds(30));
      port = listener->port();
    }
  }

  [[nodiscard]] std::string ca_pem() const {
    return (mode == "unknown-issuer" ? other_authority : authority).certificate_pem();
  }

  void listen_raw() {
    raw_listener = base::FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(raw_listener.number(), generic, size) != 0 ||
        listen(raw_listener.number(), SOMAXCONN) != 0 ||
        getsockname(raw_listener.number(), generic, &size) != 0) {
      throw base::system_error("listen", errno);
    }
    port = ntohs(address.sin_port);
  }

  // True when the server ends within this time.
  [[nodiscard]] bool stopped_within(int milliseconds) const {
    pollfd entry{stop_reader.number(), POLLIN, 0};
    return poll(&entry, 1, milliseconds) > 0;
  }

  void accept_all() {
    if (is_raw) {
      accept_raw();
      return;
    }
    while (auto connection = listener->accept(stop_reader.number())) {
      ++connection_count;
      std::thread([self = shared_from_this(), connection = *std::move(connection)]() mutable {
        if (connection.handshake()) {
          self->serve(connection);
          connection.close();
        }
      }).detach();
    }
  }

  void accept_raw() {
    while (true) {
      std::array<pollfd, 2> waiting{
          {{raw_listener.number(), POLLIN, 0}, {stop_reader.number(), POLLIN, 0}}};
      (void)poll(waiting.data(), waiting.size(), -1);
      if (waiting[1].revents != 0) {
        return;
      }
      const base::FileDescriptor peer(
          accept4(raw_listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer.is_open()) {
        continue;
      }
      ++connection_count;
      char piece[4096];
      (void)!recv(peer.number(), piece, sizeof piece, 0);
      const std::string answer = mode == "tls11"
                                     ? tls11_server_hello()
                                     : "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
      (void)!send(peer.number(), answer.data(), answer.size(), MSG_NOSIGNAL);
      // What the client still says is read, so that it gets our answer and no reset.
      (void)shutdown(peer.number(), SHUT_WR);
      pollfd entry{peer.number(), POLLIN, 0};
      while (poll(&entry, 1, 1000) > 0 && recv(peer.number(), piece, sizeof piece, 0) > 0) {
      }
    }
  }

  static std::optional<ReceivedRequest> read_request(base::TlsConnection& connection,
                                                     std::string& received) {
    std::size_t end = std::string::npos;
    while ((end = received.find("\r\n\r\n")) == std::string::npos) {
      char piece[4096];
      const std::size_t got = connection.read(piece, sizeof piece);
      if (got == 0) {
        return std::nullopt;
      }
      received.append(piece, got);
    }
    const std::string text = received.substr(0, end);
    received.erase(0, end + 4);
    ReceivedRequest request;
    const auto lines = base::split_lines(text);
    const auto words = base::split(lines.front(), ' ');
    request.method = words.front();
    request.path = words.size() > 1 ? words[1] : "";
    for (const std::string_view line : std::span(lines).subspan(1)) {
      const auto colon = line.find(':');
      request.headers.emplace_back(
          base::lower_case(line.substr(0, colon)),
          base::trim(colon == std::string_view::npos ? "" : line.substr(colon + 1)));
    }
    return request;
  }

  void serve(base::TlsConnection& connection) {
    std::string received;
    while (const auto request = read_request(connection, received)) {
      std::string mode_now;
      std::ptrdiff_t seen_before = 0;
      {
        const std::lock_guard lock(mutex);
        seen_before = std::count_if(requests.begin(), requests.end(), [&](const auto& earlier) {
          return earlier.path == request->path;
        });
        requests.push_back(*request);
        mode_now = request->path.find(only) == std::string::npos ? "plain" : mode;
      }
      if (mode_now == "status-404-once") {
        mode_now = seen_before > 0 ? "plain" : "status-404";
      }
      if (mode_now == "reset-twice" && seen_before >= 2) mode_now = "plain";
      if (!answer(connection, *request, mode_now)) {
        return;
      }
    }
  }

  // False: the connection ends.
  bool answer(base::TlsConnection& connection, const ReceivedRequest& request,
              const std::string& mode_now) {
    if (mode_now == "nothing") {
      return false;
    }
    if (mode_now == "silent") {
      (void)stopped_within(-1);
      return false;
    }
    if (mode_now == "garbage") {
      connection.write("SSH-2.0-OpenSSH_9.2\r\nhello\r\n");
      return false;
    }
    if (mode_now == "headers") {
      bool open = connection.write("HTTP/1.1 200 OK\r\n");
      for (int i = 0; open && i < 10000; ++i) {
        open = connection.write(cat("X-", i, ": ", std::string(200, 'x'), "\r\n"));
      }
      return false;
    }
    if (mode_now.starts_with("redirect") && request.path.find("/redirected") != 0) {
      return connection.write(head(302, cat("Location: ", target(mode_now, request), "\r\n"), 0));
    }
    if (mode_now.starts_with("status-")) {
      return answer_status(connection, mode_now);
    }
    if (mode_now == "html") {
      const std::string_view page = "<!DOCTYPE html><html><body>Please log in.</body></html>\n";
      return connection.write(cat(head(200, "Content-Type: text/html\r\n", page.size()), page));
    }
    std::string path = request.path.substr(0, request.path.find('?'));
    if (path.starts_with("/redirected")) {
      path.erase(0, std::string_view("/redirected").size());
    }
    const auto body =
        path.find("..") != std::string::npos
            ? std::nullopt
            : read_served(folder / path.substr(std::min<std::size_t>(1, path.size())));
    if (!body) {
      return connection.write(cat(head(404, "", 10), "not found\n"));
    }
    return answer_file(connection, request, mode_now, *body);
  }

  static std::optional<std::string> read_served(const base::Path& path) {
    try {
      return base::read_file(path, std::size_t{1} << 30);
    } catch (const base::Error&) {
      return std::nullopt;
    }
  }

  [[nodiscard]] std::string target(const std::string& mode_now,
                                   const ReceivedRequest& request) const {
    if (mode_now == "redirect-http") {
      return cat("http://127.0.0.1:", port, "/redirected", request.path);
    }
    if (mode_now == "redirect-file") {
      return "file:///etc/passwd";
    }
    if (mode_now == "redirect-user") {
      return cat("https://user:secret@127.0.0.1:", port, "/redirected", request.path);
    }
    if (mode_now == "redirect-host") {
      return cat("https://localhost:", port, "/redirected", request.path);
    }
    return mode_now == "redirect-loop" ? request.path : cat("/redirected", request.path);
  }

  static std::string retry_after(std::string_view mode_now) {
    if (mode_now == "status-429") return "Retry-After: 1\r\n";
    if (mode_now == "status-429-long") return "Retry-After: 1000000000\r\n";
    if (mode_now == "status-429-garbage") return "Retry-After: when it is done\r\n";
    if (mode_now == "status-429-date") return "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n";
    return "";
  }

  static bool answer_status(base::TlsConnection& connection, const std::string& mode_now) {
    const std::string_view page = "<html><body>error</body></html>\n";
    const auto status = base::parse_decimal(std::string_view(mode_now).substr(7, 3)).value_or(500);
    if (mode_now == "status-500-endless") {
      return endless(connection, "HTTP/1.1 500 Status\r\nTransfer-Encoding: chunked\r\n\r\n", page);
    }
    return connection.write(
        cat(head(static_cast<int>(status), retry_after(mode_now), page.size()), page));
  }

  static bool endless(base::TlsConnection& connection, std::string_view head_text,
                      std::string_view body) {
    bool open = connection.write(cat(head_text, "1\r\n", body.substr(0, 1), "\r\n"));
    const std::string chunk = cat("2000\r\n", std::string(0x2000, 'x'), "\r\n");
    while (open) {
      open = connection.write(chunk);
    }
    return false;
  }

  bool answer_file(base::TlsConnection& connection, const ReceivedRequest& request,
                   const std::string& mode_now, const std::string& body) const {
    const std::string tag = cat("ETag: ", entity_tag(body), "\r\n");
    const std::string half = body.substr(0, body.size() / 2);
    if (mode_now == "endless") {
      return endless(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", body);
    }
    if (mode_now == "longer") {
      return connection.write(
          cat(head(200, tag, body.size() + 100000), body, std::string(100000, 'x')));
    }
    if (mode_now == "cut-short" || mode_now == "reset" || mode_now == "stall") {
      connection.write(cat(head(200, tag, body.size()), half));
      if (mode_now == "reset") {
        connection.reset();
      } else if (mode_now == "stall") {
        (void)stopped_within(-1);
      }
      return false;
    }
    if (mode_now == "half") {
      return connection.write(cat(head(200, tag, half.size()), half));
    }
    if (mode_now == "flip-bit" && !body.empty()) {
      std::string damaged = body;
      damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
      return connection.write(cat(head(200, tag, damaged.size()), damaged));
    }
    if (mode_now == "drip") {
      bool open = connection.write(head(200, tag, body.size()));
      for (std::size_t i = 0; open && i < body.size(); ++i) {
        open = connection.write(body.substr(i, 1)) && !stopped_within(200);
      }
      return open;
    }
    if (mode_now == "gzip") {
      const base::CompressedBytes packed = base::gzip(body, 6);
      return connection.write(cat(
          head(200, cat(tag, "Content-Encoding: gzip\r\n"), packed.view().size()), packed.view()));
    }
    if (mode_now == "reset-twice") {
      const std::size_t start = range_start(request, body.size()).value_or(0);
      const std::string range =
          cat("Content-Range: bytes ", start, "-", body.size() - 1, "/", body.size(), "\r\n");
      connection.write(cat(head(start == 0 ? 200 : 206, cat(tag, range), body.size() - start),
                           body.substr(start, body.size() / 3)));
      connection.reset();
      return false;
    }
    return answer_well(connection, request, mode_now, body);
  }

  // "ETag: …\r\n", or nothing where the mode sends none.
  [[nodiscard]] std::string tag_line(std::string_view mode_now, std::string_view body) const {
    if (mode_now == "no-etag") return "";
    if (mode_now == "weak-etag") return cat("ETag: W/", entity_tag(body), "\r\n");
    if (mode_now == "etag-change") return cat("ETag: \"", requests_so_far(), "\"\r\n");
    return cat("ETag: ", entity_tag(body), "\r\n");
  }

  [[nodiscard]] std::size_t requests_so_far() const {
    const std::lock_guard lock(mutex);
    return requests.size();
  }

  bool answer_well(base::TlsConnection& connection, const ReceivedRequest& request,
                   const std::string& mode_now, const std::string& body) const {
    const std::string tag = tag_line(mode_now, body);
    if (request.header("if-none-match") == entity_tag(body)) {
      return connection.write(cat("HTTP/1.1 304 Not Modified\r\n", tag, "\r\n"));
    }
    const std::string if_range = request.header("if-range");
    const bool still_the_same = if_range.empty() || mode_now == "no-etag" ||
                                mode_now == "weak-etag" ||
                                (mode_now != "etag-change" && if_range == entity_tag(body));
    const auto start = range_start(request, body.size());
    if (start && still_the_same && mode_now != "ignore-range") {
      return answer_range(connection, mode_now, tag, body, *start);
    }
    return connection.write(cat(head(200, tag, body.size()), request.method == "HEAD" ? "" : body));
  }

  static bool answer_range(base::TlsConnection& connection, std::string_view mode_now,
                           const std::string& tag, std::string_view body, std::size_t start) {
    if (mode_now == "range-refused") {
      return connection.write(head(416, cat("Content-Range: bytes */", body.size(), "\r\n"), 0));
    }
    const bool is_whole = mode_now == "wrong-range" || mode_now == "range-full";
    const std::size_t first = is_whole ? 0 : start;
    const std::size_t total = body.size() + (mode_now == "range-other-total" ? 1 : 0);
    std::string_view part = body.substr(first);
    if (mode_now == "range-short") part = part.substr(0, part.size() / 2);
    const std::string range =
        cat("Content-Range: bytes ", first, "-", total - 1, "/", total, "\r\n");
    return connection.write(cat(
        head(206, cat(tag, mode_now == "range-without-header" ? "" : range), part.size()), part));
  }

  const base::Path folder;
  mutable std::mutex mutex;
  std::string mode, only;
  std::vector<ReceivedRequest> requests;
  std::atomic<int> connection_count = 0;
  base::TemporaryDirectory own_folder;
  base::CertificateAuthority authority, other_authority;
  std::optional<base::TlsListener> listener;
  base::FileDescriptor raw_listener, stop_reader, stop_writer;
  bool is_raw = false;
  std::uint16_t port = 0;
  std::thread acceptor;
};

HostileServer::HostileServer(const base::Path& folder, std::string_view mode, std::string_view only)
    : m_state(std::make_shared<State>(folder, mode, only)) {
  m_state->acceptor = std::thread([state = m_state.get()] { state->accept_all(); });
}

HostileServer::~HostileServer() {
  // Closing the writing end makes the reading end readable for every thread that waits.
  m_state->stop_writer = base::FileDescriptor();
  m_state->acceptor.join();
}

void HostileServer::set_mode(std::string_view mode, std::string_view only) {
  check_mode(mode);
  const std::lock_guard lock(m_state->mutex);
  m_state->mode = mode;
  m_state->only = only;
}

std::string HostileServer::url() const {
  return m_state->mode == "proxy-refuses" ? cat("http://127.0.0.1:", m_state->port)
                                          : cat("https://127.0.0.1:", m_state->port, "/");
}

std::string HostileServer::ca_pem() const { return m_state->ca_pem(); }

base::Path HostileServer::ca_file() const { return m_state->own_folder.path() / "ca.pem"; }

std::vector<ReceivedRequest> HostileServer::requests() const {
  const std::lock_guard lock(m_state->mutex);
  return m_state->requests;
}

int HostileServer::connections() const { return m_state->connection_count; }

}  // namespace test
