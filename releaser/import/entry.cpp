#include "releaser/import/entry.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

using base::cat;

Entry* find_member(Entry& table, std::string_view name) {
  const auto found = std::find_if(table.members.begin(), table.members.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == table.members.end() ? nullptr : &found->value;
}

void collect_unused(const Entry& node, const std::string& path,
                    std::vector<std::pair<std::string, int>>& found) {
  for (const Member& member : node.members) {
    const std::string name = member.name.empty() ? "\"\"" : member.name;
    const std::string below = path.empty() ? name : cat(path, ".", name);
    if (member.value.used) {
      collect_unused(member.value, below, found);
    } else {
      found.emplace_back(below, member.line);
    }
  }
  for (const Entry& item : node.items) {
    if (item.used) {
      collect_unused(item, path, found);
    } else {
      found.emplace_back(path, item.line);
    }
  }
}

Entry node_of(const base::toml::Value& value, std::size_t& budget) {
  if (budget-- == 0) throw base::Error(base::Errc::config, "has too many values");
  Entry node;
  node.line = value.position().line;
  if (const auto* const text = value.get_if<std::string>()) {
    node.kind = Entry::Kind::text;
    node.text = *text;
    if (node.text.find('\0') != std::string::npos) {
      throw base::Error(base::Errc::config, "a value holds a NUL character");
    }
  } else if (const auto* const number = value.get_if<std::int64_t>()) {
    node.kind = Entry::Kind::text;
    node.text = cat(*number);
  } else if (const auto* const real = value.get_if<double>()) {
    node.kind = Entry::Kind::text;
    node.text = std::to_string(*real);
  } else if (const auto* const flag = value.get_if<bool>()) {
    node.kind = Entry::Kind::text;
    node.text = *flag ? "true" : "false";
  } else if (const auto* const list = value.get_if<base::toml::Array>()) {
    node.kind = Entry::Kind::list;
    node.items.reserve(list->size());
    for (const auto& item : *list)
      node.items.push_back(node_of(item, budget));
  } else if (const auto* const table = value.get_if<base::toml::Table>()) {
    node.kind = Entry::Kind::table;
    node.members.reserve(table->size());
    for (const auto& member : *table) {
      if (member.name.find('\0') != std::string::npos) {
        throw base::Error(base::Errc::config, "a key holds a NUL character");
      }
      node.members.push_back({member.name, member.position.line, node_of(member.value, budget)});
    }
  }
  return node;
}

}  // namespace

Entry* Entry::take(std::string_view name) {
  Entry* const found = find_member(*this, name);
  if (found != nullptr) found->used = true;
  return found;
}

std::string Entry::take_text(std::string_view name) {
  Entry* const found = find_member(*this, name);
  if (found == nullptr || found->is_list() || found->is_table()) return "";
  found->used = true;
  return found->text;
}

std::vector<Entry*> Entry::take_texts(std::string_view name) {
  std::vector<Entry*> texts;
  Entry* const found = take(name);
  if (found == nullptr) return texts;
  if (found->kind == Kind::text) texts.push_back(found);
  if (found->is_table()) found->used = false;
  for (Entry& item : found->items) {
    if (item.kind != Kind::text) continue;
    item.used = true;
    texts.push_back(&item);
  }
  return texts;
}

std::vector<Entry*> Entry::take_tables(std::string_view name) {
  std::vector<Entry*> tables;
  Entry* const found = take(name);
  if (found == nullptr) return tables;
  if (found->is_table()) tables.push_back(found);
  if (found->kind == Kind::text) found->used = false;
  for (Entry& item : found->items) {
    if (!item.is_table()) continue;
    item.used = true;
    tables.push_back(&item);
  }
  return tables;
}

bool Entry::take_flag(std::string_view name) {
  const std::string word = base::lower_case(take_text(name));
  return word == "true" || word == "yes" || word == "on";
}

bool Entry::has(std::string_view name) const {
  return std::any_of(members.begin(), members.end(),
                     [&](const Member& member) { return member.name == name; });
}

void Entry::use_all() {
  used = true;
  for (Member& member : members)
    member.value.use_all();
  for (Entry& item : items)
    item.use_all();
}

std::vector<std::pair<std::string, int>> unused_of(const Entry& root) {
  std::vector<std::pair<std::string, int>> found;
  collect_unused(root, "", found);
  return found;
}

Entry read_toml(std::string_view text, std::string_view file_name) {
  const base::toml::Table table = base::toml::parse(text, file_name);
  Entry root;
  root.kind = Entry::Kind::table;
  root.used = true;
  root.members.reserve(table.size());
  std::size_t budget = kMaxNodes;
  base::with_context(file_name, [&] {
    for (const auto& member : table) {
      root.members.push_back({member.name, member.position.line, node_of(member.value, budget)});
    }
  });
  return root;
}

}  // namespace releaser::import
