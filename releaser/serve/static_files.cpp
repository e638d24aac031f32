#include "releaser/serve/static_files.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/serve/folder_page.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

namespace releaser {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kContentTypes{{
    {".gz", "application/gzip"},
    {".html", "text/html; charset=utf-8"},
    {".json", "application/json"},
    {".md", "text/markdown; charset=utf-8"},
    {".minisig", "text/plain; charset=utf-8"},
    {".ps1", "text/plain; charset=utf-8"},
    {".rb", "text/plain; charset=utf-8"},
    {".sh", "text/x-shellscript; charset=utf-8"},
    {".sha256", "text/plain; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".zip", "application/zip"},
    {".zst", "application/zstd"},
}};

constexpr std::array<std::pair<int, std::string_view>, 8> kReasons{{
    {200, "OK"},
    {206, "Partial Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {416, "Range Not Satisfiable"},
    {431, "Request Header Fields Too Large"},
}};

ServedAnswer short_answer(int status, std::string text) {
  ServedAnswer answer{.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}};
  answer.text = std::move(text);
  answer.length = answer.text.size();
  return answer;
}

// The file or folder that a request path names, with links resolved; nothing where it is outside of
// root or not there.
std::optional<base::Path> find_served_path(const base::Path& root, std::string_view request_path) {
  std::error_code error;
  const base::Path file =
      std::filesystem::canonical(root / base::Path(request_path.substr(1)).relative_path(), error);
  if (error) {
    return std::nullopt;
  }
  const auto leaves = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  if (leaves.first != root.end()) {
    return std::nullopt;
  }
  return file;
}

std::optional<base::FileDescriptor> open_served_file(const base::Path& file) {
  try {
    return base::open_regular_file(file);
  } catch (const base::Error&) {
    return std::nullopt;  // not there, no file, not readable: all a 404 to the other side
  }
}

std::string entity_tag(const base::FileDescriptor& file) {
  struct stat facts {};
  if (fstat(file.number(), &facts) != 0) {
    throw base::system_error("look at a served file", errno);
  }
  return base::cat('"', facts.st_size, '-', facts.st_mtim.tv_sec, '.', facts.st_mtim.tv_nsec, '-',
                   facts.st_ino, '"');
}

bool lists_tag(std::string_view header, std::string_view tag) {
  for (const auto candidate : base::split(header, ',')) {
    const auto text = base::trim(candidate);
    if (text == tag || text == "*" || (text.starts_with("W/") && text.substr(2) == tag)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string content_type(const base::Path& file) {
  const std::string extension = file.extension().string();
  for (const auto& [ending, type] : kContentTypes) {
    if (extension == ending) {
      return std::string(type);
    }
  }
  return "application/octet-stream";
}

ServedAnswer answer_request(const base::Path& root, const ServedRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    ServedAnswer answer = short_answer(405, "only GET and HEAD\n");
    answer.headers.emplace_back("Allow", "GET, HEAD");
    return answer;
  }
  auto path = find_served_path(root, request.path);
  std::error_code error;
  const bool is_folder = path && std::filesystem::is_directory(*path, error);
  if (is_folder) {
    const auto index = find_served_path(root, base::cat(request.path, "/index.html"));
    if (!index) {
      ServedAnswer answer = short_answer(200, folder_page(*path, request.path));
      answer.headers = {{"Content-Type", "text/html; charset=utf-8"},
                        {"Cache-Control", "no-cache"}};
      return answer;
    }
    path = index;
  }
  auto file = path ? open_served_file(*path) : std::nullopt;
  if (!file) {
    return short_answer(404, "not found\n");
  }
  const std::string tag = entity_tag(*file);
  const std::uint64_t size = base::file_size(*file);
  ServedAnswer answer{
      .status = 200,
      .headers = {{"ETag", tag}, {"Accept-Ranges", "bytes"}, {"Cache-Control", "no-cache"}}};
  if (lists_tag(request.header("if-none-match").value_or(""), tag)) {
    answer.status = 304;
    return answer;
  }
  answer.headers.emplace_back("Content-Type", content_type(*path));
  answer.part = {0, size == 0 ? 0 : size - 1};
  answer.length = size;
  const auto range = request.header("range");
  if (range && request.header("if-range").value_or(tag) == tag) {
    const auto [kind, part] = read_range(*range, size);
    if (kind == RangeAnswer::not_satisfiable) {
      ServedAnswer refusal = short_answer(416, "no such range\n");
      refusal.headers.emplace_back("Content-Range", base::cat("bytes */", size));
      return refusal;
    }
    if (kind == RangeAnswer::part) {
      answer.status = 206;
      answer.part = part;
      answer.length = part.last - part.first + 1;
      answer.headers.emplace_back("Content-Range",
                                  base::cat("bytes ", part.first, '-', part.last, '/', size));
    }
  }
  answer.file = *std::move(file);
  return answer;
}

std::string answer_head(const ServedAnswer& answer, bool keep_alive) {
  std::string_view reason = "Error";
  for (const auto& [status, text] : kReasons) {
    if (status == answer.status) {
      reason = text;
    }
  }
  std::string head = base::cat("HTTP/1.1 ", answer.status, ' ', reason, "\r\n");
  for (const auto& [name, value] : answer.headers) {
    head += base::cat(name, ": ", value, "\r\n");
  }
  if (answer.status != 304) {
    head += base::cat("Content-Length: ", answer.length, "\r\n");
  }
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

}  // namespace releaser
