#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/tls_certificates.hpp"
#include "base/tls_listener.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace base {
namespace {

using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;
using Session = std::unique_ptr<SSL, void (*)(SSL*)>;

Context make_context(const TlsIdentity& identity) {
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_use_certificate(context.get(), identity.state().certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), identity.state().key.get()) != 1) {
    throw Error(Errc::internal, "OpenSSL cannot set up a TLS server");
  }
  return context;
}

void set_time_out(int socket_number, std::chrono::seconds time_out) {
  const timeval value{.tv_sec = time_out.count(), .tv_usec = 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    if (setsockopt(socket_number, SOL_SOCKET, option, &value, sizeof value) != 0) {
      throw system_error("set a socket's time-out", errno);
    }
  }
}

FileDescriptor listen_on_loopback(std::uint16_t port) {
  FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener.is_open()) {
    throw system_error("make a socket", errno);
  }
  const int yes = 1;
  (void)setsockopt(listener.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EADDRINUSE || errno == EACCES) {
      throw Error(Errc::config, cat("port ", port, errno == EACCES ? " needs root" : " is in use",
                                    "; choose another by --port (0: any free one)"));
    }
    throw system_error(cat("listen on 127.0.0.1:", port), errno);
  }
  if (listen(listener.number(), SOMAXCONN) != 0) {
    throw system_error(cat("listen on 127.0.0.1:", port), errno);
  }
  return listener;
}

}  // namespace

struct TlsConnection::State {
  FileDescriptor socket;
  Session session;
};

TlsConnection::TlsConnection(std::unique_ptr<State> state) : m_state(std::move(state)) {}
TlsConnection::TlsConnection(TlsConnection&&) noexcept = default;
TlsConnection& TlsConnection::operator=(TlsConnection&&) noexcept = default;
TlsConnection::~TlsConnection() = default;

bool TlsConnection::handshake() {
  const bool accepted = SSL_accept(m_state->session.get()) == 1;
  ERR_clear_error();
  return accepted;
}

std::size_t TlsConnection::read(char* buffer, std::size_t size) {
  std::size_t got = 0;
  const bool some = SSL_read_ex(m_state->session.get(), buffer, size, &got) == 1;
  ERR_clear_error();
  return some ? got : 0;
}

bool TlsConnection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t written = 0;
    if (SSL_write_ex(m_state->session.get(), bytes.data(), bytes.size(), &written) != 1) {
      ERR_clear_error();
      return false;
    }
    bytes.remove_prefix(written);
  }
  return true;
}

void TlsConnection::close() {
  if (m_state->socket.is_open()) {
    (void)SSL_shutdown(m_state->session.get());
    ERR_clear_error();
    (void)::shutdown(m_state->socket.number(), SHUT_WR);
    m_state->socket = FileDescriptor();
  }
}

void TlsConnection::reset() {
  if (m_state->socket.is_open()) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(m_state->socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    m_state->socket = FileDescriptor();
  }
}

struct TlsListener::State {
  FileDescriptor socket;
  Context context;
  std::chrono::seconds time_out;
};

TlsListener::TlsListener(std::uint16_t port, const TlsIdentity& identity,
                         std::chrono::seconds time_out)
    : m_state(std::make_unique<State>(
          State{listen_on_loopback(port), make_context(identity), time_out})) {}
TlsListener::TlsListener(TlsListener&&) noexcept = default;
TlsListener& TlsListener::operator=(TlsListener&&) noexcept = default;
TlsListener::~TlsListener() = default;

std::uint16_t TlsListener::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(m_state->socket.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw system_error("ask for a socket's port", errno);
  }
  return ntohs(address.sin_port);
}

std::optional<TlsConnection> TlsListener::accept(int stop_descriptor) {
  for (;;) {
    std::array<pollfd, 2> waiting{
        {{m_state->socket.number(), POLLIN, 0}, {stop_descriptor, POLLIN, 0}}};
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
      throw system_error("wait for a connection", errno);
    }
    if (waiting[1].revents != 0) {
      return std::nullopt;
    }
    FileDescriptor peer(accept4(m_state->socket.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer.is_open()) {
      continue;  // gone before it was accepted, or too many open files: the next poll tells
    }
    set_time_out(peer.number(), m_state->time_out);
    const int yes = 1;
    (void)setsockopt(peer.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Session session(SSL_new(m_state->context.get()), SSL_free);
    if (session == nullptr || SSL_set_fd(session.get(), peer.number()) != 1) {
      throw Error(Errc::internal, "OpenSSL cannot start a session");
    }
    return TlsConnection(std::make_unique<TlsConnection::State>(
        TlsConnection::State{std::move(peer), std::move(session)}));
  }
}

}  // namespace base
