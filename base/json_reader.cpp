#include "base/json.hpp"
#include "base/text.hpp"

namespace base::json {
namespace {

std::optional<std::uint64_t> as_number(const Value& value) {
  const auto* number = value.get_if<std::int64_t>();
  if (number == nullptr || *number < 0) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

ObjectReader::ObjectReader(const Value& value, std::string place, Errc errc)
    : m_object(value.get_if<Object>()), m_place(std::move(place)), m_errc(errc) {
  if (m_object == nullptr) {
    throw Error(errc, m_place.empty() ? "must be an object" : m_place + ": must be an object");
  }
}

std::string ObjectReader::place_of(std::string_view name) const {
  const std::string safe_name = safe_text(name, 80);
  return m_place.empty() ? safe_name : cat(m_place, ".", safe_name);
}

void ObjectReader::fail(std::string_view name, std::string_view problem) const {
  throw Error(m_errc, cat(place_of(name), ": ", problem));
}

const Value* ObjectReader::find(std::string_view name) const {
  const Value* value = json::find(*m_object, name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string ObjectReader::text(std::string_view name) const {
  auto text = optional_text(name);
  if (!text) {
    fail(name, "is missing");
  }
  return *std::move(text);
}

std::optional<std::string> ObjectReader::optional_text(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto* text = value->get_if<std::string>();
  if (text == nullptr) {
    fail(name, "must be a text");
  }
  return *text;
}

std::uint64_t ObjectReader::number(std::string_view name) const {
  const auto number = optional_number(name);
  if (!number) {
    fail(name, "is missing");
  }
  return *number;
}

std::optional<std::uint64_t> ObjectReader::optional_number(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto number = as_number(*value);
  if (!number) {
    fail(name, "must be an integer from 0 to 2^53");
  }
  return number;
}

bool ObjectReader::boolean(std::string_view name, bool when_absent) const {
  const Value* value = find(name);
  if (value == nullptr) {
    return when_absent;
  }
  const auto* boolean = value->get_if<bool>();
  if (boolean == nullptr) {
    fail(name, "must be true or false");
  }
  return *boolean;
}

ObjectReader ObjectReader::object(std::string_view name) const {
  auto object = optional_object(name);
  if (!object) {
    fail(name, "is missing");
  }
  return *std::move(object);
}

std::optional<ObjectReader> ObjectReader::optional_object(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  return ObjectReader(*value, place_of(name), m_errc);
}

std::vector<ObjectReader> ObjectReader::objects(std::string_view name) const {
  std::vector<ObjectReader> readers;
  if (const Value* value = find(name)) {
    const auto* array = value->get_if<Array>();
    if (array == nullptr) {
      fail(name, "must be an array of objects");
    }
    for (std::size_t index = 0; index < array->size(); ++index) {
      readers.emplace_back((*array)[index], cat(place_of(name), "[", index, "]"), m_errc);
    }
  }
  return readers;
}

std::vector<std::string> ObjectReader::texts(std::string_view name) const {
  std::vector<std::string> texts;
  if (const Value* value = find(name)) {
    const auto* array = value->get_if<Array>();
    if (array == nullptr) {
      fail(name, "must be an array of texts");
    }
    for (const Value& element : *array) {
      const auto* text = element.get_if<std::string>();
      if (text == nullptr) {
        fail(name, "must be an array of texts");
      }
      texts.push_back(*text);
    }
  }
  return texts;
}

}  // namespace base::json
