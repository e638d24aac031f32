#include "releaser/import/go_template.hpp"

#include "base/text.hpp"
#include "releaser/import/go_template_words.hpp"

#include <algorithm>
#include <utility>

namespace releaser::import {
namespace {

using base::cat;

constexpr std::size_t kMaxTemplateBytes = 16384;
constexpr int kMaxNesting = 40;

std::string title(std::string_view text) {
  std::string out{text};
  bool at_start = true;
  for (char& letter : out) {
    if (at_start && letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    at_start = !is_word(letter);
  }
  return out;
}

std::string upper_case(std::string_view text) {
  std::string out{text};
  for (char& letter : out) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return out;
}

TemplateValue literal(std::string text) {
  TemplateValue value;
  if (!text.empty()) value.pieces.push_back({.text = std::move(text)});
  return value;
}

std::string text_of(const TemplateValue& value) {
  std::string text;
  for (const Piece& piece : value.pieces)
    text += piece.text;
  return text;
}

bool is_unknown(const TemplateValue& value) {
  return std::any_of(value.pieces.begin(), value.pieces.end(),
                     [](const Piece& piece) { return piece.placeholder; });
}

// What a value follows from, without its text.
Piece origin_of(const TemplateValue& value) {
  Piece origin;
  for (const Piece& piece : value.pieces) {
    origin.os = origin.os || piece.os;
    origin.arch = origin.arch || piece.arch;
  }
  return origin;
}

class Evaluation {
 public:
  Evaluation(std::vector<Segment> segments, const TemplateValues& values)
      : m_segments(std::move(segments)), m_values(values) {}

  Evaluated run() {
    const std::string end = block(true, 0);
    if (!end.empty()) fail(cat("{{ ", end, " }} without a beginning"));
    if (m_problem) return {{}, m_problem};
    return {std::move(m_out), std::nullopt};
  }

 private:
  // ---- blocks ----

  // Runs segments until one that ends the block; gives that one, "" at the end of the text.
  std::string block(bool is_active, int depth) {
    if (depth > kMaxNesting) {
      fail("is nested too deeply");
      return "";
    }
    while (m_at < m_segments.size() && !m_problem) {
      const Segment& segment = m_segments[m_at++];
      if (!segment.is_action) {
        if (is_active) emit(literal(segment.text));
        continue;
      }
      const std::vector<std::string> words = words_of(segment.text);
      if (segment.text.starts_with("/*") || words.empty()) continue;
      if (words.front() == "end" || words.front() == "else") return segment.text;
      if (words.front() == "if" || words.front() == "with") {
        condition(words, is_active, depth);
      } else if (is_active) {
        action(words);
      }
    }
    return "";
  }

  void condition(std::vector<std::string> words, bool is_active, int depth) {
    bool is_taken = false;
    const Piece outer = m_origin;
    const std::optional<TemplateValue> outer_dot = m_dot;
    for (bool has_more = true; has_more && !m_problem;) {
      bool is_true = is_active && !is_taken;
      if (is_true && words.size() > 1) {
        const TemplateValue value = pipeline({words.begin() + 1, words.end()});
        is_true = truth(value);
        const Piece origin = origin_of(value);
        m_origin.os = m_origin.os || origin.os;
        m_origin.arch = m_origin.arch || origin.arch;
        if (words.front() == "with") m_dot = value;
      } else if (is_true && words.front() != "else") {
        fail(cat("{{ ", words.front(), " }} without a condition"));
      }
      const std::string end = block(is_true, depth + 1);
      m_dot = outer_dot;
      is_taken = is_taken || is_true;
      words = words_of(end);
      has_more = !words.empty() && words.front() == "else";
      if (end.empty() && !m_problem) fail("{{ if }} without {{ end }}");
      // "else if …" has a condition of its own.
      if (has_more && words.size() > 1) words.erase(words.begin());
    }
    m_origin = outer;
  }

  void action(const std::vector<std::string>& words) {
    if (words.front() == "range" || words.front() == "template" || words.front() == "define" ||
        words.front() == "block" || words.front() == "break" || words.front() == "continue") {
      fail(cat("`", words.front(), "` is not evaluated"));
    } else if (words.size() > 2 && words[0].starts_with('$') &&
               (words[1] == ":=" || words[1] == "=")) {
      m_variables[words[0]] = pipeline({words.begin() + 2, words.end()});
    } else {
      emit(pipeline(words));
    }
  }

  void emit(const TemplateValue& value) {
    for (Piece piece : value.pieces) {
      piece.os = piece.os || m_origin.os;
      piece.arch = piece.arch || m_origin.arch;
      if (piece.text.empty()) continue;
      const bool joins =
          !m_out.empty() && m_out.back().os == piece.os && m_out.back().arch == piece.arch &&
          m_out.back().placeholder == piece.placeholder && !m_out.back().product && !piece.product;
      if (joins) {
        m_out.back().text += piece.text;
      } else {
        m_out.push_back(std::move(piece));
      }
    }
  }

  // ---- expressions ----

  TemplateValue pipeline(const std::vector<std::string>& words) {
    std::size_t at = 0;
    TemplateValue value = pipeline_at(words, at, 0);
    if (at < words.size()) fail(cat("`", words[at], "` is not understood"));
    return value;
  }

  TemplateValue pipeline_at(const std::vector<std::string>& words, std::size_t& at, int depth) {
    if (depth > kMaxNesting) {
      fail("is nested too deeply");
      return {};
    }
    std::optional<TemplateValue> piped;
    while (!m_problem) {
      piped = command(words, at, piped, depth);
      if (at >= words.size() || words[at] != "|") break;
      ++at;
    }
    return piped.value_or(TemplateValue{});
  }

  TemplateValue command(const std::vector<std::string>& words, std::size_t& at,
                        const std::optional<TemplateValue>& piped, int depth) {
    std::string function;
    std::vector<TemplateValue> arguments;
    while (at < words.size() && words[at] != "|" && words[at] != ")" && !m_problem) {
      const std::string& word = words[at];
      const bool is_name = is_word(word.front()) && !(word.front() >= '0' && word.front() <= '9') &&
                           word != "true" && word != "false";
      if (is_name && function.empty() && arguments.empty()) {
        function = word;
        ++at;
      } else {
        arguments.push_back(operand(words, at, depth));
      }
    }
    if (piped) arguments.push_back(*piped);
    if (m_problem) return {};
    if (!function.empty()) return call(function, arguments);
    if (arguments.size() == 1) return arguments.front();
    fail(arguments.empty() ? "an action is empty" : "several values stand side by side");
    return {};
  }

  TemplateValue operand(const std::vector<std::string>& words, std::size_t& at, int depth) {
    const std::string& word = words[at];
    ++at;
    if (word == "(") {
      TemplateValue value = pipeline_at(words, at, depth + 1);
      if (at >= words.size()) {
        fail("a parenthesis is not closed");
      } else {
        ++at;
      }
      return value;
    }
    if (word.front() == '"' || word.front() == '`') return literal(unquoted(word));
    if (word == "true" || word == "false") {
      TemplateValue value = literal(word);
      value.is_flag = true;
      return value;
    }
    if (word == "." && m_dot) return *m_dot;
    if (word.starts_with("$.")) return field(std::string_view(word).substr(2));
    if (word.starts_with('.')) return field(std::string_view(word).substr(1));
    if (word.starts_with('$')) {
      const auto found = m_variables.find(word);
      if (found != m_variables.end()) return found->second;
    }
    if (base::parse_decimal(word)) return literal(word);
    fail(cat("`", word, "` is not understood"));
    return {};
  }

  TemplateValue field(std::string_view name) {
    if (name.starts_with("Env.")) return environment(name.substr(4));
    const auto found = m_values.fields.find(name);
    if (found != m_values.fields.end()) return found->second;
    if (name == "Env") fail("the environment is not read");
    fail(cat("`.", name, "` has no value here"));
    return {};
  }

  TemplateValue environment(std::string_view name) {
    const auto found = m_values.env.find(name);
    if (found != m_values.env.end()) return literal(found->second);
    fail(cat("`.Env.", name, "` comes from the environment"));
    return {};
  }

  bool truth(const TemplateValue& value) const {
    const std::string text = text_of(value);
    return value.is_flag ? text == "true" : !text.empty();
  }

  static TemplateValue flag(bool is_true, const std::vector<TemplateValue>& from) {
    TemplateValue value = literal(is_true ? "true" : "false");
    value.is_flag = true;
    for (const TemplateValue& each : from) {
      const Piece origin = origin_of(each);
      value.pieces.front().os = value.pieces.front().os || origin.os;
      value.pieces.front().arch = value.pieces.front().arch || origin.arch;
    }
    return value;
  }

  TemplateValue call(const std::string& name, const std::vector<TemplateValue>& arguments) {
    const std::size_t count = arguments.size();
    if (name == "and" || name == "or") {
      for (const TemplateValue& each : arguments) {
        if (truth(each) == (name == "or")) return flag(truth(each), arguments);
      }
      return flag(name == "and", arguments);
    }
    if (name == "not" && count == 1) return flag(!truth(arguments[0]), arguments);
    if (std::any_of(arguments.begin(), arguments.end(), is_unknown)) {
      fail(cat("`", name, "` of what is known at the release alone"));
      return {};
    }
    if ((name == "eq" || name == "ne") && count >= 2) {
      const std::string first = text_of(arguments[0]);
      const bool is_equal = std::any_of(arguments.begin() + 1, arguments.end(),
                                        [&](const auto& each) { return text_of(each) == first; });
      return flag(is_equal == (name == "eq"), arguments);
    }
    if (name == "contains" && count == 2) {
      return flag(text_of(arguments[0]).find(text_of(arguments[1])) != std::string::npos,
                  arguments);
    }
    std::size_t size = 0;
    for (const TemplateValue& each : arguments)
      size += text_of(each).size();
    if (size > kMaxTemplateBytes) {
      fail("makes too long a text");
      return {};
    }
    if (name == "print") {
      TemplateValue all;
      for (const TemplateValue& each : arguments)
        all.pieces.insert(all.pieces.end(), each.pieces.begin(), each.pieces.end());
      return all;
    }
    return changed(name, arguments);
  }

  // Functions of texts that give a text.
  TemplateValue changed(const std::string& name, const std::vector<TemplateValue>& arguments) {
    const std::size_t count = arguments.size();
    std::vector<std::string> texts;
    texts.reserve(count);
    for (const TemplateValue& each : arguments)
      texts.push_back(text_of(each));
    std::optional<std::string> text;
    if (count == 1 && name == "title") text = title(texts[0]);
    if (count == 1 && (name == "tolower" || name == "lower")) text = base::lower_case(texts[0]);
    if (count == 1 && (name == "toupper" || name == "upper")) text = upper_case(texts[0]);
    if (count == 1 && name == "trim") text = std::string(base::trim(texts[0]));
    if (count == 2 && name == "trimprefix") {
      text = texts[0].starts_with(texts[1]) ? texts[0].substr(texts[1].size()) : texts[0];
    }
    if (count == 2 && name == "trimsuffix") {
      text = texts[0].ends_with(texts[1]) ? texts[0].substr(0, texts[0].size() - texts[1].size())
                                          : texts[0];
    }
    // A short text alone, so that replacements of replacements cannot grow without limit.
    if (count == 3 && name == "replace" && !texts[1].empty() && texts[0].size() < 200 &&
        texts[2].size() < 50) {
      text = base::replace_all(texts[0], texts[1], texts[2]);
    }
    if (!text) {
      fail(cat("the function `", base::safe_text(name, 40), "` is not evaluated"));
      return {};
    }
    TemplateValue value = literal(*text);
    for (Piece& piece : value.pieces) {
      for (const TemplateValue& each : arguments) {
        const Piece origin = origin_of(each);
        piece.os = piece.os || origin.os;
        piece.arch = piece.arch || origin.arch;
      }
    }
    return value;
  }

  void fail(std::string problem) {
    if (!m_problem) m_problem = std::move(problem);
  }

  std::vector<Segment> m_segments;
  const TemplateValues& m_values;
  std::size_t m_at = 0;
  std::map<std::string, TemplateValue> m_variables;
  std::optional<TemplateValue> m_dot;
  Piece m_origin;  // of the conditions around what is written
  std::vector<Piece> m_out;
  std::optional<std::string> m_problem;
};

}  // namespace

Evaluated evaluate(std::string_view text, const TemplateValues& values) {
  if (text.size() > kMaxTemplateBytes) return {{}, "is too long a template"};
  auto segments = segments_of(text);
  if (!segments) return {{}, "an action {{ has no end"};
  return Evaluation(std::move(*segments), values).run();
}

}  // namespace releaser::import
