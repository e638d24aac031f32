#include "releaser/config/placeholders.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <functional>

namespace releaser {
namespace {

using base::cat;

bool is_word_character(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

// Sends the literal pieces and the placeholder names of a text to two receivers, in order.
void walk(std::string_view text, const std::function<void(std::string_view)>& on_literal,
          const std::function<void(std::string_view)>& on_name) {
  for (std::size_t at = 0; at < text.size();) {
    const bool doubled = at + 1 < text.size() && text[at] == text[at + 1];
    if ((text[at] == '{' || text[at] == '}') && doubled) {
      on_literal(text.substr(at, 1));
      at += 2;
      continue;
    }
    if (text[at] == '{') {
      std::size_t end = at + 1;
      while (end < text.size() && is_word_character(text[end]))
        ++end;
      if (end > at + 1 && end < text.size() && text[end] == '}') {
        on_name(text.substr(at + 1, end - at - 1));
        at = end + 1;
        continue;
      }
    }
    on_literal(text.substr(at, 1));
    ++at;
  }
}

const Placeholder* find_placeholder(std::string_view name) {
  const auto* const found = std::find_if(kPlaceholders.begin(), kPlaceholders.end(),
                                         [&](const auto& each) { return each.name == name; });
  return found == kPlaceholders.end() ? nullptr : found;
}

}  // namespace

std::optional<std::string> placeholder_problem(std::string_view text, Scope scope) {
  std::optional<std::string> problem;
  const auto check = [&](std::string_view name) {
    if (problem) return;
    const Placeholder* const known = find_placeholder(name);
    if (known == nullptr) {
      std::vector<std::string> names;
      names.reserve(kPlaceholders.size());
      for (const Placeholder& each : kPlaceholders)
        names.emplace_back(each.name);
      problem = cat("unknown placeholder {", name, "}", base::did_you_mean(name, names));
    } else if (known->scope > scope) {
      problem =
          cat("placeholder {", name, "} has no value here: this text is the same for every ",
              known->scope == Scope::binary && scope == Scope::platform ? "binary" : "platform");
    }
  };
  walk(
      text, [](std::string_view) {}, check);
  return problem;
}

std::string fill(std::string_view text, const PlaceholderValues& values) {
  std::string filled;
  walk(
      text, [&](std::string_view literal) { filled += literal; },
      [&](std::string_view name) {
        const auto value = values.find(name);
        if (value == values.end()) {
          throw base::Error(base::Errc::config, cat("placeholder {", name, "} has no value here"));
        }
        filled += value->second;
      });
  return filled;
}

std::vector<std::string> fill(const std::vector<std::string>& texts,
                              const PlaceholderValues& values) {
  std::vector<std::string> filled;
  filled.reserve(texts.size());
  for (const std::string& text : texts)
    filled.push_back(fill(text, values));
  return filled;
}

void add_platform_values(PlaceholderValues& values, const schema::Platform& platform) {
  const std::string_view name = platform.name();
  const std::size_t after_os = name.find('-') + 1;
  const std::string_view arch = name.substr(after_os);
  values["platform"] = std::string(name);
  values["os"] = std::string(name.substr(0, after_os - 1));
  values["arch"] = std::string(arch.substr(0, arch.find('-')));
  values["exe"] = std::string(platform.executable_suffix());
  values["goos"] = std::string(platform.row().goos);
  values["goarch"] = std::string(platform.row().goarch);
  values["rust_target"] = std::string(platform.row().rust_target);
}

bool uses_scope(std::string_view text, Scope scope, std::string_view except) {
  bool found = false;
  walk(
      text, [](std::string_view) {},
      [&](std::string_view name) {
        const Placeholder* const known = find_placeholder(name);
        found = found || (known != nullptr && known->scope == scope && name != except);
      });
  return found;
}

}  // namespace releaser
