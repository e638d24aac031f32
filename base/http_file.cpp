#include "base/error.hpp"
#include "base/http.hpp"
#include "base/text.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace base {
namespace {

constexpr std::size_t kBodyPieceBytes = std::size_t{256} * 1024;

// A file that cannot be read is a fault of this source, as a server that does not answer: another
// one may be asked.
Error source_error(std::string_view what, const std::string& path) {
  return {Errc::network, system_error(cat(what, path), errno).what()};
}

}  // namespace

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
      throw Error(Errc::network,
                  cat(request.url.text(), ": is a symbolic link; give the file itself"));
    }
    throw source_error("open ", path);
  }
  struct stat status {};
  if (fstat(file.number(), &status) != 0) {
    throw source_error("stat ", path);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(Errc::network, cat(request.url.text(), ": is no regular file"));
  }
  std::string piece(kBodyPieceBytes, '\0');
  for (;;) {
    const ssize_t count =
        pread(file.number(), piece.data(), piece.size(), static_cast<off_t>(response.body_bytes));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw source_error("read ", path);
    if (count == 0) break;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
    if (bytes.size() > request.max_bytes - response.body_bytes) {
      throw Error(Errc::untrusted, cat(request.url.text(), ": is larger than the ",
                                       request.max_bytes, " bytes that are allowed"));
    }
    response.status = 200;
    if (response.body_bytes == 0 && request.before_body) request.before_body(response);
    response.body_bytes += bytes.size();
    sink(bytes);
  }
  response.status = 200;
  return response;
}

}  // namespace base
