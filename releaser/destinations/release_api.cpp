#include "releaser/destinations/release_api.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <random>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::HttpAnswer;
using base::HttpMethod;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace json = base::json;

constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;
constexpr int kMaxTries = 5;
constexpr milliseconds kFirstDelay(500);
constexpr seconds kSecondaryLimit(60);  // where the host names no time

json::Value parse(const HttpAnswer& answer) {
  if (answer.body.empty()) return {};
  return json::parse(answer.body,
                     {.max_bytes = kMaxAnswerBytes, .max_depth = 32, .allow_reals = true},
                     Errc::network);
}

// Anything up to a limit that doubles, so that many who failed at once do not come back at once.
milliseconds full_jitter(int tries) {
  thread_local std::mt19937 generator{std::random_device{}()};
  const auto most = kFirstDelay.count() << std::min(tries - 1, 5);
  return milliseconds(std::uniform_int_distribution<std::int64_t>(most / 10, most)(generator));
}

std::string time_text(base::Time time) { return base::format_time(time); }

}  // namespace

std::string message_of(std::string_view body) {
  try {
    const json::Value value = json::parse(
        body, {.max_bytes = 1 << 20, .max_depth = 32, .allow_reals = true}, Errc::network);
    const json::ObjectReader reader(value, "", Errc::network);
    std::string text = reader.optional_text("message").value_or("");
    const json::Value* const errors = reader.find("errors");
    if (errors != nullptr && errors->get_if<json::Array>() != nullptr) {
      for (const json::Value& each : *errors->get_if<json::Array>()) {
        if (each.get_if<json::Object>() == nullptr) continue;
        const json::ObjectReader error(each, "", Errc::network);
        std::string detail = error.optional_text("field").value_or("");
        for (const char* const name : {"code", "message"}) {
          if (const auto part = error.optional_text(name))
            detail += cat(detail.empty() ? "" : " ", *part);
        }
        text += cat("; ", detail);
      }
    }
    return base::safe_text(base::replace_all(text, "\n", " "), 300);
  } catch (const Error&) {
    return {};  // a page for people, of some proxy
  }
}

ReleaseApi::ReleaseApi(const Network& network, ApiAccess access)
    : m_patience(network.patience),
      m_access(std::move(access)),
      m_senders([options = network.http] { return base::make_http_sender(options); }) {}

void ReleaseApi::require_token() const {
  for (const std::string& beginning : m_access.foreign_tokens) {
    if (!m_access.token.starts_with(beginning)) continue;
    throw Error(Errc::permission,
                cat("the token of ", m_access.token_from, " is one of another host (", beginning,
                    "…) and was not sent to ", m_access.host, "; give one for ",
                    m_access.repository, " with ", m_access.permission));
  }
  if (!m_access.token.empty()) return;
  throw Error(Errc::permission,
              cat(m_access.token_from, " gives no token for ", m_access.repository, " at ",
                  m_access.host, "; give it one with ", m_access.permission));
}

// A page for people, where an API answers in JSON whatever comes.
void ReleaseApi::require_api(const HttpAnswer& answer, const base::Url& url) const {
  const std::string_view body = base::trim(answer.body);
  if (answer.status >= 500 || !body.starts_with('<')) return;
  throw Error(Errc::config, cat(url.host(), " answers with a page for people (HTTP ", answer.status,
                                ") and not as ", m_access.host, "'s API does; look at `api_url` (",
                                m_access.api_example, "), and at what proxies are in between"));
}

json::Value ReleaseApi::parsed(const HttpAnswer& answer, const base::Url& url) const {
  require_api(answer, url);
  return base::with_context(url.host(), [&] { return parse(answer); });
}

HttpAnswer ReleaseApi::send(base::HttpCall call) {
  { const std::scoped_lock until_quiet_is_over(m_quiet); }
  const auto left = std::chrono::ceil<seconds>(m_patience->left());
  if (left == seconds::zero()) throw Error(Errc::network, "the time of --timeout is over");
  call.deadline = left;
  for (const auto& header : m_access.headers) {
    const bool is_given = std::any_of(call.headers.begin(), call.headers.end(),
                                      [&](const auto& each) { return each.first == header.first; });
    if (!is_given) call.headers.push_back(header);
  }
  if (!m_access.token.empty()) call.authorization = cat("Bearer ", m_access.token);
  return m_senders.take(call.url.host())->send(call);
}

// How long the host wants to be left alone. Source: "Rate limits for the REST API", GitHub.
std::optional<seconds> ReleaseApi::limit_of(const HttpAnswer& answer) const {
  if (answer.status != 403 && answer.status != 429) return std::nullopt;
  constexpr std::uint64_t kMostSeconds = 7UL * 24 * 3600;
  if (const auto after = base::parse_decimal(answer.header("retry-after").value_or(""))) {
    return seconds(std::min(*after, kMostSeconds));
  }
  if (answer.header("x-ratelimit-remaining") == "0") {
    const auto reset = base::parse_decimal(answer.header("x-ratelimit-reset").value_or(""));
    if (!reset) return kSecondaryLimit;
    const auto now = static_cast<std::uint64_t>(m_patience->now().time_since_epoch().count());
    return seconds(*reset > now ? std::min(*reset - now, kMostSeconds) : 1);
  }
  const bool says_so =
      base::lower_case(answer.body.substr(0, 1000)).find("rate limit") != std::string::npos;
  if (answer.status == 429 || says_so) return kSecondaryLimit;
  return std::nullopt;
}

void ReleaseApi::wait_for_limit(seconds time, int& times) {
  // Whoever is told again waits longer than told.
  time *= 1 << std::min(times++, 6);
  const milliseconds left = m_patience->left();
  if (time >= left) {
    throw Error(Errc::network,
                cat(m_access.host, " takes no more requests for now (rate limit); ",
                    "run the same command after ", time_text(m_patience->now() + time)));
  }
  // Meanwhile another thread may have waited for the same.
  const std::scoped_lock quiet(m_quiet);
  const milliseconds left_after = left - time;
  if (const milliseconds now = m_patience->left(); now > left_after)
    m_patience->wait(now - left_after);
}

void ReleaseApi::wait_or_give_up(int tries, const std::string& problem) {
  const milliseconds delay = full_jitter(tries);
  // What was wrong says more than that the time is over.
  if (tries >= kMaxTries || delay >= m_patience->left()) {
    throw Error(Errc::network, cat(problem, " (tried ", tries, tries == 1 ? " time" : " times",
                                   "); run the same command again, what is done is kept"));
  }
  m_patience->wait(delay);
}

void ReleaseApi::refuse(const HttpAnswer& answer, bool is_write) const {
  const std::string said = message_of(answer.body);
  const std::string reason =
      said.empty() ? cat("HTTP ", answer.status) : cat(said, ", HTTP ", answer.status);
  const bool has_token = !m_access.token.empty();
  const std::string token = has_token ? cat("the token of ", m_access.token_from)
                                      : cat("without a token (", m_access.token_from, " has none)");
  const std::string need = cat("it needs ", m_access.permission, " of ", m_access.repository);
  if (answer.status == 401) {
    throw Error(Errc::permission,
                has_token ? cat(m_access.host, " does not accept ", token, " (", reason,
                                "): it is wrong, expired or revoked; make a new one, ", need)
                          : cat(m_access.host, " wants a token (", reason, "), and ",
                                m_access.token_from, " has none; ", need));
  }
  if (answer.status == 403) {
    throw Error(
        Errc::permission,
        cat(token, is_write ? cat(" may not write ", m_access.what, " of ") : " may not read ",
            m_access.repository, " (", reason, "); ", need));
  }
  if (answer.status == 404) {
    throw Error(Errc::permission, cat(m_access.host, " shows no repository ", m_access.repository,
                                      " to ", token, ", or lets it not write there (", reason,
                                      "); look at `repository`, and ", need));
  }
  throw Error(Errc::network, cat(m_access.host, " answers ", reason));
}

void ReleaseApi::refuse_write(const Written& written) const {
  throw Error(Errc::permission,
              cat(m_access.host, " does not let the token of ", m_access.token_from, " write to ",
                  m_access.repository, " (", written.problem, ", HTTP ", written.status,
                  "); it needs ", m_access.permission));
}

HttpAnswer ReleaseApi::read(const base::Url& url) {
  int limits = 0;
  for (int tries = 1;; ++tries) {
    std::string problem;
    try {
      HttpAnswer answer = send({.method = HttpMethod::get,
                                .url = url,
                                .headers = {},
                                .authorization = {},
                                .upload = {},
                                .max_answer_bytes = kMaxAnswerBytes,
                                .sink = {},
                                .is_cancelled = {}});
      if (const auto limit = limit_of(answer)) {
        wait_for_limit(*limit, limits);
        --tries;
        continue;
      }
      if (answer.status < 500) return answer;
      problem = cat(url.host(), ": HTTP ", answer.status);
    } catch (const Error& error) {
      if (error.code() != Errc::network || m_patience->left() == milliseconds::zero()) throw;
      problem = error.what();
    }
    wait_or_give_up(tries, problem);
  }
}

std::optional<json::Value> ReleaseApi::find(const base::Url& url) {
  const HttpAnswer answer = read(url);
  require_api(answer, url);
  if (answer.status == 404) return std::nullopt;
  if (answer.status != 200) refuse(answer, false);
  return parsed(answer, url);
}

Page ReleaseApi::list(const base::Url& url) {
  const HttpAnswer answer = read(url);
  if (answer.status != 200) refuse(answer, false);
  const json::Value value = parsed(answer, url);
  const auto* const items = value.get_if<json::Array>();
  if (items == nullptr) throw Error(Errc::network, cat(url.host(), ": its list is none"));
  const auto link = answer.header("link");
  return {*items, link && link->find("rel=\"next\"") != std::string::npos,
          base::parse_decimal(answer.header("x-total-count").value_or(""))};
}

Written ReleaseApi::write(HttpMethod method, const base::Url& url,
                          const std::optional<base::HttpUpload>& upload, NotFound not_found) {
  int limits = 0;
  for (;;) {
    HttpAnswer answer;
    try {
      answer = send({.method = method,
                     .url = url,
                     .headers = {},
                     .authorization = {},
                     .upload = upload,
                     .max_answer_bytes = kMaxAnswerBytes,
                     .sink = {},
                     .is_cancelled = {}});
    } catch (const Error& error) {
      if (error.code() != Errc::network || m_patience->left() == milliseconds::zero()) throw;
      return {.status = 0, .body = {}, .problem = {}, .doubt = error.what()};
    }
    if (const auto limit = limit_of(answer)) {
      wait_for_limit(*limit, limits);
      continue;
    }
    Written written;
    written.status = answer.status;
    if (answer.status >= 500) {
      written.doubt = cat(url.host(), ": HTTP ", answer.status);
    } else if (answer.status < 300) {
      written.body = parse(answer);
    } else if (answer.status == 400 || answer.status == 409 || answer.status == 422 ||
               (answer.status == 404 && not_found == NotFound::tell)) {
      const std::string said = message_of(answer.body);
      written.problem = said.empty() ? cat("HTTP ", answer.status) : said;
    } else {
      refuse(answer, true);
    }
    return written;
  }
}

Written ReleaseApi::write(HttpMethod method, const base::Url& url, const json::Object& fields,
                          NotFound not_found) {
  std::string text = json::write(fields, json::Style::compact);
  const std::uint64_t size = text.size();
  return write(method, url, base::HttpUpload{"application/json", std::move(text), size}, not_found);
}

bool ReleaseApi::download(const base::Url& url, const base::ByteSink& sink) {
  int limits = 0;
  for (;;) {
    const HttpAnswer answer = send({.method = HttpMethod::get,
                                    .url = url,
                                    .headers = {{"Accept", "application/octet-stream"}},
                                    .authorization = {},
                                    .upload = {},
                                    .max_answer_bytes = std::uint64_t{16} << 30,
                                    .sink = sink,
                                    .is_cancelled = {}});
    if (answer.status == 404) return false;
    if (answer.status == 200) return true;
    const auto limit = limit_of(answer);
    if (!limit) refuse(answer, false);
    wait_for_limit(*limit, limits);
  }
}

}  // namespace releaser
