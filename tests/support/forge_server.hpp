#pragma once

#include "base/file.hpp"
#include "base/http_send.hpp"

#include <map>
#include <string>
#include <string_view>

namespace test {

enum class Dialect { github, gitea };

// tests/support/github_server.py, which says what it is and what `control` knows, as long as this
// lives.
class ForgeServer {
 public:
  explicit ForgeServer(Dialect dialect = Dialect::github);
  ForgeServer(const ForgeServer&) = delete;
  ForgeServer& operator=(const ForgeServer&) = delete;
  ~ForgeServer();

  // Of "api", "uploads", "web", "assets".
  [[nodiscard]] const std::string& url(const std::string& host) const { return m_urls.at(host); }
  // With the server's authority, and times that suit a test.
  [[nodiscard]] base::HttpOptions http_options() const;
  // Throws unless the server says 200; gives its answer in JSON.
  std::string control(std::string_view path, const std::string& json = "{}") const;
  // How many requests came since the faults were set.
  [[nodiscard]] int count() const;

 private:
  base::TemporaryDirectory m_folder;
  std::map<std::string, std::string> m_urls;
  base::FileDescriptor m_input;  // the server ends when this is closed
  int m_pid = -1;
};

}  // namespace test
