#pragma once

#include "base/http.hpp"
#include "base/url.hpp"

#include <map>
#include <string>

namespace releaser {

// Asks another client, and keeps what it got whole (status 200) from below `base_url`, by name:
// "metadata/timestamp.json". What is asked for twice is kept as it came last. For small files.
class RecordingClient : public base::HttpClient {
 public:
  // `http` is borrowed.
  RecordingClient(base::HttpClient& http, const base::Url& base_url);

  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override;
  [[nodiscard]] bool takes_file_urls() const override { return true; }
  void pause(std::chrono::milliseconds time) override { m_http.pause(time); }

  // The names that begin with `prefix`: "metadata/".
  [[nodiscard]] std::map<std::string, std::string> recorded(std::string_view prefix) const;

 private:
  base::HttpClient& m_http;
  std::string m_below;
  std::map<std::string, std::string> m_recorded;
};

}  // namespace releaser
