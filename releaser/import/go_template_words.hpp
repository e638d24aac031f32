#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A template of Go in its words; go_template.cpp evaluates them.
namespace releaser::import {

// "text" or {{ action }}, after the spaces that "{{-" and "-}}" take away.
struct Segment {
  bool is_action = false;
  std::string text;
};

// Nothing where an action has no end.
std::optional<std::vector<Segment>> segments_of(std::string_view text);

// The words of an action: strings with their quotes, ".Os", "$x", "(", "|", ":=", names, numbers.
std::vector<std::string> words_of(std::string_view text);

// What a string means: "a\"b" without its quotes and backslashes, `a\b` as it stands.
std::string unquoted(std::string_view word);

// A letter of a name or a number.
bool is_word(char letter);

}  // namespace releaser::import
