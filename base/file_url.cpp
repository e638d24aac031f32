#include "base/file_url.hpp"

#include "base/text.hpp"

namespace base {

Url file_url(const Path& path) {
  std::string text = std::filesystem::absolute(path).lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/'))
    text.pop_back();
  std::string encoded;
  for (const std::string_view part : split(std::string_view(text).substr(1), '/'))
    encoded += cat('/', percent_encode(part));
  return Url::parse(cat("file://", encoded));
}

}  // namespace base
