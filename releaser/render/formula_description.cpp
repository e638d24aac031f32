#include "releaser/render/formula_description.hpp"

#include "base/text.hpp"

#include <cctype>

namespace releaser {
namespace {

using base::cat;

constexpr std::size_t kMaxCharacters = 80;

bool is_picture(char32_t point) {
  return (point >= 0x1f000 && point <= 0x1faff) || (point >= 0x2600 && point <= 0x27bf) ||
         (point >= 0x2b00 && point <= 0x2bff) || point == 0xfe0f || point == 0x200d;
}

// The characters of valid UTF-8.
std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (const char byte : text) {
    const bool continues = (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
    if (!continues || characters.empty()) characters.emplace_back();
    characters.back() += byte;
  }
  return characters;
}

char32_t point_of(const std::string& character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first;
  char32_t point = first & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) {
    point = point << 6 | (static_cast<unsigned char>(character[i]) & 0x3f);
  }
  return point;
}

std::string without_pictures(std::string_view text) {
  std::string out;
  for (const auto& character : characters_of(text)) {
    if (!is_picture(point_of(character))) out += character;
  }
  return out;
}

std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    const bool blank = letter == ' ' || static_cast<unsigned char>(letter) < 0x20;
    if (!blank) {
      out += letter;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return std::string(base::trim(out));
}

// Does the text begin with this word (in lower case)?
bool begins_with_word(std::string_view text, std::string_view word) {
  if (base::lower_case(text.substr(0, word.size())) != word) return false;
  return text.size() == word.size() ||
         (std::isalnum(static_cast<unsigned char>(text[word.size()])) == 0 &&
          text[word.size()] != '-');
}

std::string without_articles(std::string text) {
  for (const std::string_view article : {"a", "an", "the"}) {
    if (begins_with_word(text, article)) return text.substr(article.size());
  }
  return text;
}

// "esbuild: the bundler" and "esbuild is a bundler" say the name twice in a list of formulae.
std::string without_name(std::string text, std::string_view product) {
  if (!begins_with_word(text, base::lower_case(product))) return text;
  text.erase(0, product.size());
  const std::string_view rest = base::trim(text);
  for (const std::string_view link : {"is ", ":", "-", "\u2013", "\u2014", ","}) {
    if (rest.starts_with(link)) return std::string(rest.substr(link.size()));
  }
  return text;
}

std::string shortened(const std::string& text) {
  const auto characters = characters_of(text);
  if (characters.size() <= kMaxCharacters) return text;
  std::string out;
  for (std::size_t i = 0; i < kMaxCharacters; ++i)
    out += characters[i];
  const auto blank = out.rfind(' ');
  if (characters[kMaxCharacters] != " " && blank != std::string::npos) out.resize(blank);
  return out;
}

std::string with_hyphen(std::string text) {
  for (const std::string_view first : {"command", "Command"}) {
    text = base::replace_all(text, cat(first, " line"), cat(first, "-line"));
  }
  return text;
}

}  // namespace

FormulaDescription formula_description(std::string_view description, std::string_view product) {
  FormulaDescription out{on_one_line(description), {}};
  const auto mend = [&](const std::string& mended) { out.text = on_one_line(mended); };
  mend(without_pictures(out.text));
  mend(without_name(out.text, product));
  mend(without_articles(out.text));
  mend(with_hyphen(out.text));
  const std::string whole = out.text;
  mend(shortened(out.text));
  if (out.text != whole) out.needs_a_person = "has more than 80 characters";
  auto end = out.text.find_last_not_of(" .,;:");
  if (out.text.ends_with("etc.")) end = out.text.size() - 1;
  mend(out.text.substr(0, end + 1));
  if (out.text.empty()) {
    out.text = "Command-line program";
    out.needs_a_person = base::trim(description).empty() ? "is empty" : "says nothing but the name";
  }
  auto capital = out.text;
  const bool is_apple = capital.starts_with("macOS") || capital.starts_with("iOS");
  if (!is_apple && capital.front() >= 'a' && capital.front() <= 'z') {
    capital.front() = static_cast<char>(capital.front() - 'a' + 'A');
  }
  mend(capital);
  return out;
}

}  // namespace releaser
