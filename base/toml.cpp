#include "base/toml.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace base::toml {
namespace {

Position position_of(const ::toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

template <class Date>
std::string text_of(const Date& date) {
  std::ostringstream out;
  out << date;
  return out.str();
}

Value convert(const ::toml::node& node);

Array convert_array(const ::toml::array& array) {
  Array values;
  values.reserve(array.size());
  for (const ::toml::node& element : array) {
    values.push_back(convert(element));
  }
  return values;
}

Table convert_table(const ::toml::table& table) {
  Table members;
  members.reserve(table.size());
  for (const auto& [key, node] : table) {
    members.push_back({std::string(key.str()), position_of(key.source()), convert(node)});
  }
  // The library sorts by name.
  std::stable_sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return std::pair(a.position.line, a.position.column) <
           std::pair(b.position.line, b.position.column);
  });
  return members;
}

Value convert(const ::toml::node& node) {
  const Position position = position_of(node.source());
  switch (node.type()) {
    case ::toml::node_type::table:
      return {convert_table(*node.as_table()), position};
    case ::toml::node_type::array:
      return {convert_array(*node.as_array()), position};
    case ::toml::node_type::string:
      return {node.as_string()->get(), position};
    case ::toml::node_type::integer:
      return {node.as_integer()->get(), position};
    case ::toml::node_type::floating_point:
      return {node.as_floating_point()->get(), position};
    case ::toml::node_type::boolean:
      return {node.as_boolean()->get(), position};
    case ::toml::node_type::date:
      return {text_of(node.as_date()->get()), position};
    case ::toml::node_type::time:
      return {text_of(node.as_time()->get()), position};
    case ::toml::node_type::date_time:
      return {text_of(node.as_date_time()->get()), position};
    case ::toml::node_type::none:
      break;
  }
  throw Error(Errc::internal, "a TOML node without a type");
}

}  // namespace

std::string_view Value::kind_name() const {
  constexpr std::string_view kNames[] = {"a text",        "an integer", "a number",
                                         "true or false", "a list",     "a table"};
  return kNames[m_storage.index()];
}

Table parse(std::string_view text, std::string_view file_name) {
  try {
    return convert_table(::toml::parse(text));
  } catch (const ::toml::parse_error& error) {
    throw Error(Errc::config,
                cat(file_name, ":", error.source().begin.line, ":", error.source().begin.column,
                    ": ", safe_text(error.description(), 300)));
  }
}

const Value* find(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == table.end() ? nullptr : &found->value;
}

}  // namespace base::toml
