#include "agent/service/http_reply.hpp"
#include "agent/service/loopback.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::FileDescriptor;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = std::size_t{64} * 1024;

FileDescriptor make_socket() {
  FileDescriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.is_open()) {
    throw base::system_error("make a socket", errno);
  }
  return made;
}

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The one cast that the socket interface asks for.
const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool is_again(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

// Waits for one event of one socket; false at the deadline.
bool wait_for(const FileDescriptor& socket, short event, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      return false;
    }
    pollfd waiting{socket.number(), event, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0) {
      return true;
    }
    if (ready < 0 && errno != EINTR) {
      return false;
    }
  }
}

std::optional<LoopbackAnswer> parse_answer(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  const std::vector<std::string_view> words = base::split(text.substr(0, text.find('\r')), ' ');
  if (end == std::string_view::npos || words.size() < 2 || !words[0].starts_with("HTTP/1.")) {
    return std::nullopt;
  }
  const auto status = base::parse_decimal(words[1]);
  if (!status || *status > 999) {
    return std::nullopt;
  }
  return LoopbackAnswer{static_cast<int>(*status), std::string(text.substr(end + 4))};
}

}  // namespace

FileDescriptor listen_on_loopback(std::uint16_t port) {
  FileDescriptor listener = make_socket();
  // A connection of before that is still dying is no reason not to listen.
  const int yes = 1;
  const sockaddr_in address = loopback_address(port);
  if (setsockopt(listener.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(listener.number(), generic(address), sizeof address) != 0 ||
      listen(listener.number(), SOMAXCONN) != 0) {
    const int problem = errno;
    if (problem == EADDRINUSE) {
      throw Error(Errc::config, cat("port ", port,
                                    " of 127.0.0.1 is in use; end what uses it, or "
                                    "choose another one by --port or `service.port`"));
    }
    throw Error(Errc::config, base::system_error(cat("listen on port ", port), problem).what());
  }
  return listener;
}

std::uint16_t port_of(const FileDescriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  int listens = 0;
  socklen_t listens_size = sizeof listens;
  if (getsockopt(listener.number(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0 ||
      listens == 0 ||
      getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      address.sin_family != AF_INET) {
    throw Error(Errc::config, "the descriptor that was passed on is no listening socket");
  }
  return ntohs(address.sin_port);
}

void LoopbackServer::add_events(std::vector<pollfd>& events, Accept accept) const {
  if (accept == Accept::yes && m_connections.size() < kMaxConnections) {
    events.push_back({m_listener.number(), POLLIN, 0});
  }
  for (const Connection& connection : m_connections) {
    events.push_back({connection.socket.number(), POLLIN, 0});
  }
}

std::optional<std::chrono::milliseconds> LoopbackServer::patience() const {
  if (m_connections.empty()) {
    return std::nullopt;
  }
  // They came in this order, and each may take as long as the other.
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(m_connections.front().deadline - Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

void LoopbackServer::serve(Accept accept, const Reply& reply) {
  if (accept == Accept::yes) {
    accept_new();
  }
  m_connections.remove_if([&](Connection& connection) {
    return !advance(connection, reply) || Clock::now() >= connection.deadline;
  });
}

void LoopbackServer::accept_new() {
  while (m_connections.size() < kMaxConnections) {
    FileDescriptor socket(
        accept4(m_listener.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    // Nobody there, or somebody who left again; what else it may be passes or comes again.
    if (!socket.is_open()) {
      return;
    }
    m_connections.push_back({std::move(socket), Clock::now() + kConnectionLimit, "", false});
  }
}

// False when it is over. After the answer it reads on until the other side is done: closing before
// that would take the answer back.
bool LoopbackServer::advance(Connection& connection, const Reply& reply) {
  std::array<char, 4096> buffer{};
  for (int reads = 0; reads < 4; ++reads) {
    const ssize_t count = recv(connection.socket.number(), buffer.data(), buffer.size(), 0);
    if (count == 0) {
      return false;
    }
    if (count < 0) {
      return is_again(errno);
    }
    if (connection.answered) {
      continue;
    }
    connection.head.append(buffer.data(), static_cast<std::size_t>(count));
    if (is_whole_head(connection.head) || connection.head.size() > kMaxRequestHead) {
      const std::string answer = reply(connection.head);
      // It is short enough for the buffer of a new socket.
      const ssize_t sent =
          send(connection.socket.number(), answer.data(), answer.size(), MSG_NOSIGNAL);
      if (sent != static_cast<ssize_t>(answer.size())) {
        return false;
      }
      shutdown(connection.socket.number(), SHUT_WR);
      connection.answered = true;
    }
  }
  return true;
}

std::optional<LoopbackAnswer> ask_loopback(std::uint16_t port, std::string_view path,
                                           std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  const FileDescriptor socket = make_socket();
  const sockaddr_in address = loopback_address(port);
  if (connect(socket.number(), generic(address), sizeof address) != 0 && errno != EINPROGRESS) {
    return std::nullopt;
  }
  const std::string request =
      cat("GET ", path, " HTTP/1.1\r\nHost: 127.0.0.1:", port, "\r\nConnection: close\r\n\r\n");
  if (!wait_for(socket, POLLOUT, deadline) ||
      send(socket.number(), request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size())) {
    return std::nullopt;
  }
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() <= kMaxAnswer && wait_for(socket, POLLIN, deadline)) {
    const ssize_t count = recv(socket.number(), buffer.data(), buffer.size(), 0);
    if (count == 0) {
      return parse_answer(text);
    }
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (!is_again(errno)) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace agent
