#include "agent/trusted_environment.hpp"

#include <algorithm>
#include <array>

namespace agent {
namespace {

constexpr std::array<std::string_view, 6> kHarmless{"CI",       "COLORTERM", "LANG",
                                                    "LANGUAGE", "NO_COLOR",  "TERM"};
constexpr const char* kSystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool is_harmless(std::string_view name) {
  return name.starts_with("LC_") ||
         std::find(kHarmless.begin(), kHarmless.end(), name) != kHarmless.end();
}

}  // namespace

base::Environment trusted_environment(const base::Environment& untrusted) {
  std::map<std::string, std::string, std::less<>> kept;
  for (const auto& [name, value] : untrusted.variables()) {
    if (is_harmless(name)) {
      kept.emplace(name, value);
    }
  }
  kept.emplace("PATH", kSystemPath);
  return base::Environment(std::move(kept));
}

}  // namespace agent
