#include "tests/support/release_server.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"

#include <utility>

namespace test {

using base::cat;

base::HttpResponse ReleaseServer::get(const base::HttpRequest& request,
                                      const base::ByteSink& sink) {
  const std::size_t index = requests.size();
  requests.push_back({.url = request.url.text(), .headers = request.headers});
  if (intercept) intercept(requests.size(), request);
  const auto found = files.find(request.url.text());
  base::HttpResponse response;
  response.status = found == files.end() ? 404 : found->second.status;
  if (response.status == 200) {
    std::string_view rest = found->second.bytes;
    if (!rest.empty() && request.before_body) request.before_body(response);
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, piece_bytes);
      rest.remove_prefix(piece.size());
      response.body_bytes += piece.size();
      // As HttpClient promises it: one byte past the limit is the end.
      if (response.body_bytes > request.max_bytes) {
        throw base::Error(base::Errc::untrusted,
                          cat("more than ", request.max_bytes, " bytes are sent"));
      }
      requests[index].body_bytes = response.body_bytes;
      sink(piece);
    }
  }
  requests[index].status = response.status;
  return response;
}

void ReleaseServer::put(std::string_view url, std::string bytes) {
  files.insert_or_assign(std::string(url), File{.bytes = std::move(bytes)});
}

void ReleaseServer::remove(std::string_view url) { files.erase(std::string(url)); }

void ReleaseServer::mirror(std::string_view base_url,
                           const std::map<std::string, std::string, std::less<>>& files_by_path) {
  const std::string below = cat(base_url, '/');
  std::erase_if(files, [&](const auto& file) { return file.first.starts_with(below); });
  for (const auto& [path, bytes] : files_by_path)
    put(cat(below, path), bytes);
}

void ReleaseServer::publish(std::string_view base_url, const schema::Manifest& manifest,
                            const SigningKey& key) {
  SignedText both = sign_manifest(manifest, key);
  const std::string name = schema::manifest_name(manifest.channel);
  put(cat(base_url, "/", name), std::move(both.text));
  put(cat(base_url, "/", name, ".minisig"), std::move(both.signature));
}

}  // namespace test
