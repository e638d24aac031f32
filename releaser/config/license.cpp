#include "releaser/config/license.hpp"

#include "base/text.hpp"
#include "releaser/config/spdx.hpp"
#include "releaser/config/spdx_ids.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <vector>

namespace releaser {
namespace {

using base::cat;
using Ids = std::span<const std::string_view>;
constexpr std::size_t kMaxShownBytes = 80;

bool has(Ids ids, std::string_view name) {
  return std::find(ids.begin(), ids.end(), name) != ids.end();
}

bool is_license(std::string_view name) {
  if (name.starts_with("LicenseRef-") || name.starts_with("DocumentRef-")) return true;
  if (has(spdx_licenses(), name) || has(spdx_deprecated_licenses(), name)) return true;
  return name.ends_with('+') && has(spdx_licenses(), name.substr(0, name.size() - 1));
}

// The first name of an expression that no list has.
struct Unknown {
  std::string name;
  Ids known;
};
std::optional<Unknown> first_unknown(const LicenseExpression& expression) {
  if (expression.kind == LicenseExpression::Kind::license) {
    if (!is_license(expression.name)) return Unknown{expression.name, spdx_licenses()};
    if (!expression.exception.empty() && !has(spdx_exceptions(), expression.exception)) {
      return Unknown{expression.exception, spdx_exceptions()};
    }
    return std::nullopt;
  }
  for (const LicenseExpression& part : expression.parts) {
    if (auto unknown = first_unknown(part)) return unknown;
  }
  return std::nullopt;
}

bool is_right(std::string_view text) {
  const auto expression = parse_license(text, OwnLicenses::allowed);
  return expression && !first_unknown(*expression);
}

// What is left of a name without what people add or leave out: "The Apache License, Version 2.0"
// and "Apache-2.0" are both "apache20".
std::string essence(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kFillers{"the",     "license", "licence",
                                                            "version", "v",       "gnu"};
  std::string whole;
  std::string word;
  const auto end_word = [&] {
    const bool is_filler = std::find(kFillers.begin(), kFillers.end(), word) != kFillers.end();
    if (!is_filler) whole += word;
    word.clear();
  };
  for (const char letter : base::lower_case(text)) {
    const bool is_digit = std::isdigit(static_cast<unsigned char>(letter)) != 0;
    const bool is_letter = std::isalpha(static_cast<unsigned char>(letter)) != 0;
    if (is_digit && word.ends_with('v')) word.pop_back();  // "GPLv3"
    if (is_digit || is_letter || letter == '+') {
      word += letter;
    } else {
      end_word();
    }
  }
  end_word();
  return whole;
}

// The ids that are `name` but for its spelling, or at most three that begin like it.
std::vector<std::string> ids_spelt(std::string_view name, Ids known) {
  constexpr std::size_t kMaxOffered = 3;
  const std::string wanted = essence(name);
  std::vector<std::string> same, longer;
  for (const std::string_view id : known) {
    const std::string found = essence(id);
    if (found == wanted) same.emplace_back(id);
    if (!wanted.empty() && found.starts_with(wanted)) longer.emplace_back(id);
  }
  if (!same.empty()) return same;
  return longer.size() <= kMaxOffered ? longer : std::vector<std::string>{};
}

std::vector<std::string> ids_like(std::string_view name, Ids known) {
  if (auto spelt = ids_spelt(name, known); !spelt.empty()) return spelt;
  const std::vector<std::string> all(known.begin(), known.end());
  const auto nearest = base::nearest_name(name, all);
  return nearest ? std::vector<std::string>{*nearest} : std::vector<std::string>{};
}

bool is_operator(std::string_view word) { return word == "AND" || word == "OR" || word == "WITH"; }

// Each name by its one id of the same essence, operators in capitals; "/" was OR once.
std::string respelt(std::string_view text) {
  const std::string spaced = base::replace_all(
      base::replace_all(base::replace_all(text, "/", " OR "), "(", " ( "), ")", " ) ");
  std::vector<std::string> words;
  for (const std::string_view word : base::split(spaced, ' ')) {
    if (word.empty()) continue;
    std::string upper(word);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    const bool is_exception = !words.empty() && words.back() == "WITH";
    if (is_operator(upper) || word == "(" || word == ")" || is_license(word)) {
      words.push_back(is_operator(upper) ? upper : std::string(word));
      continue;
    }
    const auto ids = ids_spelt(word, is_exception ? spdx_exceptions() : spdx_licenses());
    words.push_back(ids.size() == 1 ? ids.front() : std::string(word));
  }
  return base::replace_all(base::replace_all(base::join(words, " "), "( ", "("), " )", ")");
}

std::string question(const std::vector<std::string>& names) {
  return cat("; did you mean `", base::join(names, "` or `"), "`?");
}

}  // namespace

std::optional<std::string> mend_license(std::string_view text) {
  if (is_right(text)) return std::string(text);
  std::string mended = respelt(text);
  if (is_right(mended)) return mended;
  const auto whole = ids_spelt(text, spdx_licenses());
  return whole.size() == 1 ? std::optional(whole.front()) : std::nullopt;
}

std::optional<std::string> license_problem(std::string_view text) {
  const auto expression = parse_license(text, OwnLicenses::allowed);
  const auto unknown = expression ? first_unknown(*expression) : std::nullopt;
  if (expression && !unknown) return std::nullopt;
  const std::string shown =
      cat("`", base::safe_text(unknown ? unknown->name : text, kMaxShownBytes), "` is no SPDX ",
          !unknown                                            ? "expression"
          : unknown->known.data() == spdx_exceptions().data() ? "exception"
                                                              : "license");
  if (const auto mended = mend_license(text)) return cat(shown, question({*mended}));
  if (unknown) {
    if (const auto ids = ids_like(unknown->name, unknown->known); !ids.empty()) {
      return cat(shown, question(ids));
    }
  }
  return cat(shown,
             "; write ids of https://spdx.org/licenses, such as \"MIT OR Apache-2.0\", or "
             "\"LicenseRef-Proprietary\" for terms of your own");
}

}  // namespace releaser
