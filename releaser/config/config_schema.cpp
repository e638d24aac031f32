#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/config/config_keys.hpp"

#include <algorithm>
#include <type_traits>

namespace releaser {
namespace {

namespace json = base::json;

json::Object schema_of_text(const KeyRules& rules) {
  json::Object schema{{"type", "string"}};
  if (rules.required && rules.pattern.empty()) schema.emplace_back("minLength", 1);
  if (!rules.pattern.empty()) schema.emplace_back("pattern", rules.pattern);
  if (!rules.choices.empty()) {
    schema.emplace_back("enum", json::Array(rules.choices.begin(), rules.choices.end()));
  }
  return schema;
}

json::Object array_of(json::Object items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

template <class Kind>
json::Object schema_of_kind(const KeyRules& rules) {
  if constexpr (std::is_same_v<Kind, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_same_v<Kind, int>) {
    return {{"type", "integer"}, {"minimum", rules.minimum}, {"maximum", rules.maximum}};
  } else if constexpr (std::is_same_v<Kind, std::vector<std::string>>) {
    return array_of({{"type", "string"}});
  } else if constexpr (std::is_same_v<Kind, std::vector<Argv>>) {
    json::Object argv = array_of({{"type", "string"}});
    argv.emplace_back("minItems", 1);
    return array_of(std::move(argv));
  } else if constexpr (std::is_same_v<Kind, std::map<std::string, std::string>>) {
    return {{"type", "object"}, {"additionalProperties", json::Object{{"type", "string"}}}};
  } else if constexpr (std::is_same_v<Kind, std::vector<FilePattern>>) {
    const json::Object text{{"type", "string"}, {"minLength", 1}};
    const json::Object table{
        {"type", "object"},
        {"properties", json::Object{{"src", text}, {"dst", json::Object{{"type", "string"}}}}},
        {"required", json::Array{"src"}},
        {"additionalProperties", false}};
    return array_of({{"anyOf", json::Array{text, table}}});
  } else {
    return schema_of_text(rules);
  }
}

// The member's value in a section that nobody filled, for "default".
json::Value default_value(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}
json::Value default_value(bool flag) { return flag; }
json::Value default_value(int number) { return number == 0 ? json::Value() : json::Value(number); }
template <class Other>
json::Value default_value(const Other&) {
  return {};
}

template <class Section>
json::Object properties_of(const SectionKeys<Section>& section, json::Array& required) {
  json::Object properties;
  if constexpr (!std::is_empty_v<Section>) {
    static const Section unfilled{};
    for (const auto& key : section.keys) {
      json::Object schema = std::visit(
          [&](auto field) {
            using Kind = std::remove_cvref_t<decltype(unfilled.*field)>;
            json::Object of_kind = schema_of_kind<Kind>(key.rules);
            of_kind.insert(of_kind.begin(), {"description", key.help});
            const json::Value standard = default_value(unfilled.*field);
            if (!standard.is_null() && !key.rules.required) {
              of_kind.emplace_back("default", standard);
            }
            return of_kind;
          },
          key.field);
      if (key.name == "platforms") {
        json::Array names;
        for (const auto& row : schema::Platform::table())
          names.emplace_back(row.name);
        schema = {{"description", key.help},
                  {"type", "array"},
                  {"items", json::Object{{"enum", names}}},
                  {"minItems", 1},
                  {"uniqueItems", true}};
      }
      if (key.rules.required) required.emplace_back(key.name);
      properties.emplace_back(std::string(key.name), std::move(schema));
    }
  }
  return properties;
}

json::Object object_schema(std::string_view help, json::Object properties, json::Array required) {
  json::Object schema{{"description", help},
                      {"type", "object"},
                      {"properties", std::move(properties)},
                      {"additionalProperties", false}};
  if (!required.empty()) schema.emplace_back("required", std::move(required));
  return schema;
}

// Puts a property of a section below another one into that one.
void add_property(json::Object& schema, std::string name, json::Value value) {
  for (auto& [member, properties] : schema) {
    if (member != "properties") continue;
    json::Object extended = *properties.get_if<json::Object>();
    extended.emplace_back(std::move(name), std::move(value));
    properties = std::move(extended);
    return;
  }
}

}  // namespace

std::string config_schema() {
  json::Object root_properties;
  json::Array root_required;
  std::vector<std::pair<std::string, json::Object>> sections;
  // Sections below others, which stand before them or after.
  std::vector<std::pair<std::string, json::Object>> below;
  visit_sections([&](const auto& section) {
    json::Array required;
    json::Object properties = properties_of(section, required);
    const std::string name(section.name);
    if (section.kind == SectionKind::root) {
      root_properties = std::move(properties);
      root_required = std::move(required);
      return;
    }
    json::Object schema = object_schema(section.help, std::move(properties), std::move(required));
    if (section.kind == SectionKind::table_per_platform) {
      schema = {{"description", section.help},
                {"type", "object"},
                {"additionalProperties", std::move(schema)}};
    }
    if (section.kind == SectionKind::array_of_tables) schema = array_of(std::move(schema));
    if (name.find('.') != std::string::npos) {
      below.emplace_back(name, std::move(schema));
      return;
    }
    if (section.required) root_required.emplace_back(name);
    sections.emplace_back(name, std::move(schema));
  });
  for (auto& [name, schema] : sections) {
    for (const auto& [full_name, part] : below) {
      const std::size_t dot = full_name.find('.');
      if (full_name.substr(0, dot) == name) add_property(schema, full_name.substr(dot + 1), part);
    }
    root_properties.emplace_back(name, std::move(schema));
  }
  json::Object schema = object_schema("how to make and publish releases of one product",
                                      std::move(root_properties), std::move(root_required));
  schema.insert(schema.begin(), {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                                 {"title", "cco-release.toml"}});
  return base::json::write(schema, base::json::Style::pretty);
}

}  // namespace releaser
