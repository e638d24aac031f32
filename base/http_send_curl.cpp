#include "base/error.hpp"
#include "base/http_curl.hpp"
#include "base/http_send.hpp"
#include "base/text.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <exception>

namespace base {
namespace {

constexpr std::size_t kMaxWords = std::size_t{1} << 20;  // of an error, where bytes were asked for

template <class Argument>
void set_for_sending(CURL* easy, CURLoption option, Argument argument) {
  if (const CURLcode code = curl_easy_setopt(easy, option, argument); code != CURLE_OK)
    throw option_refused(option, code);
}

// The bytes of one try, and what became of them.
struct Sending {
  const HttpCall& call;
  FileDescriptor file;
  std::uint64_t offset = 0;
  int requests = 0;
  bool was_cancelled = false;
  std::exception_ptr failure;  // an exception must not pass through the C library
};

std::size_t read_piece(Sending& sending, char* buffer, std::size_t size) {
  const HttpUpload& upload = *sending.call.upload;
  const std::size_t wanted = std::min<std::uint64_t>(size, upload.size - sending.offset);
  if (wanted == 0) return 0;
  std::size_t count = wanted;
  if (const auto* const text = std::get_if<std::string>(&upload.contents)) {
    std::memcpy(buffer, text->data() + sending.offset, wanted);
  } else {
    count = read_at(sending.file, buffer, wanted, sending.offset);
    if (count == 0) {
      throw Error(Errc::conflict, cat(std::get<Path>(upload.contents).string(),
                                      " changed while it was copied; run again"));
    }
  }
  sending.offset += count;
  return count;
}

std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& sending = *static_cast<Sending*>(user);
  try {
    return read_piece(sending, buffer, size * count);
  } catch (...) {
    sending.failure = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

// Where a connection that it had kept breaks, libcurl sends the request again by itself. What
// writes it must not: nobody knows whether the first was done.
int on_request(void* user, char*, char*, int, int) {
  auto& sending = *static_cast<Sending*>(user);
  ++sending.requests;
  return sending.requests > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& sending = *static_cast<Sending*>(user);
  sending.was_cancelled = sending.call.is_cancelled();
  return sending.was_cancelled ? 1 : 0;
}

void set_call(void* handle, void* user) {
  CURL* const easy = handle;
  auto& sending = *static_cast<Sending*>(user);
  const HttpCall& call = sending.call;
  set_for_sending(easy, CURLOPT_FOLLOWLOCATION, 0L);
  if (call.is_cancelled) {
    set_for_sending(easy, CURLOPT_NOPROGRESS, 0L);
    set_for_sending(easy, CURLOPT_XFERINFOFUNCTION, &on_progress);
    set_for_sending(easy, CURLOPT_XFERINFODATA, &sending);
  }
  if (call.upload) {
    set_for_sending(easy, CURLOPT_POST, 1L);
    set_for_sending(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.upload->size));
    set_for_sending(easy, CURLOPT_READFUNCTION, &on_read);
    set_for_sending(easy, CURLOPT_READDATA, &sending);
    set_for_sending(easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
  }
  if (call.method != HttpMethod::get) {
    set_for_sending(easy, CURLOPT_PREREQFUNCTION, &on_request);
    set_for_sending(easy, CURLOPT_PREREQDATA, &sending);
    set_for_sending(easy, CURLOPT_CUSTOMREQUEST, std::string(method_name(call.method)).c_str());
  }
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

class CurlSender : public HttpSender {
 public:
  explicit CurlSender(const HttpOptions& options)
      : m_handle(options), m_protocols(options.protocols) {}

  HttpAnswer send(const HttpCall& call) override {
    Url url = call.url;
    for (int redirects = 0;; ++redirects) {
      HttpAnswer answer = send_to(call, url);
      if (!is_redirect(answer.status)) return answer;
      if (redirects == kMaxRedirects) {
        throw Error(Errc::network, cat(url.host(), ": more than ", kMaxRedirects, " redirects"));
      }
      url = next_url(call, url, answer);
    }
  }

 private:
  HttpAnswer send_to(const HttpCall& call, const Url& url) {
    HttpRequest request{.url = url,
                        .headers = call.headers,
                        .max_bytes = call.max_answer_bytes,
                        .deadline = call.deadline};
    if (!call.authorization.empty() && url.host() == call.url.host()) {
      if (!url.text().starts_with("https://")) {
        throw Error(Errc::config, cat(url.text(), ": a token is sent by https:// only"));
      }
      request.headers.emplace_back("Authorization", call.authorization);
    }
    Sending sending{.call = call, .file = {}, .failure = nullptr};
    if (call.upload) {
      if (const auto* const path = std::get_if<Path>(&call.upload->contents)) {
        sending.file = open_regular_file(*path);
        if (file_size(sending.file) != call.upload->size) {
          throw Error(Errc::conflict,
                      cat(path->string(), " changed while it was copied; run again"));
        }
      }
      request.headers.emplace_back("Content-Type", call.upload->content_type);
      // libcurl would wait for a word of the server before it sends a body.
      request.headers.emplace_back("Expect", "");
    }
    HttpAnswer answer;
    try {
      static_cast<HttpResponse&>(answer) = m_handle.perform(
          request,
          [&](std::string_view bytes) {
            if (call.sink && m_handle.status() / 100 == 2) {
              call.sink(bytes);
              return;
            }
            // The limit of what goes to a sink is far above what memory may hold.
            if (call.sink && bytes.size() > kMaxWords - answer.body.size()) {
              throw Error(Errc::network, cat(url.host(), ": HTTP ", m_handle.status(),
                                             " with more words than an error has"));
            }
            answer.body += bytes;
          },
          Bodies::of_every_status, &set_call, &sending);
    } catch (const Error&) {
      if (sending.failure) std::rethrow_exception(sending.failure);
      if (sending.was_cancelled) throw Error(Errc::cancelled, "cancelled");
      if (sending.requests > 1) {
        throw Error(Errc::network, cat(url.host(), ": the connection broke"));
      }
      throw;
    }
    return answer;
  }

  [[nodiscard]] Url next_url(const HttpCall& call, const Url& from,
                             const HttpAnswer& answer) const {
    const std::string place = answer.header("location").value_or("");
    std::optional<Url> next;
    try {
      const std::string& text = from.text();
      const std::string origin = text.substr(0, text.find("://") + 3) + from.host();
      next = Url::parse(place.starts_with('/') ? origin + place : place, m_protocols);
    } catch (const Error& error) {
      throw Error(Errc::network, cat(from.host(), ": redirects to ", error.what()));
    }
    if (next->is_file()) {
      throw Error(Errc::network, cat(from.host(), ": redirects to a file, which is refused"));
    }
    if (call.method != HttpMethod::get && next->host() != from.host()) {
      throw Error(Errc::network, cat(from.host(), ": redirects what is written to another host, ",
                                     safe_text(next->host(), 260), ", which is refused"));
    }
    return *next;
  }

  CurlHandle m_handle;
  Protocols m_protocols;
};

}  // namespace

std::string_view method_name(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::put:
      return "PUT";
    case HttpMethod::patch:
      return "PATCH";
    case HttpMethod::remove:
      return "DELETE";
  }
  return "";
}

std::unique_ptr<HttpSender> make_http_sender(const HttpOptions& options) {
  return std::make_unique<CurlSender>(options);
}

}  // namespace base
