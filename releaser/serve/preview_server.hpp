#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/tls_listener.hpp"

#include <cstdint>
#include <string>

namespace releaser {

inline constexpr int kMaxServedConnections = 256;

// HTTPS on 127.0.0.1 for one folder, with a certificate by a throw-away authority.
class PreviewServer {
 public:
  // port 0: any free one. Throws Errc::not_found where `folder` is no folder, Errc::config where
  // the port is in use.
  PreviewServer(const base::Path& folder, std::uint16_t port, base::Time now);

  [[nodiscard]] std::string url() const;  // "https://127.0.0.1:8443/"
  [[nodiscard]] std::string authority_pem() const { return m_authority.certificate_pem(); }
  // Answers requests, a thread a connection (kMaxServedConnections at once, more wait), until
  // `stop_descriptor` is readable; then ends those that are open.
  void run(int stop_descriptor);

 private:
  base::Path m_root;
  base::CertificateAuthority m_authority;
  base::TlsListener m_listener;
};

}  // namespace releaser
