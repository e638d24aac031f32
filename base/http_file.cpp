#include "base/error.hpp"
#include "base/http.hpp"
#include "base/text.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

namespace base {

HttpResponse read_file_url(const HttpRequest& request, const ByteSink& sink) {
  const std::string path = request.url.file_path();
  HttpResponse response;
  // O_NONBLOCK: a FIFO does not hold us; O_NOFOLLOW: whoever may write in the folder cannot lead us
  // elsewhere.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      response.status = 404;
      return response;
    }
    if (errno == ELOOP) {
      throw Error(Errc::config,
                  cat(request.url.text(), ": is a symbolic link; give the file itself"));
    }
    throw system_error(cat("open ", path), errno);
  }
  struct stat status {};
  if (fstat(file.number(), &status) != 0) {
    throw system_error(cat("stat ", path), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(Errc::config, cat(request.url.text(), ": is no regular file"));
  }
  stream_file(file, [&](std::string_view bytes) {
    if (bytes.size() > request.max_bytes - response.body_bytes) {
      throw Error(Errc::untrusted, cat(request.url.text(), ": is larger than the ",
                                       request.max_bytes, " bytes that are allowed"));
    }
    response.body_bytes += bytes.size();
    sink(bytes);
  });
  response.status = 200;
  return response;
}

}  // namespace base
