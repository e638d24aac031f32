#include "base/completion_scripts.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

// Completion scripts hold the whole table, so that pressing Tab never runs the program.

namespace base {

std::vector<ShownCommand> shown_commands(const Program& program) {
  std::vector<ShownCommand> shown;
  for (const Command& command : program.commands) {
    if (!command.hidden) {
      const auto blank = command.name.find(' ');
      shown.push_back({&command, command.name.substr(0, blank),
                       blank == std::string::npos ? "" : command.name.substr(blank + 1)});
    }
  }
  return shown;
}

Words first_words(const Program& program) {
  Words words;
  for (const ShownCommand& shown : shown_commands(program)) {
    if (std::find(words.begin(), words.end(), shown.first_word) == words.end()) {
      words.push_back(shown.first_word);
    }
  }
  return words;
}

std::vector<std::pair<std::string, std::vector<ShownCommand>>> command_groups(
    const Program& program) {
  std::vector<std::pair<std::string, std::vector<ShownCommand>>> groups;
  for (const ShownCommand& shown : shown_commands(program)) {
    if (shown.second_word.empty()) {
      continue;
    }
    if (groups.empty() || groups.back().first != shown.first_word) {
      groups.emplace_back(shown.first_word, std::vector<ShownCommand>{});
    }
    groups.back().second.push_back(shown);
  }
  return groups;
}

std::string first_word_summary(const Program& program, const ShownCommand& shown) {
  Words seconds;
  for (const ShownCommand& other : shown_commands(program)) {
    if (other.first_word == shown.first_word && other.second_word.empty()) {
      return other.command->summary;
    }
    if (other.first_word == shown.first_word) {
      seconds.push_back(other.second_word);
    }
  }
  return join(seconds, ", ");
}

std::string completion_function(const Program& program) {
  return "_" + replace_all(program.name, "-", "_");
}

Completion completion_of(std::string_view value_name, const std::vector<std::string>& choices) {
  if (!choices.empty()) {
    return Completion::choices;
  }
  if (value_name == "FILE" || value_name == "PATH" || value_name == "BIN") {
    return Completion::files;
  }
  return value_name == "DIR" ? Completion::directories : Completion::nothing;
}

std::string completion_script(const Program& program, std::string_view shell) {
  if (shell == "bash") {
    return bash_completion(program);
  }
  if (shell == "zsh") {
    return zsh_completion(program);
  }
  if (shell == "fish") {
    return fish_completion(program);
  }
  throw Error(Errc::usage,
              cat("no completion for `", safe_text(shell, 40), "`; there is bash, zsh and fish"));
}

}  // namespace base
