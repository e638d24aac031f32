#include "agent/config_table.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {

using base::cat;
using base::toml::Value;

namespace {

std::string toml_text(std::string_view text) {
  // A JSON text is a TOML basic string, but for DEL, which no valid value holds.
  return base::json::write(base::json::Value(text), base::json::Style::compact);
}

}  // namespace

std::string config_value_text(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) return toml_text(*text);
  if (const auto* number = value.get_if<std::int64_t>()) return cat(*number);
  if (const auto* boolean = value.get_if<bool>()) return *boolean ? "true" : "false";
  if (const auto* array = value.get_if<base::toml::Array>()) {
    std::vector<std::string> parts;
    for (const Value& element : *array)
      parts.push_back(config_value_text(element));
    return cat("[", base::join(parts, ", "), "]");
  }
  return std::string(value.kind_name());
}

std::string config_value_of_input(const ConfigKey& key, std::string_view input) {
  const std::string_view text = base::trim(input);
  if (!base::is_utf8(text)) {
    throw base::Error(base::Errc::config, cat(key.name, " must be ", key.values, ", in UTF-8"));
  }
  switch (key.kind) {
    case KeyKind::boolean:
      if (text == "true" || text == "false") return std::string(text);
      break;
    case KeyKind::whole_number:
      if (base::parse_decimal(text)) return std::string(text);
      break;
    case KeyKind::text:
      return toml_text(text);
    case KeyKind::text_list: {
      std::vector<std::string> parts;
      for (const std::string_view part : base::split(text, ',')) {
        if (!base::trim(part).empty()) parts.push_back(toml_text(base::trim(part)));
      }
      return cat("[", base::join(parts, ", "), "]");
    }
  }
  throw base::Error(base::Errc::config, cat(key.name, " must be ", key.values));
}

}  // namespace agent
