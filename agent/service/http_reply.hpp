#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// What the service says of itself on 127.0.0.1, computed anew for each request.
struct ServiceFacts {
  std::uint16_t port = 0;
  base::Time now{};
  std::uint64_t uptime_seconds = 0;
  std::string version;
  std::int64_t process_id = 0;
  // What an update that judges this version gave it to say; nothing otherwise.
  std::optional<std::string> nonce;
  // Why it is not ready; empty: it is.
  std::string not_ready_because;
  // While a new version has this service's place: how often that ended by itself.
  std::optional<std::uint64_t> successor_ended;
};

// A request's head may be this long; what is longer is refused.
inline constexpr std::size_t kMaxRequestHead = 8192;

// Does the head end here, so that it can be answered?
bool is_whole_head(std::string_view unverified_bytes);

// The whole answer to one request. `GET` and `HEAD` of /health and /ready, for a Host that is this
// machine's own name for itself: a page of the web whose name was pointed at 127.0.0.1 gets 403.
// Never cached; the connection ends with it.
std::string reply_to(std::string_view unverified_head, const ServiceFacts& facts);

}  // namespace agent
