#pragma once

#include "base/file.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

struct ReceivedRequest {
  std::string method, path;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
  [[nodiscard]] std::string header(std::string_view lower_case_name) const;  // "" if absent
};

// A real HTTPS server on 127.0.0.1 that serves the files of a folder, well or badly. A mode is one
// way of being bad; hostile_server.cpp lists them with what each does. Modes of the connection
// (expired, wrong-host, unknown-issuer, tls11, proxy-refuses) are chosen for good; the others can
// change while it runs.
class HostileServer {
 public:
  // `only`: the mode acts on paths that hold this text, the others are served well.
  explicit HostileServer(const base::Path& folder, std::string_view mode = "plain",
                         std::string_view only = "");
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;
  ~HostileServer();

  void set_mode(std::string_view mode, std::string_view only = "");
  // "https://127.0.0.1:PORT/"; of a proxy "http://127.0.0.1:PORT".
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string ca_pem() const;
  // The same in a file that lives as long as the server.
  [[nodiscard]] base::Path ca_file() const;
  [[nodiscard]] std::vector<ReceivedRequest> requests() const;
  [[nodiscard]] int connections() const;

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

struct HostileMode {
  std::string_view name, what_it_does;
};
std::span<const HostileMode> hostile_modes();

}  // namespace test
