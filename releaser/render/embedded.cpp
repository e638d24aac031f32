#include "releaser/render/embedded.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/render/embed/file_table.hpp"

namespace releaser {

std::string_view embedded_template(std::string_view file_name) {
  for (const auto& file : embedded_files()) {
    if (file.name == file_name) return file.bytes;
  }
  throw base::Error(base::Errc::internal, base::cat("no template ", file_name, " is built in"));
}

}  // namespace releaser
