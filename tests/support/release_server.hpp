#pragma once

#include "base/http.hpp"
#include "manifest-schema/manifest.hpp"
#include "tests/support/signing.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

// A published site in memory, for tests of decisions: files by URL. A test turns it into an
// attacker by changing `files`, or through `intercept`.
class ReleaseServer : public base::HttpClient {
 public:
  struct File {
    std::string bytes;
    int status = 200;
  };
  struct Request {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    int status = 0;
    std::uint64_t body_bytes = 0;
  };

  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override;

  // The two files of a manifest below a base URL.
  void publish(std::string_view base_url, const schema::Manifest& manifest, const SigningKey& key);
  void put(std::string_view url, std::string bytes);
  void remove(std::string_view url);
  // Shows exactly these files, by path, below a base URL.
  void mirror(std::string_view base_url,
              const std::map<std::string, std::string, std::less<>>& files_by_path);

  std::map<std::string, File, std::less<>> files;
  std::vector<Request> requests;  // as they came
  // Called before each answer with the number of the request (from 1); may change files or throw.
  std::function<void(std::size_t number, const base::HttpRequest& request)> intercept;
  std::size_t piece_bytes = 1000;  // of a body, per call of the sink
};

}  // namespace test
