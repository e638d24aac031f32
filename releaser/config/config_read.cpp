#include "base/error.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"
#include "releaser/config/config_check.hpp"
#include "releaser/config/config_keys.hpp"

#include <algorithm>
#include <filesystem>
#include <type_traits>

namespace releaser {
namespace {

using base::cat;
using base::toml::Position;
using base::toml::Table;
using base::toml::Value;

// Reads a whole file into a Config and keeps every problem for one Error at the end.
class Reader {
 public:
  Reader(Config& config, ConfigProblems& problems) : m_config(config), m_problems(problems) {}

  void read(const Table& root) {
    visit_sections([&](const auto& section) { read_from_root(root, section); });
  }

 private:
  template <class Section>
  void read_from_root(const Table& root, const SectionKeys<Section>& section) {
    if (section.kind == SectionKind::root) {
      read_keys(root, section, section.place(m_config, ""), "");
      return;
    }
    const Table* parent = &root;
    std::string_view name = section.name;
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
      const Value* const value = base::toml::find(root, name.substr(0, dot));
      parent = value == nullptr ? nullptr : value->template get_if<Table>();
      name = name.substr(dot + 1);
    }
    const Value* const value = parent == nullptr ? nullptr : base::toml::find(*parent, name);
    if (value == nullptr) {
      if (section.required) add_missing(section);
      return;
    }
    switch (section.kind) {
      case SectionKind::root:
        break;
      case SectionKind::table:
        read_table(*value, section, "", std::string(section.name));
        break;
      case SectionKind::table_per_platform:
        read_tables_per_platform(*value, section);
        break;
      case SectionKind::array_of_tables:
        read_array_of_tables(*value, section);
        break;
    }
  }

  template <class Section>
  void add_missing(const SectionKeys<Section>& section) {
    std::vector<std::string> needed;
    for (const auto& key : section.keys) {
      if (key.rules.required) needed.push_back(cat("`", key.name, "`"));
    }
    m_problems.add(0, cat("[", section.name, "] is missing; it needs ", base::join(needed, ", ")));
  }

  template <class Section>
  void read_tables_per_platform(const Value& value, const SectionKeys<Section>& section) {
    const Table* const tables = value.get_if<Table>();
    if (tables == nullptr) {
      m_problems.add(
          value.position().line,
          cat("[", section.name, ".<platform>] must be a table, not ", value.kind_name()));
      return;
    }
    for (const auto& member : *tables) {
      const std::string prefix = cat(section.name, ".", member.name);
      m_config.lines.emplace(prefix, member.position.line);
      read_table(member.value, section, member.name, prefix);
    }
  }

  template <class Section>
  void read_array_of_tables(const Value& value, const SectionKeys<Section>& section) {
    const auto* const tables = value.get_if<base::toml::Array>();
    if (tables == nullptr) {
      m_problems.add(value.position().line,
                     cat("write [[", section.name, "]] with two brackets: there can be several"));
      return;
    }
    for (std::size_t index = 0; index < tables->size(); ++index) {
      read_table((*tables)[index], section, "", cat(section.name, "[", index, "]"));
    }
  }

  template <class Section>
  void read_table(const Value& value, const SectionKeys<Section>& section,
                  const std::string& platform, const std::string& prefix) {
    const Table* const table = value.get_if<Table>();
    if (table == nullptr) {
      m_problems.add(value.position().line,
                     cat("[", prefix, "] must be a table, not ", value.kind_name()));
      return;
    }
    m_config.lines.emplace(prefix, value.position().line);
    Section& target = section.place(m_config, platform);
    if constexpr (requires { target.line; }) target.line = value.position().line;
    read_keys(*table, section, target, prefix);
  }

  template <class Section>
  void read_keys(const Table& table, const SectionKeys<Section>& section, Section& target,
                 const std::string& prefix) {
    std::vector<std::string> names = sub_sections_of(section.name);
    const std::size_t first_key = names.size();
    for (const auto& key : section.keys)
      names.emplace_back(key.name);
    for (const auto& member : table) {
      const auto found = std::find(names.begin(), names.end(), member.name);
      if (found == names.end()) {
        m_problems.add(member.position.line,
                       cat(prefix.empty() ? "unknown key or section `" : "unknown key `",
                           member.name, "`", prefix.empty() ? "" : cat(" in [", prefix, "]"),
                           base::did_you_mean(member.name, names)));
        continue;
      }
      const auto index = static_cast<std::size_t>(found - names.begin());
      if (index < first_key) continue;
      const Key<Section>& key = section.keys[index - first_key];
      const std::string full_name =
          prefix.empty() ? std::string(key.name) : cat(prefix, ".", key.name);
      m_config.lines.emplace(full_name, member.position.line);
      m_place = full_name;
      m_line = member.position.line;
      std::visit([&](auto field) { read_value(member.value, target.*field, key.rules); },
                 key.field);
    }
    for (const auto& key : section.keys) {
      if (key.rules.required && base::toml::find(table, key.name) == nullptr) {
        m_problems.add(prefix.empty() ? 0 : m_config.lines.find(prefix)->second,
                       cat(prefix.empty() ? "" : cat("[", prefix, "] "), "needs `", key.name,
                           "`: ", key.help));
      }
    }
  }

  // Names of the sections that lie right below one: "override" of "build".
  static std::vector<std::string> sub_sections_of(std::string_view parent) {
    std::vector<std::string> names;
    visit_sections([&](const auto& section) {
      const std::string_view name = section.name;
      if (name.empty()) return;
      const std::size_t dot = name.find('.');
      const std::string_view above = dot == std::string_view::npos ? "" : name.substr(0, dot);
      if (above == parent) {
        names.emplace_back(dot == std::string_view::npos ? name : name.substr(dot + 1));
      }
    });
    return names;
  }

  template <class Kind>
  void wrong_kind(const Value& value) {
    m_problems.add(value.position().line,
                   cat("`", m_place, "` must be ", kind_name<Kind>(), ", not ", value.kind_name()));
  }

  void read_value(const Value& value, std::string& target, const KeyRules& rules) {
    const auto* const text = value.get_if<std::string>();
    if (text == nullptr) return wrong_kind<std::string>(value);
    if (text->empty() && rules.required) {
      m_problems.add(m_line, cat("`", m_place, "` must not be empty"));
    }
    if (!rules.choices.empty() &&
        std::find(rules.choices.begin(), rules.choices.end(), *text) == rules.choices.end()) {
      const std::vector<std::string> choices(rules.choices.begin(), rules.choices.end());
      m_problems.add(m_line,
                     cat("`", m_place, "` must be ", base::join(choices, " or "), ", not `",
                         base::safe_text(*text, 80), "`", base::did_you_mean(*text, choices)));
    }
    target = checked_text(*text, rules, value.position());
  }

  void read_value(const Value& value, bool& target, const KeyRules&) {
    const auto* const flag = value.get_if<bool>();
    if (flag == nullptr) return wrong_kind<bool>(value);
    target = *flag;
  }

  void read_value(const Value& value, int& target, const KeyRules& rules) {
    const auto* const number = value.get_if<std::int64_t>();
    if (number == nullptr) return wrong_kind<int>(value);
    if (*number < rules.minimum || *number > rules.maximum) {
      m_problems.add(m_line,
                     cat("`", m_place, "` must be ", rules.minimum,
                         rules.minimum == rules.maximum ? "" : cat(" to ", rules.maximum), ", not ",
                         *number, m_place == "schema" ? "; a newer cco-release may know it" : ""));
      return;
    }
    target = static_cast<int>(*number);
  }

  void read_value(const Value& value, std::vector<std::string>& target, const KeyRules& rules) {
    const auto* const items = value.get_if<base::toml::Array>();
    if (items == nullptr) return wrong_kind<std::vector<std::string>>(value);
    for (const Value& item : *items) {
      const auto* const text = item.get_if<std::string>();
      if (text == nullptr) return wrong_kind<std::vector<std::string>>(item);
      target.push_back(checked_text(*text, rules, item.position()));
    }
  }

  void read_value(const Value& value, std::vector<Argv>& target, const KeyRules& rules) {
    const auto* const items = value.get_if<base::toml::Array>();
    if (items == nullptr) return wrong_kind<std::vector<Argv>>(value);
    for (const Value& item : *items) {
      if (item.get_if<base::toml::Array>() == nullptr) return wrong_kind<std::vector<Argv>>(item);
      Argv argv;
      read_value(item, argv, rules);
      if (argv.empty()) {
        m_problems.add(item.position().line, cat("`", m_place, "` has an empty command"));
      }
      target.push_back(std::move(argv));
    }
  }

  void read_value(const Value& value, std::map<std::string, std::string>& target,
                  const KeyRules& rules) {
    const auto* const table = value.get_if<Table>();
    if (table == nullptr) return wrong_kind<std::map<std::string, std::string>>(value);
    for (const auto& member : *table) {
      const auto* const text = member.value.get_if<std::string>();
      if (text == nullptr) {
        return wrong_kind<std::map<std::string, std::string>>(member.value);
      }
      target[member.name] = checked_text(*text, rules, member.position);
    }
  }

  void read_value(const Value& value, std::vector<FilePattern>& target, const KeyRules& rules) {
    const auto* const items = value.get_if<base::toml::Array>();
    if (items == nullptr) return wrong_kind<std::vector<FilePattern>>(value);
    for (const Value& item : *items) {
      FilePattern pattern;
      pattern.line = item.position().line;
      if (const auto* const text = item.get_if<std::string>()) {
        pattern.source = checked_text(*text, rules, item.position());
      } else if (const auto* const table = item.get_if<Table>()) {
        read_file_table(*table, pattern, rules);
      } else {
        return wrong_kind<std::vector<FilePattern>>(item);
      }
      if (pattern.source.empty()) {
        m_problems.add(pattern.line, cat("`", m_place, "` has an entry without `src`"));
      }
      target.push_back(std::move(pattern));
    }
  }

  void read_file_table(const Table& table, FilePattern& pattern, const KeyRules& rules) {
    static const std::vector<std::string> names{"src", "dst"};
    for (const auto& member : table) {
      const auto* const text = member.value.get_if<std::string>();
      if (member.name != "src" && member.name != "dst") {
        m_problems.add(member.position.line, cat("unknown key `", member.name, "` in `", m_place,
                                                 "`", base::did_you_mean(member.name, names)));
      } else if (text == nullptr) {
        m_problems.add(member.position.line,
                       cat("`", m_place, ".", member.name, "` must be a text, not ",
                           member.value.kind_name()));
      } else {
        (member.name == "src" ? pattern.source : pattern.destination) =
            checked_text(*text, rules, member.position);
      }
    }
  }

  std::string checked_text(const std::string& text, const KeyRules& rules, Position position) {
    if (text.find('\0') != std::string::npos) {
      m_problems.add(position.line, cat("`", m_place, "` holds a NUL character"));
    }
    if (rules.scope != Scope::none) {
      if (const auto problem = placeholder_problem(text, rules.scope)) {
        m_problems.add(position.line, cat("`", m_place, "`: ", *problem));
      }
    }
    return text;
  }

  Config& m_config;
  ConfigProblems& m_problems;
  std::string m_place;
  int m_line = 0;
};

}  // namespace

void ConfigProblems::add(int line, const std::string& text) {
  m_problems.emplace_back(line,
                          line > 0 ? cat(m_file, ":", line, ": ", text) : cat(m_file, ": ", text));
}

bool ConfigProblems::has(int line) const {
  return std::any_of(m_problems.begin(), m_problems.end(),
                     [&](const auto& problem) { return problem.first == line; });
}

void ConfigProblems::throw_if_any() const {
  if (m_problems.empty()) return;
  auto sorted = m_problems;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  if (sorted.size() == 1) throw base::Error(base::Errc::config, sorted.front().second);
  std::string message = cat(sorted.size(), " problems:");
  for (const auto& [line, text] : sorted)
    message += cat("\n  ", text);
  throw base::Error(base::Errc::config, message);
}

namespace {

// The folder of the file, or the one that the file's .config stands in.
base::Path root_of(const base::Path& file) {
  base::Path folder = file.parent_path();
  if (std::filesystem::absolute(file).lexically_normal().parent_path().filename() == ".config") {
    folder = folder.filename() == ".config" ? folder.parent_path() : folder / "..";
  }
  return folder.empty() ? "." : folder;
}

Table parse_toml(std::string_view text, const std::string& name) {
  try {
    return base::toml::parse(text, name);
  } catch (const base::Error& error) {
    throw base::Error(error.code(), base::with_advice(error.what(), "mend that line"));
  }
}

}  // namespace

Config parse_config(std::string_view text, const base::Path& file) {
  Config config;
  config.file = file;
  config.root = root_of(file);
  const Table root = parse_toml(text, file.filename().string());
  ConfigProblems problems(file.filename().string());
  Reader(config, problems).read(root);
  check_config(config, problems);
  problems.throw_if_any();
  return config;
}

}  // namespace releaser
