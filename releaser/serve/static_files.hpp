#pragma once

#include "base/file.hpp"
#include "releaser/serve/http_request.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace releaser {

// The answer to one request: a short text, or a part of an open file.
struct ServedAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string text;
  base::FileDescriptor file;
  ByteRange part;            // of the file, where it is open
  std::uint64_t length = 0;  // of the body that GET would have; HEAD sends none
};

// Answers GET and HEAD from the files below `root` (canonical). A folder is its index.html,
// else a page that lists it.
// Whatever leads out of root ("..", a link) is a 404 like a file that is not there. Strong ETag of
// size, time and inode; 304, 206 and 416 by RFC 9110.
ServedAnswer answer_request(const base::Path& root, const ServedRequest& request);

// "text/x-shellscript; charset=utf-8" for install.sh.
std::string content_type(const base::Path& file);
// "HTTP/1.1 200 OK\r\n…\r\n\r\n"
std::string answer_head(const ServedAnswer& answer, bool keep_alive);

}  // namespace releaser
