#pragma once

#include "base/file.hpp"
#include "site/archive_download.hpp"

#include <string>
#include <string_view>

namespace test {

inline std::string content_of(const site::ProvenArchive& archive) {
  std::string content;
  base::stream_file(archive.file, [&](std::string_view bytes) { content += bytes; });
  return content;
}

}  // namespace test
