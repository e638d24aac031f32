#include "releaser/init/project_text.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace releaser {

void set_if_empty(std::string& value, std::string_view found) {
  if (value.empty()) {
    value = base::trim(base::replace_all(base::safe_text(found, 300), "\n", " "));
  }
}

std::string text_of_file(const base::Path& file) {
  try {
    return base::read_file_if_exists(file, kMaxFileBytes).value_or("");
  } catch (const base::Error&) {
    return "";
  }
}

}  // namespace releaser
