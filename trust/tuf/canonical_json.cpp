#include "trust/tuf/canonical_json.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace trust::tuf {
namespace {

namespace json = base::json;

void append(std::string& out, const json::Value& value);

void append(std::string& out, std::string_view text) {
  out += '"';
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter;
  }
  out += '"';
}

void append(std::string& out, const json::Array& array) {
  out += '[';
  for (std::size_t index = 0; index < array.size(); ++index) {
    if (index > 0) out += ',';
    append(out, array[index]);
  }
  out += ']';
}

void append(std::string& out, const json::Object& object) {
  std::vector<const json::Object::value_type*> members;
  members.reserve(object.size());
  for (const auto& member : object)
    members.push_back(&member);
  // The order of bytes of UTF-8 is the order of code points.
  std::sort(members.begin(), members.end(),
            [](const auto* left, const auto* right) { return left->first < right->first; });
  out += '{';
  for (std::size_t index = 0; index < members.size(); ++index) {
    if (index > 0) out += ',';
    append(out, std::string_view(members[index]->first));
    out += ':';
    append(out, members[index]->second);
  }
  out += '}';
}

void append(std::string& out, const json::Value& value) {
  if (const auto* const text = value.get_if<std::string>()) {
    append(out, std::string_view(*text));
  } else if (const auto* const array = value.get_if<json::Array>()) {
    append(out, *array);
  } else if (const auto* const object = value.get_if<json::Object>()) {
    append(out, *object);
  } else if (const auto* const number = value.get_if<std::int64_t>()) {
    base::append_text(out, *number);
  } else if (const auto* const boolean = value.get_if<bool>()) {
    out += *boolean ? "true" : "false";
  } else if (value.is_null()) {
    out += "null";
  } else {
    throw base::Error(base::Errc::untrusted, "signed metadata holds a real number");
  }
}

}  // namespace

std::string canonical_json(const json::Value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace trust::tuf
