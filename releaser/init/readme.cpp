#include "base/text.hpp"
#include "releaser/init/project_facts.hpp"
#include "releaser/init/project_text.hpp"

namespace releaser {
namespace {

using base::cat;

// "[text](address)" -> "text"; "**bold**", "`code`" -> what they mark.
std::string without_markup(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (letter == '[' || letter == '*' || letter == '`') {
      continue;
    }
    if (letter == ']') {
      if (at + 1 < text.size() && text[at + 1] == '(') {
        const auto end = text.find(')', at);
        at = end == std::string_view::npos ? text.size() : end;
      }
      continue;
    }
    out += letter;
  }
  return out;
}

// Up to the first full stop that ends a sentence, without it.
std::string first_sentence(std::string_view text) {
  for (std::size_t at = text.find('.'); at != std::string_view::npos; at = text.find('.', at + 1)) {
    const bool ends = at + 1 == text.size() || text[at + 1] == ' ';
    const std::string_view before = text.substr(0, at);
    const bool is_short_form = before.ends_with("e.g") || before.ends_with("i.e");
    if (ends && !is_short_form) {
      return std::string(before);
    }
  }
  return std::string(text);
}

}  // namespace

void add_readme(ProjectFacts& facts, std::string_view text) {
  std::string paragraph;
  bool in_code = false;
  for (const std::string_view whole : base::split_lines(text)) {
    const std::string_view line = base::trim(whole);
    if (line.starts_with("```")) {
      in_code = !in_code;
    }
    const bool underlines = !line.empty() && line.find_first_not_of("=-") == std::string_view::npos;
    if (underlines) {
      paragraph.clear();  // it was a heading
      continue;
    }
    const bool is_prose =
        !in_code && !line.empty() && !whole.starts_with("    ") &&
        std::string_view("#<>|!`-*+=:").find(line.front()) == std::string_view::npos &&
        !line.starts_with("[!") && !line.starts_with("[![");
    const bool begins_bold =
        !in_code && (line.starts_with("**") || line.starts_with("`")) && !line.starts_with("```");
    if (is_prose || begins_bold) {
      paragraph += cat(paragraph.empty() ? "" : " ", line);
    } else if (!paragraph.empty()) {
      break;
    }
  }
  const std::string sentence = first_sentence(without_markup(paragraph));
  constexpr std::size_t kLongestSentence = 200;  // more is no description
  if (!sentence.empty() && sentence.size() <= kLongestSentence) {
    set_if_empty(facts.description, sentence);
  }
}

}  // namespace releaser
