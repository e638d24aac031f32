#include "releaser/commands/recording_client.hpp"

#include "site/source.hpp"

#include <utility>

namespace releaser {

RecordingClient::RecordingClient(base::HttpClient& http, const base::Url& base_url)
    : m_http(http), m_below(base_url.text()) {
  if (!m_below.ends_with('/')) m_below += '/';
}

base::HttpResponse RecordingClient::get(const base::HttpRequest& request,
                                        const base::ByteSink& sink) {
  std::string body;
  base::HttpResponse response = site::get(m_http, request, [&](std::string_view bytes) {
    body += bytes;
    sink(bytes);
  });
  const std::string& url = request.url.text();
  if (response.status == 200 && url.starts_with(m_below)) {
    m_recorded.insert_or_assign(url.substr(m_below.size()), std::move(body));
  }
  return response;
}

std::map<std::string, std::string> RecordingClient::recorded(std::string_view prefix) const {
  std::map<std::string, std::string> found;
  for (const auto& [name, bytes] : m_recorded)
    if (name.starts_with(prefix)) found.emplace(name, bytes);
  return found;
}

}  // namespace releaser
