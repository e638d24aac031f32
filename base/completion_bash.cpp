#include "base/completion_scripts.hpp"
#include "base/text.hpp"

// Works from bash 3.2, which macOS still has.

namespace base {
namespace {

Words option_names(const std::vector<Option>& options) {
  Words names;
  for (const Option& option : options) {
    names.push_back(option.name);
    if (!option.short_name.empty()) {
      names.push_back(option.short_name);
    }
  }
  return names;
}

// "publish:--channel|publish:-c"; common options have "*" for the command.
std::string bash_pattern(std::string_view command, const Option& option) {
  std::string pattern = cat(command, ":", option.name);
  if (!option.short_name.empty()) {
    pattern += cat("|", command, ":", option.short_name);
  }
  return pattern;
}

std::string bash_quoted(std::string_view command) { return cat("'", command, "'"); }

std::string bash_reply(std::string_view function, std::string_view value, const Words& choices) {
  switch (completion_of(value, choices)) {
    case Completion::files:
      return cat(function, "_offer -f; ");
    case Completion::directories:
      return cat(function, "_offer -d; ");
    case Completion::choices:
      return cat(function, "_offer -W '", join(choices, " "), "'; ");
    case Completion::nothing:
      break;
  }
  return "";
}

}  // namespace

std::string bash_completion(const Program& program) {
  const std::string function = completion_function(program);
  const auto commands = shown_commands(program);
  std::string with_value, values, options, positionals, names;
  const auto add_option = [&](std::string_view command, const Option& option) {
    if (option.value.empty()) {
      return;
    }
    const std::string pattern = bash_pattern(command, option);
    with_value += cat(with_value.empty() ? "" : "|", pattern);
    values += cat("    ", pattern, ") ", bash_reply(function, option.value, option.choices),
                  "return ;;\n");
  };
  for (const ShownCommand& shown : commands) {
    const Command& command = *shown.command;
    const std::string quoted = bash_quoted(command.name);
    for (const Option& option : command.options) {
      add_option(quoted, option);
    }
    Words all = option_names(options_of(program, command));
    all.emplace_back("--help");
    options += cat("      ", quoted, ") words='", join(all, " "), "' ;;\n");
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      const Positional& positional = command.positionals[i];
      if (completion_of(positional.name, positional.choices) != Completion::nothing) {
        positionals +=
            cat("    ", quoted, ":", i, ") ",
                bash_reply(function, positional.name, positional.choices), "return ;;\n");
      }
    }
    if (shown.second_word.empty()) {
      names += cat("      :", command.name, ") command=", quoted, " ;;\n");
    } else {
      names +=
          cat("      ", shown.first_word, ":", shown.second_word, ") command=", quoted, " ;;\n");
    }
    for (const std::string& alias : command.aliases) {
      names += cat("      :", alias, ") command=", quoted, " ;;\n");
    }
  }
  for (const auto& [first, seconds] : command_groups(program)) {
    Words words;
    for (const ShownCommand& shown : seconds) {
      words.push_back(shown.second_word);
    }
    if (names.find(cat("      :", first, ")")) == std::string::npos) {
      names += cat("      :", first, ") command=", bash_quoted(first), " ;;\n");
    }
    positionals +=
        cat("    ", first, ":0) ", function, "_offer -W '", join(words, " "), "'; return ;;\n");
  }
  for (const Option& option : program.common_options) {
    add_option("*", option);
  }
  Words root = option_names(program.common_options);
  root.insert(root.end(), {"--help", "--version"});
  return cat("# bash completion for ", program.name, "; made by `", program.name,
             " completion bash`\n", function,
             "_offer() {\n"
             "  local IFS=$' \\n' word\n"
             "  [[ $1 == -W ]] || compopt -o filenames 2>/dev/null\n"
             "  while IFS= read -r word; do\n"
             "    COMPREPLY+=(\"$word\")\n"
             "  done < <(compgen \"$@\" -- \"$current\")\n"
             "}\n",
             function,
             "() {\n"
             "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
             "  local command='' word='' words='' skip='' i count=0\n"
             "  COMPREPLY=()\n"
             "  if [[ $current == = ]]; then\n"
             "    current=''\n"
             "  elif [[ $previous == = ]]; then\n"
             "    previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
             "  fi\n"
             "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
             "    word=${COMP_WORDS[i]}\n"
             "    if [[ $word == = ]]; then\n"
             "      skip=1\n"
             "      continue\n"
             "    elif [[ $skip ]]; then\n"
             "      skip=''\n"
             "      continue\n"
             "    fi\n"
             "    case $command:$word in\n"
             "      ",
             with_value.empty() ? "*:---" : with_value, ") skip=1 ;;\n      *:-*) ;;\n", names,
             "      *) count=$((count + 1)) ;;\n"
             "    esac\n"
             "  done\n"
             "  case $command:$previous in\n",
             values,
             "  esac\n"
             "  if [[ $current == -* ]]; then\n"
             "    case $command in\n",
             options, "      *) words='", join(root, " "),
             "' ;;\n"
             "    esac\n"
             "    ",
             function,
             "_offer -W \"$words\"\n"
             "    return\n"
             "  fi\n"
             "  case $command:$count in\n"
             "    :0) ",
             function, "_offer -W '", join(first_words(program), " "), "'; return ;;\n",
             positionals, "  esac\n}\ncomplete -F ", function, " ", program.name, "\n");
}

}  // namespace base
