#pragma once

#include "manifest-schema/platform.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// Where a text stands decides which placeholders it may hold: a notes file has no platform, an
// archive's name has no binary.
enum class Scope { none, release, platform, binary };

struct Placeholder {
  std::string_view name;
  Scope scope;  // the narrowest scope that knows it; wider texts may not use it
  std::string_view meaning;
};

inline constexpr std::array kPlaceholders{
    Placeholder{"name", Scope::release, "[product] name"},
    Placeholder{"version", Scope::release, "the version, without \"v\""},
    Placeholder{"tag", Scope::release, "\"v\" and the version"},
    Placeholder{"commit", Scope::release, "the commit in full, empty outside git"},
    Placeholder{"date", Scope::release, "the release's date, YYYY-MM-DDTHH:MM:SSZ"},
    Placeholder{"platform", Scope::platform, "linux-x86_64"},
    Placeholder{"os", Scope::platform, "darwin, linux, windows, freebsd"},
    Placeholder{"arch", Scope::platform, "x86_64, arm64, aarch64, … as in the platform's name"},
    Placeholder{"exe", Scope::platform, "\".exe\" on Windows, else empty"},
    Placeholder{"goos", Scope::platform, "GOOS"},
    Placeholder{"goarch", Scope::platform, "GOARCH"},
    Placeholder{"rust_target", Scope::platform, "x86_64-unknown-linux-gnu"},
    Placeholder{"binary", Scope::binary, "path of the binary at hand"},
};

using PlaceholderValues = std::map<std::string, std::string, std::less<>>;

// Nothing where every `{word}` of the text may stand in this scope; else what is wrong, with the
// nearest right name. "{{" and "}}" stand for one brace.
std::optional<std::string> placeholder_problem(std::string_view text, Scope scope);

// Replaces the placeholders. Throws Errc::config for one that has no value.
std::string fill(std::string_view text, const PlaceholderValues& values);
std::vector<std::string> fill(const std::vector<std::string>& texts,
                              const PlaceholderValues& values);

// The values of a platform's own placeholders, added to `values`.
void add_platform_values(PlaceholderValues& values, const schema::Platform& platform);

// Does the text use a placeholder of this scope, other than `except`?
bool uses_scope(std::string_view text, Scope scope, std::string_view except = {});

}  // namespace releaser
