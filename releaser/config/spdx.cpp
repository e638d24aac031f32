#include "releaser/config/spdx.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace releaser {
namespace {

using Kind = LicenseExpression::Kind;
constexpr int kMaxDepth = 8;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const char letter : text) {
    if (letter == ' ' || letter == '\t') {
      end_word();
    } else if (letter == '(' || letter == ')') {
      end_word();
      words.emplace_back(1, letter);
    } else {
      word += letter;
    }
  }
  end_word();
  return words;
}

bool is_plain(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '-' || letter == '.' || letter == '+';
  });
}

bool is_own_name(std::string_view word) {
  constexpr std::string_view kDocument = "DocumentRef-";
  constexpr std::string_view kLicense = "LicenseRef-";
  if (word.starts_with(kDocument)) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) return false;
    if (!is_plain(word.substr(kDocument.size(), colon - kDocument.size()))) return false;
    word = word.substr(colon + 1);
  }
  return word.starts_with(kLicense) && is_plain(word.substr(kLicense.size()));
}

bool is_name(std::string_view word) {
  return is_plain(word) && !word.starts_with("LicenseRef-") && !word.starts_with("DocumentRef-") &&
         word != "AND" && word != "OR" && word != "WITH";
}

// OR binds less than AND, AND less than WITH.
class Parser {
 public:
  Parser(std::vector<std::string> words, OwnLicenses own) : m_words(std::move(words)), m_own(own) {}

  std::optional<LicenseExpression> parse() {
    auto expression = list(Kind::any_of, 0);
    if (m_at != m_words.size()) return std::nullopt;
    return expression;
  }

 private:
  [[nodiscard]] bool next_is(std::string_view word) const {
    return m_at < m_words.size() && m_words[m_at] == word;
  }

  std::optional<LicenseExpression> list(Kind kind, int depth) {
    const std::string_view separator = kind == Kind::any_of ? "OR" : "AND";
    LicenseExpression expression{.kind = kind, .name = {}, .exception = {}, .parts = {}};
    while (true) {
      auto part = kind == Kind::any_of ? list(Kind::all_of, depth) : term(depth);
      if (!part) return std::nullopt;
      expression.parts.push_back(std::move(*part));
      if (!next_is(separator)) break;
      ++m_at;
    }
    if (expression.parts.size() == 1) {
      LicenseExpression only = std::move(expression.parts.front());
      return only;
    }
    return expression;
  }

  std::optional<LicenseExpression> term(int depth) {
    if (next_is("(")) {
      if (depth == kMaxDepth) return std::nullopt;
      ++m_at;
      auto inner = list(Kind::any_of, depth + 1);
      if (!inner || !next_is(")")) return std::nullopt;
      ++m_at;
      return inner;
    }
    if (m_at == m_words.size()) return std::nullopt;
    const bool is_own = m_own == OwnLicenses::allowed && is_own_name(m_words[m_at]);
    if (!is_own && !is_name(m_words[m_at])) return std::nullopt;
    LicenseExpression license{
        .kind = Kind::license, .name = m_words[m_at++], .exception = {}, .parts = {}};
    if (next_is("WITH")) {
      ++m_at;
      if (m_at == m_words.size() || !is_name(m_words[m_at])) return std::nullopt;
      license.exception = m_words[m_at++];
    }
    return license;
  }

  std::vector<std::string> m_words;
  OwnLicenses m_own;
  std::size_t m_at = 0;
};

}  // namespace

std::optional<LicenseExpression> parse_license(std::string_view text, OwnLicenses own) {
  return Parser(words_of(text), own).parse();
}

}  // namespace releaser
