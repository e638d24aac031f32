#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/import/entry.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

// yaml-cpp reads; the tree is made of its events, so that aliases are copied under a budget and
// every value keeps its line.
namespace releaser::import {
namespace {

using base::cat;

constexpr std::size_t kMaxLevels = 64;

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view file_name) : m_file_name(file_name) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(scalar(mark, Entry::Kind::null, ""), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // "?": without quotes, where these words are nothing.
    const bool is_null = tag == "?" && (value.empty() || value == "~" || value == "null");
    add(scalar(mark, is_null ? Entry::Kind::null : Entry::Kind::text, value), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = m_anchors.find(anchor);
    if (found == m_anchors.end()) refuse(mark.line + 1, "an alias stands inside its own anchor");
    Entry copy = found->second;
    spend(copy, mark.line + 1);
    copy.line = mark.line + 1;
    add(std::move(copy), 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, Entry::Kind::list, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, Entry::Kind::table, anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] Entry root() && { return std::move(m_root); }

 private:
  struct Level {
    Entry node;
    YAML::anchor_t anchor = 0;
    std::optional<Entry> key;      // of a table, while its value is awaited
    std::set<std::string> merged;  // members that a merge brought
  };

  [[noreturn]] void refuse(int line, std::string_view problem) const {
    throw base::Error(base::Errc::config, cat(m_file_name, ":", line, ": ", problem));
  }

  void spend(const Entry& node, int line) {
    if (m_budget == 0) {
      refuse(line, cat("has more than ", kMaxNodes, " values, with what its aliases stand for"));
    }
    --m_budget;
    for (const Member& member : node.members)
      spend(member.value, line);
    for (const Entry& item : node.items)
      spend(item, line);
  }

  Entry scalar(const YAML::Mark& mark, Entry::Kind kind, const std::string& text) {
    Entry node;
    node.kind = kind;
    node.text = text;
    node.line = mark.line + 1;
    if (text.find('\0') != std::string::npos) refuse(node.line, "a value holds a NUL character");
    spend(node, node.line);
    return node;
  }

  void open(const YAML::Mark& mark, Entry::Kind kind, YAML::anchor_t anchor) {
    if (m_levels.size() >= kMaxLevels) {
      refuse(mark.line + 1, cat("is nested deeper than ", kMaxLevels, " levels"));
    }
    Level level;
    level.node = scalar(mark, kind, "");
    level.anchor = anchor;
    m_levels.push_back(std::move(level));
  }

  void close() {
    Level level = std::move(m_levels.back());
    m_levels.pop_back();
    add(std::move(level.node), level.anchor);
  }

  void add(Entry node, YAML::anchor_t anchor) {
    if (anchor != 0) m_anchors[anchor] = node;
    if (m_levels.empty()) {
      m_root = std::move(node);
      return;
    }
    Level& level = m_levels.back();
    if (level.node.is_list()) {
      level.node.items.push_back(std::move(node));
    } else if (!level.key) {
      if (node.is_list() || node.is_table()) refuse(node.line, "a key must be a text");
      level.key = std::move(node);
    } else {
      add_member(level, std::move(node));
      level.key.reset();
    }
  }

  void add_member(Level& level, Entry value) {
    const Entry& key = *level.key;
    std::vector<Member>& members = level.node.members;
    if (key.text == "<<" && value.is_table()) {
      merge(level, value);
      return;
    }
    if (key.text == "<<" && value.is_list()) {
      for (const Entry& each : value.items)
        merge(level, each);
      return;
    }
    const auto there = std::find_if(members.begin(), members.end(),
                                    [&](const Member& each) { return each.name == key.text; });
    if (there == members.end()) {
      members.push_back({key.text, key.line, std::move(value)});
    } else if (level.merged.erase(key.text) != 0) {
      *there = {key.text, key.line, std::move(value)};
    } else {
      refuse(key.line, cat("`", base::safe_text(key.text, 80), "` stands twice"));
    }
  }

  // What a merge brings gives way to what the table says itself, before or after.
  static void merge(Level& level, const Entry& from) {
    std::vector<Member>& members = level.node.members;
    for (const Member& member : from.members) {
      const bool is_there = std::any_of(members.begin(), members.end(), [&](const Member& each) {
        return each.name == member.name;
      });
      if (is_there) continue;
      members.push_back(member);
      level.merged.insert(member.name);
    }
  }

  std::string_view m_file_name;
  Entry m_root;
  std::vector<Level> m_levels;
  std::map<YAML::anchor_t, Entry> m_anchors;
  std::size_t m_budget = kMaxNodes;
};

}  // namespace

Entry read_yaml(const std::string& text, std::string_view file_name) {
  if (text.size() > kMaxImportBytes) {
    throw base::Error(base::Errc::config, cat(file_name, ": larger than ", kMaxImportBytes,
                                              " bytes; that is no configuration"));
  }
  if (!base::is_utf8(text)) {
    throw base::Error(base::Errc::config, cat(file_name, ": no text in UTF-8"));
  }
  TreeBuilder builder(file_name);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    throw base::Error(base::Errc::config, cat(file_name, ":", error.mark.line + 1,
                                              ": no YAML: ", base::safe_text(error.msg, 200)));
  }
  Entry root = std::move(builder).root();
  root.used = true;
  return root;
}

}  // namespace releaser::import
