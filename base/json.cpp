#include "base/json.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <set>

namespace base::json {
namespace {

constexpr std::int64_t kMaxInteger = std::int64_t{1} << 53;

// Reads the text and tells, through `cursor`, how far the lexer has come, so that an error that is
// found between two tokens has a line.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* position, const char** cursor)
      : m_position(position), m_cursor(cursor) {}
  reference operator*() const { return *m_position; }
  CountingIterator& operator++() {
    ++m_position;
    *m_cursor = m_position;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return m_position == other.m_position; }

 private:
  const char* m_position;
  const char** m_cursor;
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
// value - invalid literal; last read: 'x'" becomes "invalid literal". What was read last is left
// out: it is not ours.
std::string shortened(std::string_view text) {
  if (const auto last_read = text.find("; last read"); last_read != std::string_view::npos) {
    const auto expected = text.find("; expected ");
    std::string head{text.substr(0, last_read)};
    if (expected != std::string_view::npos && expected > last_read) {
      head += text.substr(expected);
    }
    return shortened(head);
  }
  if (const auto dash = text.find(" - "); dash != std::string_view::npos) {
    text.remove_prefix(dash + 3);
  }
  return std::string(text);
}

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::string_view text, const Limits& limits, Errc errc, const char* const& cursor)
      : m_text(text), m_limits(limits), m_errc(errc), m_cursor(cursor) {}

  [[nodiscard]] Value take() { return std::move(m_result); }

  bool null() override { return add(Value(nullptr)); }
  bool boolean(bool value) override { return add(Value(value)); }
  bool number_integer(number_integer_t value) override {
    if (value > kMaxInteger || value < -kMaxInteger) {
      fail("an integer beyond 2^53");
    }
    return add(Value(std::int64_t{value}));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(kMaxInteger)) {
      fail("an integer beyond 2^53");
    }
    return add(Value(static_cast<std::int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == std::string::npos) {
      fail("an integer beyond 2^53");
    }
    if (!m_limits.allow_reals) {
      fail("a number with a fraction or an exponent; only integers are allowed");
    }
    return add(Value(value));
  }
  bool string(string_t& value) override { return add(Value(std::move(value))); }
  bool binary(binary_t& /*value*/) override { fail("binary content"); }

  bool start_object(std::size_t /*size*/) override { return open(true); }
  bool key(string_t& name) override {
    Frame& frame = m_frames.back();
    if (!frame.names.insert(name).second) {
      fail(cat("the name `", safe_text(name, 80), "` stands twice in one object"));
    }
    frame.name = std::move(name);
    return true;
  }
  bool end_object() override {
    Frame frame = std::move(m_frames.back());
    m_frames.pop_back();
    return add(Value(std::move(frame.object)));
  }
  bool start_array(std::size_t /*size*/) override { return open(false); }
  bool end_array() override {
    Frame frame = std::move(m_frames.back());
    m_frames.pop_back();
    return add(Value(std::move(frame.array)));
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) override {
    fail(shortened(error.what()));
  }

 private:
  struct Frame {
    bool is_object;
    std::string name;  // of the member that is being read
    std::set<std::string, std::less<>> names;
    Object object;
    Array array;
  };

  [[noreturn]] void fail(std::string_view problem) const {
    const auto lines = std::count(m_text.data(), m_cursor, '\n') + 1;
    throw Error(m_errc, cat("line ", lines, ": ", problem));
  }

  bool open(bool is_object) {
    if (m_frames.size() >= static_cast<std::size_t>(m_limits.max_depth)) {
      fail(cat("nested more than ", m_limits.max_depth, " levels deep"));
    }
    m_frames.push_back({is_object, {}, {}, {}, {}});
    return true;
  }

  bool add(Value value) {
    if (m_frames.empty()) {
      m_result = std::move(value);
    } else if (Frame& frame = m_frames.back(); frame.is_object) {
      frame.object.emplace_back(std::move(frame.name), std::move(value));
    } else {
      frame.array.push_back(std::move(value));
    }
    return true;
  }

  std::string_view m_text;
  Limits m_limits;
  Errc m_errc;
  const char* const& m_cursor;
  std::vector<Frame> m_frames;
  Value m_result;
};

void write_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20) {
          out += "\\u00";
          out += kHex[byte >> 4U];
          out += kHex[byte & 0xfU];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    throw Error(Errc::internal, "JSON has no number that is infinite or not a number");
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) {
    out += ".0";  // a real number stays one when it is read again
  }
}

class Writer {
 public:
  Writer(std::string& out, Style style) : m_out(out), m_style(style) {}

  void write(const Value& value) {
    std::visit([this](const auto& kind) { put(kind); }, value.storage());
  }

 private:
  void put(std::nullptr_t) { m_out += "null"; }
  void put(bool value) { m_out += value ? "true" : "false"; }
  void put(std::int64_t value) { append_text(m_out, value); }
  void put(double value) { write_real(m_out, value); }
  void put(const std::string& value) {
    if (!is_utf8(value)) {
      throw Error(Errc::internal, "a text that is not UTF-8 cannot be written as JSON");
    }
    write_text(m_out, value);
  }
  void put(const Array& array) {
    between('[', ']', array.size(), [&](std::size_t index) { write(array[index]); });
  }
  void put(const Object& object) {
    between('{', '}', object.size(), [&](std::size_t index) {
      put(object[index].first);
      m_out += m_style == Style::pretty ? ": " : ":";
      write(object[index].second);
    });
  }

  template <class PutElement>
  void between(char open, char close, std::size_t count, PutElement&& put_element) {
    m_out += open;
    ++m_level;
    for (std::size_t index = 0; index < count; ++index) {
      if (index > 0) {
        m_out += ',';
      }
      new_line();
      put_element(index);
    }
    --m_level;
    if (count > 0) {
      new_line();
    }
    m_out += close;
  }

  void new_line() {
    if (m_style == Style::pretty) {
      m_out += '\n';
      m_out.append(m_level * 2, ' ');
    }
  }

  std::string& m_out;
  Style m_style;
  std::size_t m_level = 0;
};

}  // namespace

Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

Value parse(std::string_view text, const Limits& limits, Errc errc) {
  if (text.size() > limits.max_bytes) {
    throw Error(errc, cat("larger than ", limits.max_bytes, " bytes"));
  }
  // The library would take a byte order mark for nothing and a NUL for the end of the text.
  if (text.starts_with("\xef\xbb\xbf")) {
    throw Error(errc, "line 1: starts with a byte order mark");
  }
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    throw Error(
        errc,
        cat("line ",
            std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n') + 1,
            ": holds a NUL byte"));
  }
  const char* cursor = text.data();
  Builder builder(text, limits, errc, cursor);
  const CountingIterator begin(text.data(), &cursor);
  const CountingIterator end(text.data() + text.size(), &cursor);
  nlohmann::json::sax_parse(begin, end, &builder);
  return builder.take();
}

std::string write(const Value& value, Style style) {
  std::string out;
  Writer(out, style).write(value);
  if (style == Style::pretty) {
    out += '\n';
  }
  return out;
}

const Value* find(const Object& object, std::string_view name) {
  const auto found = std::find_if(object.begin(), object.end(),
                                  [&](const auto& member) { return member.first == name; });
  return found == object.end() ? nullptr : &found->second;
}

}  // namespace base::json
