#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A foreign configuration as a tree, whether it was YAML or TOML. Each node remembers whether
// somebody used it, so that what nobody used can be told: nothing is dropped in silence.
namespace releaser::import {

struct Member;

struct Entry {
  enum class Kind { null, text, list, table };

  Kind kind = Kind::null;
  std::string text;  // of a scalar, as it is written: "true", "7"
  int line = 0;
  std::vector<Entry> items;
  std::vector<Member> members;  // in the order of the file
  bool used = false;

  [[nodiscard]] bool is_table() const { return kind == Kind::table; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  // The member's value, marked as used; its own members and items are not. Null where there is
  // none, or where this is no table.
  Entry* take(std::string_view name);
  // The member's text, "" where there is none or where it is no scalar.
  std::string take_text(std::string_view name);
  // A scalar, or a list of scalars; others are left unused.
  std::vector<Entry*> take_texts(std::string_view name);
  // The items of a list; a single table counts as a list of one.
  std::vector<Entry*> take_tables(std::string_view name);
  // Whether it is there and says yes: "true", "yes", "on".
  bool take_flag(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const;
  void use_all();
};

struct Member {
  std::string name;
  int line = 0;
  Entry value;
};

// What could not be carried over, or only in part.
struct Note {
  std::string file;  // as it was opened
  int line = 0;
  std::string key;  // "builds.hooks.post"
  std::string text;

  bool operator==(const Note&) const = default;
};

// The nodes that nobody used, the outermost of each subtree: its path without indices, its line.
std::vector<std::pair<std::string, int>> unused_of(const Entry& root);

// Read a text of at most kMaxImportBytes; "FILE:LINE: …" is Errc::config. YAML: one document,
// anchors and merges are resolved, at most kMaxNodes nodes, 64 levels.
inline constexpr std::size_t kMaxImportBytes = 256UL * 1024;
inline constexpr std::size_t kMaxNodes = 50000;
Entry read_yaml(const std::string& text, std::string_view file_name);
Entry read_toml(std::string_view text, std::string_view file_name);

}  // namespace releaser::import
