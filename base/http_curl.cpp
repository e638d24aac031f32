#include "base/http_curl.hpp"

#include "base/ca_certificates.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

namespace base {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 << 10;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void initialise_once() {
  static std::once_flag done;
  std::call_once(done, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw Error(Errc::internal, "libcurl does not start");
    }
    if ((curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) == 0) {
      throw Error(Errc::internal,
                  "this libcurl has no threaded resolver, so a name server that does not answer "
                  "would hold this program; build it with one");
    }
  });
}

template <class Argument>
void set(CURL* easy, CURLoption option, Argument argument) {
  if (const CURLcode code = curl_easy_setopt(easy, option, argument); code != CURLE_OK)
    throw option_refused(option, code);
}

// What the callbacks of one request share.
struct Transfer {
  CURL* easy;
  const HttpRequest& request;
  const ByteSink& sink;
  Bodies bodies;
  HttpResponse response;
  std::size_t header_bytes = 0;
  std::exception_ptr failure;  // an exception must not pass through the C library
  std::string issuer;          // of a certificate that was refused, as it says itself
};

std::string name_in(const X509_NAME* name) {
  for (const int part : {NID_commonName, NID_organizationName}) {
    char text[256] = "";
    if (X509_NAME_get_text_by_NID(name, part, text, sizeof text) > 0) return safe_text(text, 120);
  }
  return "";
}

// OpenSSL tells of each certificate of a chain; where one is refused, who issued the server's own
// is what a person needs to know.
int on_certificate(int good, X509_STORE_CTX* store) {
  if (good == 1) return good;
  const auto* const tls = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const transfer = static_cast<Transfer*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)));
  const X509* const shown = X509_STORE_CTX_get0_cert(store);
  if (transfer != nullptr && shown != nullptr) {
    transfer->issuer = name_in(X509_get_issuer_name(shown));
  }
  return good;
}

CURLcode on_tls_context(CURL*, void* context, void* user) {
  auto* const tls = static_cast<SSL_CTX*>(context);
  SSL_CTX_set_app_data(tls, user);
  SSL_CTX_set_verify(tls, SSL_CTX_get_verify_mode(tls), &on_certificate);
  return CURLE_OK;
}

// "HTTP/1.1 302 Found" begins a new answer: what the ones before it said is forgotten.
void take_header(Transfer& transfer, std::string_view line) {
  transfer.header_bytes += line.size();
  if (transfer.header_bytes > kMaxHeaderBytes) {
    throw Error(Errc::network, cat(transfer.request.url.host(), ": more than ", kMaxHeaderBytes,
                                   " bytes of headers"));
  }
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  const std::string name = lower_case(trim(line.substr(0, colon)));
  const std::string value{trim(line.substr(colon + 1))};
  auto& headers = transfer.response.headers;
  const auto same = std::find_if(headers.begin(), headers.end(),
                                 [&](const auto& header) { return header.first == name; });
  if (same == headers.end()) {
    headers.emplace_back(name, value);
  } else {
    same->second = value;
  }
}

// Where the answer came from at last; libcurl names the host of a redirect in it.
std::string place_of(const Transfer& transfer) {
  char* url = nullptr;
  curl_easy_getinfo(transfer.easy, CURLINFO_EFFECTIVE_URL, &url);
  const std::string_view text = url == nullptr ? "" : url;
  const auto start = text.find("://");
  if (start == std::string_view::npos) {
    return transfer.request.url.host();
  }
  const std::string_view rest = text.substr(start + 3);
  std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  return host.empty() ? transfer.request.url.host() : safe_text(host, 260);
}

void take_body(Transfer& transfer, std::string_view bytes) {
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  if (bytes.size() > transfer.request.max_bytes - transfer.response.body_bytes) {
    throw Error(status >= 400 ? Errc::network : Errc::untrusted,
                cat(place_of(transfer), ": sends more than the ", transfer.request.max_bytes,
                    " bytes that are allowed"));
  }
  const bool goes_to_sink = status < 300 || transfer.bodies == Bodies::of_every_status;
  if (goes_to_sink && transfer.response.body_bytes == 0 && transfer.request.before_body) {
    transfer.response.status = static_cast<int>(status);
    transfer.request.before_body(transfer.response);
  }
  transfer.response.body_bytes += bytes.size();
  if (goes_to_sink) {
    transfer.sink(bytes);
  }
}

template <auto Take>
std::size_t callback(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    Take(transfer, std::string_view(bytes, size * count));
    return size * count;
  } catch (...) {
    transfer.failure = std::current_exception();
    return 0;  // libcurl stops
  }
}

std::string ca_advice(const HttpOptions& options) {
  return cat("; name your authority by ", options.ca_setting);
}

std::string tls_problem(std::string_view detail, const HttpOptions& options,
                        const std::string& issuer) {
  const std::string text = lower_case(detail);
  const auto says = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (says("has expired")) {
    return "its certificate has expired; is this machine's clock right?";
  }
  if (says("not yet valid")) {
    return "its certificate is not valid yet; is this machine's clock right?";
  }
  if (says("self-signed") || says("self signed") || says("unable to get local issuer") ||
      says("unable to get issuer")) {
    return cat("its certificate comes from an authority that this machine does not know",
               issuer.empty() ? "" : cat(" (", issuer, ")"), ca_advice(options));
  }
  if (says("no alternative certificate subject name") || says("does not match target host")) {
    return "its certificate is for another host";
  }
  if (says("version") || says("protocol")) {
    return cat("it does not speak TLS 1.2 or newer (", safe_text(detail, 120), ")");
  }
  return cat("TLS: ", safe_text(detail, 160));
}

std::string problem_of(CURLcode code, std::string_view detail, const Transfer& transfer,
                       const HttpOptions& options) {
  const std::string lower = lower_case(detail);
  const auto says = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  switch (static_cast<int>(code)) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "its name is not known (DNS); is this machine online?";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the name of the proxy is not known (DNS); see HTTPS_PROXY or `proxy` in [network]";
    case CURLE_COULDNT_CONNECT:
      return says("timed out") || says("timeout")
                 ? "no connection within the time allowed"
                 : (options.proxy.empty() ? "the connection was refused"
                                          : "the connection was refused, by it or by the proxy");
    case CURLE_OPERATION_TIMEDOUT:
      if (says("operation too slow")) {
        return cat("the transfer stalled for ", options.stall_timeout.count(), " s");
      }
      return says("connection timed out") || says("connection timeout") ||
                     says("resolving timed out") || says("ssl connection timeout")
                 ? "no connection within the time allowed"
                 : cat("not done within ", transfer.request.deadline.count(), " s");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return tls_problem(detail, options, transfer.issuer);
    case CURLE_SSL_CACERT_BADFILE:
      return cat("the certificates of authorities cannot be read from ",
                 options.ca_file.value_or(options.ca_directory.value_or("")).native(),
                 ca_advice(options));
    case CURLE_TOO_MANY_REDIRECTS:
      return cat("more than ", kMaxRedirects, " redirects");
    case CURLE_UNSUPPORTED_PROTOCOL:
      return says("http/0.9") ? "its answer is not HTTP"
                              : "it redirects to something other than https, which is refused";
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
      return "it redirects to a URL that is refused";
    case CURLE_PARTIAL_FILE:
      return "the connection ended before the whole body had come";
    case CURLE_GOT_NOTHING:
      return "it closed the connection without an answer";
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (says("proxy") || says("connect tunnel")) {
        return cat("the proxy refuses: ", safe_text(detail, 120));
      }
      return says("tls") || says("alert") ? tls_problem(detail, options, transfer.issuer)
                                          : "the connection broke";
    case CURLE_PROXY:
      return cat("the proxy refuses: ", safe_text(detail, 120));
    case CURLE_WEIRD_SERVER_REPLY:
      return "its answer is not HTTP";
    case CURLE_SEND_FAIL_REWIND:
      return "the connection broke";
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return "the connection broke (HTTP/2)";
    default:
      return cat(curl_easy_strerror(code), detail.empty() ? "" : cat(": ", safe_text(detail, 160)));
  }
}

// Source: facts on hardening, rule 13. Every handle is set up here and nowhere else.
List prepare(Transfer& transfer, const HttpOptions& options) {
  CURL* easy = transfer.easy;
  const HttpRequest& request = transfer.request;
  set(easy, CURLOPT_URL, request.url.text().c_str());
  const bool http_too = options.protocols == Protocols::http_too;
  set(easy, CURLOPT_PROTOCOLS_STR, http_too ? "https,http" : "https");
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, http_too ? "https,http" : "https");
  set(easy, CURLOPT_FOLLOWLOCATION, 1L);
  set(easy, CURLOPT_MAXREDIRS, long{kMaxRedirects});
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
  set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(easy, CURLOPT_ACCEPT_ENCODING, static_cast<char*>(nullptr));
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_NOPROGRESS, 1L);
  set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  set(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
  // A route of IPv6 that leads nowhere costs a quarter of a second (RFC 8305).
  set(easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, 250L);
  set(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(request.least_bytes_per_second));
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  set(easy, CURLOPT_TIMEOUT, static_cast<long>(request.deadline.count()));
  // Both are given explicitly: "" keeps libcurl from reading the environment by itself.
  set(easy, CURLOPT_PROXY, options.proxy.c_str());
  set(easy, CURLOPT_NOPROXY, options.no_proxy.c_str());
  // Debian's libcurl has defaults for both and would parse the bundle as well.
  const char* no_path = nullptr;
  set(easy, CURLOPT_CAINFO, options.ca_file ? options.ca_file->c_str() : no_path);
  set(easy, CURLOPT_CAPATH, options.ca_directory ? options.ca_directory->c_str() : no_path);
  set(easy, CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
  set(easy, CURLOPT_SSL_CTX_DATA, &transfer);
  set(easy, CURLOPT_HEADERFUNCTION, &callback<take_header>);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_WRITEFUNCTION, &callback<take_body>);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  List list;
  for (const auto& [name, value] : request.headers) {
    curl_slist* longer = curl_slist_append(list.get(), cat(name, ": ", value).c_str());
    if (longer == nullptr) {
      throw Error(Errc::internal, "no memory for a header");
    }
    (void)list.release();
    list.reset(longer);
  }
  set(easy, CURLOPT_HTTPHEADER, list.get());
  return list;
}

// What most programs do: one GET after the other.
class CurlClient : public HttpClient {
 public:
  explicit CurlClient(const HttpOptions& options) : m_handle(options) {}
  HttpResponse get(const HttpRequest& request, const ByteSink& sink) override {
    return m_handle.perform(request, sink, Bodies::of_success, nullptr);
  }
  void pause(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }

 private:
  CurlHandle m_handle;
};

}  // namespace

Error option_refused(int option, int code) {
  return {Errc::internal, cat("libcurl refuses option ", option, ": ",
                              curl_easy_strerror(static_cast<CURLcode>(code)))};
}

void CurlHandle::Closer::operator()(void* easy) const { curl_easy_cleanup(easy); }

CurlHandle::CurlHandle(HttpOptions options) : m_options(std::move(options)) {
  initialise_once();
  m_easy.reset(curl_easy_init());
  if (!m_easy) {
    throw Error(Errc::internal, "libcurl gives no handle");
  }
  if (!m_options.ca_file && !m_options.ca_directory) {
    const CaLocation found = find_ca_certificates("/");
    m_options.ca_file = found.file;
    m_options.ca_directory = found.directory;
  }
}

HttpResponse CurlHandle::perform(const HttpRequest& request, const ByteSink& sink, Bodies bodies,
                                 void (*set_more)(void* easy, void* user), void* user) {
  if (request.url.is_file()) {
    throw Error(Errc::internal, "a file:// URL came to the network client");
  }
  // The connection stays open for the next request; the options do not.
  CURL* easy = m_easy.get();
  curl_easy_reset(easy);
  Transfer transfer{easy, request, sink, bodies, {}, 0, nullptr, {}};
  char detail[CURL_ERROR_SIZE] = "";
  set(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(detail));
  const List headers = prepare(transfer, m_options);
  if (set_more != nullptr) set_more(easy, user);
  const CURLcode code = curl_easy_perform(easy);
  set(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  if (transfer.failure) {
    std::rethrow_exception(transfer.failure);
  }
  if (code != CURLE_OK) {
    throw Error(Errc::network,
                cat(place_of(transfer), ": ", problem_of(code, detail, transfer, m_options)));
  }
  transfer.response.status = status();
  return std::move(transfer.response);
}

int CurlHandle::status() const {
  long status = 0;
  curl_easy_getinfo(m_easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::optional<std::string> HttpResponse::header(std::string_view lower_case_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first == lower_case_name;
  });
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

std::unique_ptr<HttpClient> make_http_client(const HttpOptions& options) {
  return std::make_unique<CurlClient>(options);
}

}  // namespace base
