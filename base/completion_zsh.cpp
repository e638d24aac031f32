#include "base/completion_scripts.hpp"
#include "base/text.hpp"

#include <set>

namespace base {
namespace {

std::string zsh_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += '\\';
    }
    out += c;
    if (c == '\'') {
      out += "\\''";
    }
  }
  return out;
}

std::string zsh_action(std::string_view value, const Words& choices) {
  switch (completion_of(value, choices)) {
    case Completion::files:
      return "_files";
    case Completion::directories:
      return "_files -/";
    case Completion::choices:
      return cat("(", join(choices, " "), ")");
    case Completion::nothing:
      break;
  }
  return " ";
}

std::string zsh_spec(const Option& option) {
  const std::string value = option.value.empty() ? ""
                                                 : cat(":", zsh_escape(option.value), ":",
                                                       zsh_action(option.value, option.choices));
  const std::string rest = cat("[", zsh_escape(option.help), "]", value, "'");
  if (option.short_name.empty()) {
    return cat("'*", option.name, rest);
  }
  return cat("'*'{", option.short_name, ",", option.name, "}'", rest);
}

std::string zsh_arguments(const Program& program, const Command& command, std::string_view indent) {
  std::string out = cat(indent, "_arguments \\\n");
  for (const Option& option : options_of(program, command)) {
    out += cat(indent, "  ", zsh_spec(option), " \\\n");
  }
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    const Positional& positional = command.positionals[i];
    out += cat(indent, "  '", i + 1, positional.required ? ":" : "::", zsh_escape(positional.name),
               ":", zsh_action(positional.name, positional.choices), "' \\\n");
  }
  return out + cat(indent, "  '(- *)'{-h,--help}'[print help]' && ret=0\n");
}

}  // namespace

std::string zsh_completion(const Program& program) {
  const std::string function = completion_function(program);
  std::string common;
  for (const Option& option : program.common_options) {
    common += cat("    ", zsh_spec(option), " \\\n");
  }
  std::string names, cases;
  std::set<std::string> named;
  for (const ShownCommand& shown : shown_commands(program)) {
    if (named.insert(shown.first_word).second) {
      names += cat("        '", shown.first_word, ":",
                   zsh_escape(first_word_summary(program, shown)), "'\n");
    }
    if (shown.second_word.empty()) {
      Words patterns{shown.command->name};
      patterns.insert(patterns.end(), shown.command->aliases.begin(), shown.command->aliases.end());
      cases += cat("        ", join(patterns, "|"), ")\n",
                   zsh_arguments(program, *shown.command, "          "), "          ;;\n");
    }
  }
  for (const auto& [first, seconds] : command_groups(program)) {
    cases += cat("        ", first,
                 ")\n          _arguments -C '1: :->second' '*:: :->third' && ret=0\n"
                 "          case $state in\n            second)\n              commands=(\n");
    for (const ShownCommand& shown : seconds) {
      cases += cat("                '", shown.second_word, ":", zsh_escape(shown.command->summary),
                   "'\n");
    }
    cases +=
        "              )\n              _describe -t commands command commands && ret=0\n"
        "              ;;\n            third)\n              case $words[1] in\n";
    for (const ShownCommand& shown : seconds) {
      cases += cat("                ", shown.second_word, ")\n",
                   zsh_arguments(program, *shown.command, "                  "),
                   "                  ;;\n");
    }
    cases += "              esac\n              ;;\n          esac\n          ;;\n";
  }
  return cat("#compdef ", program.name, "\n# zsh completion for ", program.name, "; made by `",
             program.name, " completion zsh`\n", function,
             "() {\n"
             "  local curcontext=$curcontext state state_descr line ret=1\n"
             "  local -a commands\n"
             "  typeset -A opt_args\n"
             "  _arguments -C \\\n",
             common,
             "    '(- *)'{-h,--help}'[print help]' \\\n"
             "    '(- *)'{-V,--version}'[print the version]' \\\n"
             "    '1: :->command' '*:: :->rest' && ret=0\n"
             "  case $state in\n"
             "    command)\n"
             "      commands=(\n",
             names,
             "      )\n"
             "      _describe -t commands command commands && ret=0\n"
             "      ;;\n"
             "    rest)\n"
             "      case $words[1] in\n",
             cases,
             "      esac\n"
             "      ;;\n"
             "  esac\n"
             "  return ret\n"
             "}\n"
             "if [[ $funcstack[1] == ",
             function, " ]]; then\n  ", function, " \"$@\"\nelse\n  compdef ", function, " ",
             program.name, "\nfi\n");
}

}  // namespace base
