#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace base::toml {

struct Position {
  int line = 0;
  int column = 0;
};

class Value;
using Array = std::vector<Value>;
struct Member;
// Members in the order of the file.
using Table = std::vector<Member>;

class Value {
 public:
  using Storage = std::variant<std::string, std::int64_t, double, bool, Array, Table>;
  Value(Storage storage, Position position);

  template <class Kind>
  [[nodiscard]] const Kind* get_if() const {
    return std::get_if<Kind>(&m_storage);
  }
  [[nodiscard]] Position position() const { return m_position; }
  // "a text", "an integer", "a table", … for messages.
  [[nodiscard]] std::string_view kind_name() const;

 private:
  Storage m_storage;
  Position m_position;
};

struct Member {
  std::string name;
  Position position;  // of the name
  Value value;
};

// Down here because a table's destructor needs to know Member.
inline Value::Value(Storage storage, Position position)
    : m_storage(std::move(storage)), m_position(position) {}

// Reads TOML 1.0. Dates are texts. Throws Errc::config "<file_name>:12:3: …".
Table parse(std::string_view text, std::string_view file_name);
const Value* find(const Table& table, std::string_view name);

}  // namespace base::toml
