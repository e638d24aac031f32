#include "base/text.hpp"
#include "releaser/config/config_keys.hpp"

namespace releaser {
namespace {

using base::cat;

std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::none:
      return "–";
    case Scope::release:
      return "release";
    case Scope::platform:
      return "platform";
    case Scope::binary:
      return "binary";
  }
  return "";
}

// The same text as a cell of a table: nothing in it is Markdown.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '|' || letter == '<' || letter == '*') escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

std::string default_text(const std::string& text) {
  return text.empty() ? "–" : cat("`\"", text, "\"`");
}
std::string default_text(bool flag) { return flag ? "`true`" : "`false`"; }
std::string default_text(int number) { return cat("`", number, "`"); }
template <class Other>
std::string default_text(const Other&) {
  return "–";
}

std::string type_of_key(std::string_view kind, const KeyRules& rules) {
  if (!rules.choices.empty()) {
    std::vector<std::string> choices;
    for (const std::string_view choice : rules.choices)
      choices.push_back(cat("`\"", choice, "\"`"));
    return base::join(choices, " or ");
  }
  if (rules.maximum > rules.minimum) return cat(kind, ", ", rules.minimum, " to ", rules.maximum);
  return std::string(kind);
}

template <class Section>
std::string rows_of(const SectionKeys<Section>& section) {
  std::string rows;
  if constexpr (!std::is_empty_v<Section>) {
    static const Section unfilled{};
    for (const auto& key : section.keys) {
      const auto [type, standard] = std::visit(
          [&](auto field) {
            using Kind = std::remove_cvref_t<decltype(unfilled.*field)>;
            return std::pair(type_of_key(kind_name<Kind>(), key.rules),
                             default_text(unfilled.*field));
          },
          key.field);
      rows += cat("| `", key.name, "` | ", cell(type), " | ",
                  key.rules.required ? "required" : cell(standard), " | ",
                  scope_name(key.rules.scope), " | ", cell(key.help), " |\n");
    }
  }
  return rows;
}

std::string heading_of(std::string_view name, SectionKind kind) {
  switch (kind) {
    case SectionKind::root:
      return "";
    case SectionKind::table:
      return cat("[", name, "]");
    case SectionKind::table_per_platform:
      return cat("[", name, ".windows-arm64]");
    case SectionKind::array_of_tables:
      return cat("[[", name, "]]");
  }
  return "";
}

std::string_view how_often(SectionKind kind, bool required) {
  if (kind == SectionKind::array_of_tables) return "There can be several: ";
  if (kind == SectionKind::table_per_platform) return "One for each platform that differs: ";
  return required ? "Required: " : "Optional: ";
}

template <class Section>
std::string chapter(const SectionKeys<Section>& section) {
  const std::string heading = heading_of(section.name, section.kind);
  std::string text = cat("\n## ", heading.empty() ? "Top of the file" : cat("`", heading, "`"),
                         "\n\n", how_often(section.kind, section.required), section.help, ".\n");
  if (const std::string rows = rows_of(section); !rows.empty()) {
    text +=
        cat("\n| key | type | default | placeholders | meaning |\n|---|---|---|---|---|\n", rows);
  } else {
    text += "\nThe section has no keys: it is there or it is not.\n";
  }
  text += cat("\n```toml\n", heading, heading.empty() ? "" : "\n");
  for (const auto& key : section.keys)
    text += cat(key.example, "\n");
  return text + "```\n";
}

std::string placeholders() {
  std::string text =
      "\n## Placeholders\n\n`{name}` and the like are filled in where a key takes placeholders. A "
      "text that is the same for the whole\nrelease takes those of the release; one that differs "
      "by "
      "platform takes those of the platform too, one that\nbelongs to a binary all. `{{` and `}}` "
      "stand for one brace. An unknown placeholder is an error.\n\n| placeholder | of the | value "
      "|\n|---|---|---|\n";
  for (const Placeholder& each : kPlaceholders) {
    text +=
        cat("| `{", each.name, "}` | ", scope_name(each.scope), " | ", cell(each.meaning), " |\n");
  }
  return text;
}

std::string platforms() {
  std::string text =
      "\n## Platforms\n\n| platform | `{goos}` `{goarch}` | `{rust_target}` |\n|---|---|---|\n";
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    text += cat("| `", row.name, "` | ", row.goos, " ", row.goarch, " | ", row.rust_target, " |\n");
  }
  return text;
}

}  // namespace

std::string config_reference() {
  std::string text =
      "# cco-release.toml\n\n<!-- Generated from releaser/config/config_keys_*.cpp: change the "
      "table, "
      "then UPDATE_GOLDEN=1 meson test -C build 'releaser config'. -->\n\n`cco-release` reads "
      "`cco-release.toml` or `.config/cco-release.toml` of the current folder or the nearest one "
      "above it, up to the root of the git\nrepository (folders and files of other users are not "
      "taken from above), or the file that `--config` names. Its folder, or the\none that "
      "`.config` stands in, is the project's: relative paths start there, and `dist/` is made "
      "there unless `--dist` says\nanother. `cco-release init` writes a commented one, "
      "`cco-release check` lists everything that is wrong with it, and\n`cco-release check "
      "--print-schema` prints a JSON schema for editors. An unknown key is an error with its line "
      "and the nearest right name.\n";
  visit_sections([&](const auto& section) { text += chapter(section); });
  return text + placeholders() + platforms();
}

}  // namespace releaser
