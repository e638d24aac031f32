#include "base/completion_scripts.hpp"
#include "base/text.hpp"

#include <set>

namespace base {
namespace {

std::string fish_quoted(std::string_view text) {
  return cat("'", replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'"), "'");
}

std::string fish_value(std::string_view value, const Words& choices) {
  switch (completion_of(value, choices)) {
    case Completion::files:
      return " -r -F";
    case Completion::directories:
      return " -x -a '(__fish_complete_directories)'";
    case Completion::choices:
      return cat(" -x -a ", fish_quoted(join(choices, " ")));
    case Completion::nothing:
      break;
  }
  return " -x";
}

std::string fish_option(std::string_view start, const Option& option) {
  return cat(start, " -l ", option.name.substr(2),
             option.short_name.empty() ? "" : cat(" -s ", option.short_name.substr(1)),
             option.value.empty() ? "" : fish_value(option.value, option.choices), " -d ",
             fish_quoted(option.help), "\n");
}

}  // namespace

std::string fish_completion(const Program& program) {
  const std::string start = cat("complete -c ", program.name);
  Words all = first_words(program);
  for (const ShownCommand& shown : shown_commands(program)) {
    all.insert(all.end(), shown.command->aliases.begin(), shown.command->aliases.end());
  }
  const std::string none =
      cat(" -n ", fish_quoted(cat("not __fish_seen_subcommand_from ", join(all, " "))));
  std::string out = cat("# fish completion for ", program.name, "; made by `", program.name,
                        " completion fish`\n", start, " -f\n");
  std::set<std::string> named;
  for (const ShownCommand& shown : shown_commands(program)) {
    if (named.insert(shown.first_word).second) {
      out += cat(start, none, " -a ", shown.first_word, " -d ",
                 fish_quoted(first_word_summary(program, shown)), "\n");
    }
  }
  out += cat(start, none, " -l version -s V -d 'print the version'\n");
  out += cat(start, " -l help -s h -d 'print help'\n");
  for (const Option& option : program.common_options) {
    out += fish_option(start, option);
  }
  for (const auto& [first, seconds] : command_groups(program)) {
    Words words;
    for (const ShownCommand& shown : seconds) {
      words.push_back(shown.second_word);
    }
    for (const ShownCommand& shown : seconds) {
      out += cat(start, " -n ",
                 fish_quoted(cat("__fish_seen_subcommand_from ", first,
                                 "; and not __fish_seen_subcommand_from ", join(words, " "))),
                 " -a ", shown.second_word, " -d ", fish_quoted(shown.command->summary), "\n");
    }
  }
  for (const ShownCommand& shown : shown_commands(program)) {
    Words names{shown.first_word};
    names.insert(names.end(), shown.command->aliases.begin(), shown.command->aliases.end());
    std::string condition = cat("__fish_seen_subcommand_from ", join(names, " "));
    if (!shown.second_word.empty()) {
      condition += cat("; and __fish_seen_subcommand_from ", shown.second_word);
    }
    const std::string command_start = cat(start, " -n ", fish_quoted(condition));
    for (const Option& option : shown.command->options) {
      out += fish_option(command_start, option);
    }
    for (const Positional& positional : shown.command->positionals) {
      switch (completion_of(positional.name, positional.choices)) {
        case Completion::files:
        case Completion::directories:
          out += cat(command_start, " -F\n");
          break;
        case Completion::choices:
          out += cat(command_start, " -a ", fish_quoted(join(positional.choices, " ")), "\n");
          break;
        case Completion::nothing:
          break;
      }
    }
  }
  return out;
}

}  // namespace base
