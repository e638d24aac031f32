// Edits config.toml by lines, so that whatever a person wrote around a key stays. The reader of
// TOML tells where a key stands; the edited text is read again and must say exactly what was wanted
// and nothing else: a file too clever for this (inline tables, a key inside of a multi-line text)
// is refused instead of damaged.

#include "agent/config.hpp"
#include "agent/config_table.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"

#include <algorithm>
#include <map>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using FlatValues = std::map<std::string, std::string, std::less<>>;

void flatten(const base::toml::Table& table, const std::string& prefix, FlatValues& out) {
  for (const base::toml::Member& member : table) {
    const std::string name = prefix + member.name;
    if (const auto* inner = member.value.get_if<base::toml::Table>()) {
      flatten(*inner, name + ".", out);
    } else {
      out[name] = config_value_text(member.value);
    }
  }
}

FlatValues values_of(std::string_view text, std::string_view file_name) {
  FlatValues out;
  flatten(base::toml::parse(text, file_name), "", out);
  return out;
}

const ConfigRow& require_row(std::string_view key) {
  const ConfigRow* row = find_config_row(key);
  if (row == nullptr) throw Error(Errc::config, unknown_config_key(key));
  return *row;
}

// The lines of a file, each with its end; the last one gets one where it has none.
class Lines {
 public:
  explicit Lines(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
      m_lines.emplace_back(text.substr(0, length));
      text.remove_prefix(length);
    }
    if (!m_lines.empty() && m_lines.back().back() != '\n') m_lines.back() += '\n';
  }

  [[nodiscard]] std::size_t size() const { return m_lines.size(); }
  [[nodiscard]] const std::string& at(std::size_t index) const { return m_lines.at(index); }
  [[nodiscard]] std::string_view trimmed(std::size_t index) const {
    return base::trim(m_lines.at(index));
  }
  void replace(std::size_t index, std::string line) { m_lines.at(index) = std::move(line); }
  void insert(std::size_t index, std::string line) {
    m_lines.insert(m_lines.begin() + static_cast<std::ptrdiff_t>(index), std::move(line));
  }
  void erase(std::size_t first, std::size_t count) {
    const auto begin = m_lines.begin() + static_cast<std::ptrdiff_t>(first);
    m_lines.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
  }
  [[nodiscard]] std::string text() const { return base::join(m_lines, ""); }

 private:
  std::vector<std::string> m_lines;
};

// Where a value ends in `text`, which begins with it: texts, arrays over lines and their comments
// are understood. The rest of the line (blanks, a comment) does not belong to it.
std::size_t value_end(std::string_view text) {
  std::size_t end = 0;  // behind the last character of the value so far
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      const std::string triple(3, c);
      const bool is_long = text.substr(i, 3) == triple;
      const std::string_view mark = is_long ? std::string_view(triple) : text.substr(i, 1);
      i += mark.size();
      while (i < text.size() && text.substr(i, mark.size()) != mark) {
        i += c == '"' && text[i] == '\\' ? 2 : 1;
      }
      i = std::min(i + mark.size(), text.size());
      end = i;
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '\n' && depth == 0) break;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    ++i;
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') end = i;
  }
  return end;
}

// The line of a key that is set, from the reader's own positions.
std::optional<std::size_t> line_of_key(const base::toml::Table& table, std::string_view section,
                                       std::string_view name) {
  const base::toml::Value* outer = base::toml::find(table, section);
  if (outer == nullptr) return std::nullopt;
  const auto* inner = outer->get_if<base::toml::Table>();
  if (inner == nullptr) return std::nullopt;
  for (const base::toml::Member& member : *inner) {
    if (member.name == name) return static_cast<std::size_t>(member.position.line - 1);
  }
  return std::nullopt;
}

// "[ updates ]" is "[updates]".
bool is_header_of(std::string_view line, std::string_view section) {
  const std::size_t end = line.find(']');
  if (line.empty() || line[0] != '[' || end == std::string_view::npos) return false;
  return base::trim(line.substr(1, end - 1)) == section;
}

// "# channel = …": where the default file shows the key.
bool is_comment_of(std::string_view line, std::string_view name) {
  if (line.empty() || line[0] != '#') return false;
  line = base::trim(line.substr(1));
  return line.substr(0, name.size()) == name &&
         base::trim(line.substr(name.size())).substr(0, 1) == "=";
}

void insert_key(Lines& lines, std::string_view section, std::string_view name,
                const std::string& assignment) {
  std::optional<std::size_t> header;
  std::optional<std::size_t> comment;
  std::size_t last = 0;  // the last line of the section that is not blank
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines.trimmed(i);
    if (!header) {
      if (is_header_of(line, section)) header = last = i;
      continue;
    }
    if (line.substr(0, 1) == "[") break;
    if (!line.empty()) last = i;
    if (is_comment_of(line, name)) comment = i;
  }
  if (!header) {
    lines.insert(lines.size(), cat(lines.size() == 0 ? "" : "\n", "[", section, "]\n", assignment));
    return;
  }
  lines.insert((comment ? *comment : last) + 1, assignment);
}

[[noreturn]] void refuse_edit(std::string_view file_name, std::string_view key) {
  throw Error(Errc::config, cat(file_name, ": `", key,
                                "` stands there in a form that cannot be changed safely; change it "
                                "with an editor"));
}

// The text between the beginning of line `first` and the end, and where the value begins in it.
struct Assignment {
  std::string rest;
  std::size_t value_begin = 0;
  std::size_t value_length = 0;
};

Assignment find_assignment(const Lines& lines, std::size_t first, std::string_view name,
                           std::string_view key, std::string_view file_name) {
  Assignment found;
  for (std::size_t i = first; i < lines.size(); ++i)
    found.rest += lines.at(i);
  const std::size_t equals = found.rest.find('=');
  if (equals == std::string::npos) refuse_edit(file_name, key);
  const std::string_view left = base::trim(std::string_view(found.rest).substr(0, equals));
  if (left != name && left != key) refuse_edit(file_name, key);
  found.value_begin = equals + 1;
  while (found.value_begin < found.rest.size() &&
         (found.rest[found.value_begin] == ' ' || found.rest[found.value_begin] == '\t')) {
    ++found.value_begin;
  }
  found.value_length = value_end(std::string_view(found.rest).substr(found.value_begin));
  return found;
}

// Reads the new text and compares: only `key` may have changed.
void check_edit(const FlatValues& before, std::string_view text, std::string_view file_name,
                std::string_view key, const std::optional<std::string>& value) {
  FlatValues wanted = before;
  if (value) {
    wanted[std::string(key)] = *value;
  } else {
    wanted.erase(std::string(key));
  }
  try {
    if (values_of(text, file_name) == wanted) return;
  } catch (const Error&) {
    // A text that cannot be read any more is refused below, like one that says something else.
  }
  refuse_edit(file_name, key);
}

}  // namespace

std::string set_in_config(std::string_view text, std::string_view file_name, std::string_view key,
                          std::string_view value) {
  const ConfigRow& row = require_row(key);
  const std::string written = config_value_of_input(row.key, value);
  base::with_context(key, [&] {
    Config scratch;
    const auto parsed = base::toml::parse(cat("value = ", written), "value");
    row.apply(scratch, parsed.front().value);
  });

  const FlatValues before = values_of(text, file_name);
  const std::size_t dot = key.find('.');
  const std::string_view section = key.substr(0, dot);
  const std::string_view name = key.substr(dot + 1);
  Lines lines(text);
  std::string edited;
  if (const auto line = line_of_key(base::toml::parse(text, file_name), section, name)) {
    Assignment found = find_assignment(lines, *line, name, key, file_name);
    found.rest.replace(found.value_begin, found.value_length, written);
    lines.erase(*line, lines.size() - *line);
    edited = lines.text() + found.rest;
  } else {
    insert_key(lines, section, name, cat(name, " = ", written, "\n"));
    edited = lines.text();
  }
  check_edit(before, edited, file_name, key, written);
  return edited;
}

std::string unset_in_config(std::string_view text, std::string_view file_name,
                            std::string_view key) {
  require_row(key);
  const FlatValues before = values_of(text, file_name);
  const std::size_t dot = key.find('.');
  const std::string_view name = key.substr(dot + 1);
  const auto line = line_of_key(base::toml::parse(text, file_name), key.substr(0, dot), name);
  if (!line) return std::string(text);
  Lines lines(text);
  const Assignment found = find_assignment(lines, *line, name, key, file_name);
  const std::string_view taken =
      std::string_view(found.rest).substr(0, found.value_begin + found.value_length);
  const auto line_ends = std::count(taken.begin(), taken.end(), '\n');
  lines.erase(*line, static_cast<std::size_t>(line_ends) + 1);
  std::string edited = lines.text();
  check_edit(before, edited, file_name, key, std::nullopt);
  return edited;
}

}  // namespace agent
