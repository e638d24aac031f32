#pragma once

#include "base/http.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace base {

enum class HttpMethod { get, post, put, patch, remove };
std::string_view method_name(HttpMethod method);

// What a request carries. A file is opened anew for each try and never whole in memory.
struct HttpUpload {
  std::string content_type;
  std::variant<Path, std::string> contents;
  std::uint64_t size = 0;
};

// One request of an API that also writes.
struct HttpCall {
  HttpMethod method = HttpMethod::get;
  Url url;
  std::vector<std::pair<std::string, std::string>> headers;
  // A secret, such as "Bearer …": sent as Authorization to the host of `url` alone, by https alone.
  std::string authorization;
  std::optional<HttpUpload> upload;
  std::uint64_t max_answer_bytes = std::uint64_t{16} << 20;
  // Gets the body of 2xx where there is one; HttpAnswer::body is then that of other statuses alone.
  ByteSink sink;
  std::chrono::seconds deadline{3600};
  // Asked a few times a second; true ends the request with Errc::cancelled. May be empty.
  std::function<bool()> is_cancelled;
};

struct HttpAnswer : HttpResponse {
  std::string body;
};

// Where the network begins for programs that write to it.
class HttpSender {
 public:
  virtual ~HttpSender() = default;
  // Sends one request; any status is a value. A redirect is followed by https, at most 5 times: a
  // GET anywhere, without `authorization` where the host is another; what writes is sent again,
  // whole, to the same host only. Throws Errc::network as HttpClient::get does (it may have been
  // done nevertheless), Errc::conflict for a file whose size is another than `size`.
  virtual HttpAnswer send(const HttpCall& call) = 0;
};

std::unique_ptr<HttpSender> make_http_sender(const HttpOptions& options);

}  // namespace base
