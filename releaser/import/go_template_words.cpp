#include "releaser/import/go_template_words.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser::import {
namespace {

bool is_space(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}
std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}
std::string_view trim_begin(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  return text;
}

// Where the action that begins at `at` ends: its "}}", outside of quotes and comments.
std::size_t end_of_action(std::string_view text, std::size_t at) {
  for (char quote = '\0'; at < text.size(); ++at) {
    const char letter = text[at];
    if (quote != '\0') {
      if (letter == '\\' && quote == '"') {
        ++at;
      } else if (letter == quote) {
        quote = '\0';
      }
    } else if (letter == '"' || letter == '`') {
      quote = letter;
    } else if (text.substr(at).starts_with("/*")) {
      at = text.find("*/", at + 2);
      if (at == std::string_view::npos) return at;
      ++at;
    } else if (text.substr(at).starts_with("}}")) {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_';
}

std::optional<std::vector<Segment>> segments_of(std::string_view text) {
  std::vector<Segment> segments;
  bool trims_next = false;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    std::string_view literal = text.substr(0, open);
    if (trims_next) literal = trim_begin(literal);
    trims_next = false;
    if (open == std::string_view::npos) {
      segments.push_back({false, std::string(literal)});
      break;
    }
    std::string_view inside = text.substr(open + 2);
    const std::size_t end = end_of_action(inside, 0);
    if (end == std::string_view::npos) return std::nullopt;
    text = inside.substr(end + 2);
    inside = inside.substr(0, end);
    if (inside.size() > 1 && inside[0] == '-' && is_space(inside[1])) {
      inside.remove_prefix(1);
      literal = trim_end(literal);
    }
    if (inside.size() > 1 && inside.back() == '-' && is_space(inside[inside.size() - 2])) {
      inside.remove_suffix(1);
      trims_next = true;
    }
    segments.push_back({false, std::string(literal)});
    segments.push_back({true, std::string(base::trim(inside))});
  }
  return segments;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const char letter = text[at];
    std::size_t end = at + 1;
    if (is_space(letter)) {
      ++at;
      continue;
    }
    if (letter == '"' || letter == '`') {
      while (end < text.size() && text[end] != letter)
        end += letter == '"' && text[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, text.size());
    } else if (text.substr(at).starts_with(":=")) {
      end = at + 2;
    } else if (is_word(letter) || letter == '.' || letter == '$' || letter == '-') {
      while (end < text.size() && (is_word(text[end]) || text[end] == '.'))
        ++end;
    }
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::string unquoted(std::string_view word) {
  const bool is_raw = word.front() == '`';
  word = word.substr(1, word.size() < 2 ? 0 : word.size() - 2);
  if (is_raw) return std::string(word);
  std::string text;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (word[at] == '\\' && at + 1 < word.size()) ++at;
    text += word[at];
  }
  return text;
}

}  // namespace releaser::import
