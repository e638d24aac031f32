#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// What a server shows to prove who it is: a certificate and its key, in memory only.
class TlsIdentity {
 public:
  struct State;
  explicit TlsIdentity(std::unique_ptr<State> state);
  TlsIdentity(TlsIdentity&&) noexcept;
  TlsIdentity& operator=(TlsIdentity&&) noexcept;
  ~TlsIdentity();
  [[nodiscard]] const State& state() const { return *m_state; }

 private:
  std::unique_ptr<State> m_state;
};

struct CertificateOptions {
  std::vector<std::string> names{"localhost", "127.0.0.1"};  // host names and IPv4 addresses
  Time not_before, not_after;
};

// A certificate authority that nobody knows but who is given its certificate; its key (ECDSA P-256)
// never leaves memory and is gone with the object.
class CertificateAuthority {
 public:
  CertificateAuthority(Time not_before, Time not_after);
  [[nodiscard]] std::string certificate_pem() const;
  // A leaf certificate for a server, signed by this authority.
  [[nodiscard]] TlsIdentity issue(const CertificateOptions& options) const;

 private:
  TlsIdentity m_identity;
};

// One accepted connection. Not shared between threads.
class TlsConnection {
 public:
  struct State;
  explicit TlsConnection(std::unique_ptr<State> state);
  TlsConnection(TlsConnection&&) noexcept;
  TlsConnection& operator=(TlsConnection&&) noexcept;
  ~TlsConnection();

  // TLS 1.2 or newer. False where the other side does not manage it.
  bool handshake();
  // Some bytes, at most `size`; 0 at the end, after an error, or when nothing came for the
  // time-out.
  std::size_t read(char* buffer, std::size_t size);
  // False when the other side is gone or took nothing for the time-out.
  bool write(std::string_view bytes);
  // Says goodbye (close_notify) and closes.
  void close();
  // Closes without a word: the other side sees a connection reset.
  void reset();

 private:
  std::unique_ptr<State> m_state;
};

// Listens on 127.0.0.1.
class TlsListener {
 public:
  // port 0: any free one. Throws Errc::config where the port is in use. `time_out` is for each read
  // and write.
  TlsListener(std::uint16_t port, const TlsIdentity& identity, std::chrono::seconds time_out);
  TlsListener(TlsListener&&) noexcept;
  TlsListener& operator=(TlsListener&&) noexcept;
  ~TlsListener();
  [[nodiscard]] std::uint16_t port() const;
  // The next connection, before its handshake; nothing once `stop_descriptor` is readable.
  std::optional<TlsConnection> accept(int stop_descriptor);

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace base
