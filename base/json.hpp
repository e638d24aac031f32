#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace base::json {

class Value;
using Array = std::vector<Value>;
// Members in the order in which they were read or added; names are distinct.
using Object = std::vector<std::pair<std::string, Value>>;

// One JSON value. Numbers are integers of at most 2^53; a real number exists only where Limits
// allow it.
class Value {
 public:
  using Storage =
      std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object>;

  Value() : m_storage(nullptr) {}
  Value(std::nullptr_t) : m_storage(nullptr) {}         // NOLINT: literals become values
  Value(bool value) : m_storage(value) {}               // NOLINT
  Value(int value) : m_storage(std::int64_t{value}) {}  // NOLINT
  Value(std::int64_t value) : m_storage(value) {}       // NOLINT
  Value(std::uint64_t value) : m_storage(static_cast<std::int64_t>(value)) {}  // NOLINT
  Value(double value) : m_storage(value) {}                                    // NOLINT
  Value(const char* value) : m_storage(std::string(value)) {}                  // NOLINT
  Value(std::string_view value) : m_storage(std::string(value)) {}             // NOLINT
  Value(std::string value) : m_storage(std::move(value)) {}                    // NOLINT
  Value(Array value) : m_storage(std::move(value)) {}                          // NOLINT
  Value(Object value) : m_storage(std::move(value)) {}                         // NOLINT

  // Out of line, because GCC 12 sees uninitialized members in an inlined move of a variant.
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  template <class Kind>
  [[nodiscard]] const Kind* get_if() const {
    return std::get_if<Kind>(&m_storage);
  }
  [[nodiscard]] bool is_null() const { return get_if<std::nullptr_t>() != nullptr; }
  [[nodiscard]] const Storage& storage() const { return m_storage; }
  bool operator==(const Value&) const = default;

 private:
  Storage m_storage;
};

struct Limits {
  std::size_t max_bytes;
  int max_depth = 16;
  bool allow_reals = false;
};

// Strict: UTF-8, no duplicate names, no comments, no NaN, nothing after the value, depth and size
// limited before anything is built. Throws Error(errc, "line 3: …") with the code that the caller
// gives.
Value parse(std::string_view text, const Limits& limits, Errc errc);

enum class Style { compact, pretty };
// Two spaces a level where pretty, and a final LF; members in their order; only what must be
// escaped is escaped.
std::string write(const Value& value, Style style);

// The member of this name, or nothing.
const Value* find(const Object& object, std::string_view name);

// Reads the members of one object with errors that name the place: "versions.2026.11.1.size: must
// be an integer". Names that nobody asks for are ignored (rule of the manifest: unknown fields are
// ignored).
class ObjectReader {
 public:
  // `place` is "" for the outermost value. Throws if `value` is no object.
  ObjectReader(const Value& value, std::string place, Errc errc);

  [[nodiscard]] const Value* find(std::string_view name) const;  // present and not null
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
  [[nodiscard]] std::uint64_t number(std::string_view name) const;  // 0 to 2^53
  [[nodiscard]] std::optional<std::uint64_t> optional_number(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name, bool when_absent) const;
  [[nodiscard]] ObjectReader object(std::string_view name) const;
  [[nodiscard]] std::optional<ObjectReader> optional_object(std::string_view name) const;
  // Empty where absent.
  [[nodiscard]] std::vector<ObjectReader> objects(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  // All members, for maps.
  [[nodiscard]] const Object& members() const { return *m_object; }
  [[nodiscard]] std::string place_of(std::string_view name) const;
  [[noreturn]] void fail(std::string_view name, std::string_view problem) const;
  [[nodiscard]] Errc errc() const { return m_errc; }

 private:
  const Object* m_object;
  std::string m_place;
  Errc m_errc;
};

}  // namespace base::json
