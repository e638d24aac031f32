#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Templates of GoReleaser: text/template of Go, as far as it can be known before a release is made.
namespace releaser::import {

// A part of the text, and what it follows from.
struct Piece {
  std::string text;
  bool placeholder = false;  // stands for what is not known yet: "{version}"
  bool os = false;           // would be another on another system,
  bool arch = false;         // on another processor,
  bool product = false;      // is the project's name

  bool operator==(const Piece&) const = default;
};

struct TemplateValue {
  std::vector<Piece> pieces;
  bool is_flag = false;  // its text is "true" or "false"
};

struct TemplateValues {
  std::map<std::string, TemplateValue, std::less<>> fields;  // "Os", "ProjectName"
  std::map<std::string, std::string, std::less<>> env;       // as far as the file says it
};

struct Evaluated {
  std::vector<Piece> pieces;           // neighbours that follow from the same are one
  std::optional<std::string> problem;  // what cannot be evaluated; then there are no pieces
};

// Conditions, comments, trimmed spaces, variables, pipes, parentheses, and the functions eq ne and
// or not title tolower toupper trim trimprefix trimsuffix replace contains print.
// All else is a problem, never a guess: unknown fields, the environment, loops, a
// function of what is not known yet.
Evaluated evaluate(std::string_view text, const TemplateValues& values);

}  // namespace releaser::import
