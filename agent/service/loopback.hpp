#pragma once

#include "base/file.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pollfd;

namespace agent {

// A listening socket on 127.0.0.1. Throws Errc::config where the port is in use or may not be used.
//   port  0: any free one
base::FileDescriptor listen_on_loopback(std::uint16_t port);
// The port of a socket that listens. Throws Errc::config where the descriptor is no such thing.
std::uint16_t port_of(const base::FileDescriptor& listener);

// The connections of one listening socket, served one request each by the caller's own loop around
// poll(2): at most kMaxConnections at once, each for at most kConnectionLimit.
class LoopbackServer {
 public:
  using Reply = std::function<std::string(std::string_view unverified_head)>;
  static constexpr std::size_t kMaxConnections = 16;
  static constexpr std::chrono::seconds kConnectionLimit{5};

  explicit LoopbackServer(base::FileDescriptor listener) : m_listener(std::move(listener)) {}

  [[nodiscard]] const base::FileDescriptor& listener() const { return m_listener; }
  [[nodiscard]] std::uint16_t port() const { return port_of(m_listener); }

  // Whether new connections are taken: another process may have this socket too.
  enum class Accept { yes, no };
  // Adds what to wait for.
  void add_events(std::vector<pollfd>& events, Accept accept) const;
  // How long poll() may take for the sake of connections; nothing: as long as it likes.
  [[nodiscard]] std::optional<std::chrono::milliseconds> patience() const;
  // Does what can be done without waiting, and ends what took too long.
  void serve(Accept accept, const Reply& reply);
  [[nodiscard]] bool is_idle() const { return m_connections.empty(); }

 private:
  struct Connection {
    base::FileDescriptor socket;
    std::chrono::steady_clock::time_point deadline;
    std::string head;
    bool answered = false;
  };
  void accept_new();
  static bool advance(Connection& connection, const Reply& reply);

  base::FileDescriptor m_listener;
  std::list<Connection> m_connections;
};

// GET of 127.0.0.1:`port`, for /health and /ready of a service: its status and body. Nothing where
// nobody answers whole within `patience`.
struct LoopbackAnswer {
  int status = 0;
  std::string unverified_body;
};
std::optional<LoopbackAnswer> ask_loopback(std::uint16_t port, std::string_view path,
                                           std::chrono::milliseconds patience);

}  // namespace agent
