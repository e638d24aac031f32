#pragma once

#include "base/error.hpp"
#include "base/http.hpp"

#include <memory>

// For the files of this folder that send requests; others include http.hpp or http_send.hpp.
namespace base {

// Whose bodies go to the sink: those of 2xx, or also what a server says of an error.
enum class Bodies { of_success, of_every_status };

inline constexpr int kMaxRedirects = 5;  // of one request

// Of libcurl, by their numbers: what it said (a CURLcode) of an option (a CURLoption).
Error option_refused(int option, int code);

// libcurl's handle and the connections that it keeps. Its type stays in the .cpp files.
class CurlHandle {
 public:
  explicit CurlHandle(HttpOptions options);
  // As HttpClient::get. `set_more` may set further options of libcurl, last.
  HttpResponse perform(const HttpRequest& request, const ByteSink& sink, Bodies bodies,
                       void (*set_more)(void* easy, void* user), void* user = nullptr);
  // Of the answer that is coming.
  [[nodiscard]] int status() const;

 private:
  struct Closer {
    void operator()(void* easy) const;
  };
  HttpOptions m_options;
  std::unique_ptr<void, Closer> m_easy;
};

}  // namespace base
