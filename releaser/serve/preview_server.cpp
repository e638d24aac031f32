#include "releaser/serve/preview_server.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/serve/static_files.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <unistd.h>

namespace releaser {
namespace {

constexpr std::size_t kMaxHeadBytes = std::size_t{16} * 1024;
constexpr std::size_t kPieceBytes = std::size_t{64} * 1024;
constexpr std::chrono::seconds kConnectionTimeOut{10};
// A head may come in pieces, but not a byte every nine seconds.
constexpr std::chrono::seconds kHeadDeadline{20};

base::Path canonical_folder(const base::Path& folder) {
  std::error_code error;
  base::Path root = std::filesystem::canonical(folder, error);
  if (error || !std::filesystem::is_directory(root, error)) {
    throw base::Error(base::Errc::not_found,
                      base::cat("there is no folder ", folder.string(), " to serve"));
  }
  return root;
}

// Sends the answer; false where the connection is of no more use.
bool send_answer(base::TlsConnection& connection, const ServedAnswer& answer, bool with_body,
                 bool keep_alive) {
  std::string pending = answer_head(answer, keep_alive);
  if (with_body) {
    pending += answer.text;
  }
  if (!with_body || !answer.file.is_open()) {
    return connection.write(pending);
  }
  std::uint64_t offset = answer.part.first;
  std::uint64_t left = answer.length;
  while (left > 0) {
    std::string piece(std::min<std::uint64_t>(kPieceBytes, left), '\0');
    const auto got =
        pread(answer.file.number(), piece.data(), piece.size(), static_cast<off_t>(offset));
    if (got <= 0) {
      return false;  // became shorter: the cut connection tells the other side
    }
    piece.resize(static_cast<std::size_t>(got));
    pending += piece;
    if (!connection.write(pending)) {
      return false;
    }
    pending.clear();
    offset += piece.size();
    left -= piece.size();
  }
  return connection.write(pending);
}

// Reads up to the end of a request's head; what follows it stays in `received`.
enum class HeadResult { complete, closed, too_large };
HeadResult read_head(base::TlsConnection& connection, std::string& received, std::string& head) {
  const auto deadline = std::chrono::steady_clock::now() + kHeadDeadline;
  for (;;) {
    if (const auto end = received.find("\r\n\r\n"); end != std::string::npos) {
      if (end > kMaxHeadBytes) return HeadResult::too_large;
      head = received.substr(0, end);
      received.erase(0, end + 4);
      return HeadResult::complete;
    }
    if (received.size() > kMaxHeadBytes) {
      return HeadResult::too_large;
    }
    char piece[4096];
    const std::size_t got = connection.read(piece, sizeof piece);
    if (got == 0 || std::chrono::steady_clock::now() > deadline) {
      return HeadResult::closed;
    }
    received.append(piece, got);
  }
}

void serve_connection(base::TlsConnection connection, const base::Path& root) {
  if (!connection.handshake()) {
    return;
  }
  std::string received;
  std::string head;
  for (bool keep_alive = true; keep_alive;) {
    const HeadResult result = read_head(connection, received, head);
    if (result == HeadResult::closed) {
      break;
    }
    const auto request = result == HeadResult::complete ? parse_served_request(head) : std::nullopt;
    if (!request) {
      send_answer(connection, {.status = result == HeadResult::too_large ? 431 : 400}, true, false);
      break;
    }
    // A body that nobody asked for would be read as the next request.
    const bool has_body = request->header("content-length").value_or("0") != "0" ||
                          request->header("transfer-encoding").has_value();
    keep_alive = request->keep_alive && !has_body;
    keep_alive = send_answer(connection, answer_request(root, *request), request->method != "HEAD",
                             keep_alive) &&
                 keep_alive;
  }
  connection.close();
}

// Counts the threads that serve, so that the server can wait for a free place and for the last one.
class Places {
 public:
  void take() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_taken < kMaxServedConnections; });
    ++m_taken;
  }
  void give_back() {
    const std::lock_guard lock(m_mutex);
    --m_taken;
    m_changed.notify_all();
  }
  void wait_until_free(std::chrono::seconds limit) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, limit, [this] { return m_taken == 0; });
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  int m_taken = 0;
};

}  // namespace

PreviewServer::PreviewServer(const base::Path& folder, std::uint16_t port, base::Time now)
    : m_root(canonical_folder(folder)),
      m_authority(now - std::chrono::days(1), now + std::chrono::days(365)),
      m_listener(port,
                 m_authority.issue({.not_before = now - std::chrono::days(1),
                                    .not_after = now + std::chrono::days(30)}),
                 kConnectionTimeOut) {}

std::string PreviewServer::url() const {
  return base::cat("https://127.0.0.1:", m_listener.port(), "/");
}

void PreviewServer::run(int stop_descriptor) {
  const auto places = std::make_shared<Places>();
  const auto root = std::make_shared<const base::Path>(m_root);
  while (auto connection = m_listener.accept(stop_descriptor)) {
    places->take();
    // Detached: a slow reader must not keep the program from ending. The thread holds all that it
    // uses.
    std::thread([places, root, connection = *std::move(connection)]() mutable {
      try {
        serve_connection(std::move(connection), *root);
      } catch (const std::exception&) {
        // A file that cannot be looked at ends this connection; the other side sees it cut off.
      }
      places->give_back();
    }).detach();
  }
  places->wait_until_free(std::chrono::seconds(1));
}

}  // namespace releaser
