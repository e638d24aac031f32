#include "agent/service/http_reply.hpp"
#include "base/text.hpp"
#include "tests/fuzz/fuzz.hpp"

// Whatever a neighbour on 127.0.0.1 sends: one whole answer of a known status, and 200 only for a
// whole head that asks for one of the two pages.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view head = fuzz::text_of(bytes, size);
  agent::ServiceFacts facts;
  facts.port = 7311;
  facts.version = "1.2.0";
  facts.nonce = "0123456789abcdef";
  const std::string reply = agent::reply_to(head, facts);
  const std::size_t end = reply.find("\r\n\r\n");
  fuzz::require(reply.starts_with("HTTP/1.1 ") && end != std::string::npos);
  fuzz::require(reply.find("Cache-Control: no-store") < end);
  fuzz::require(reply.find("Connection: close") < end);
  fuzz::require(head.starts_with("HEAD ") == (reply.size() == end + 4));
  if (reply.starts_with("HTTP/1.1 200 ")) {
    fuzz::require(agent::is_whole_head(head) && size <= agent::kMaxRequestHead);
    fuzz::require(head.starts_with("GET /") || head.starts_with("HEAD /"));
    fuzz::require(base::lower_case(head).find("host:") != std::string::npos);
  }
  return 0;
}
