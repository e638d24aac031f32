#include "base/command_table.hpp"
#include "base/command_table_words.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <iterator>

// The one place where CLI11 is used. It splits the words of one command into options and the rest;
// which command it is, what is allowed and every message is decided here, so that the text that a
// user sees does not depend on the library.

namespace base {
namespace {

constexpr std::string_view kHelpNames[] = {"--help", "-h"};
constexpr std::string_view kVersionNames[] = {"--version", "-V"};

bool is_one_of(std::string_view word, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

bool looks_like_option(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

std::string_view name_part(std::string_view word) { return word.substr(0, word.find('=')); }

const Option* find_option(std::span<const Option> options, std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const Option& option) {
    return option.name == name || (!option.short_name.empty() && option.short_name == name);
  });
  return found == options.end() ? nullptr : &*found;
}

const Command* find_command(const Program& program, std::string_view name) {
  const auto found =
      std::find_if(program.commands.begin(), program.commands.end(), [&](const Command& command) {
        return command.name == name || std::find(command.aliases.begin(), command.aliases.end(),
                                                 name) != command.aliases.end();
      });
  return found == program.commands.end() ? nullptr : &*found;
}

// Names that a user may have meant, hidden commands left out.
Words names_of_commands(const Program& program) {
  Words names;
  for (const Command& command : program.commands) {
    if (!command.hidden) {
      names.push_back(command.name);
      names.insert(names.end(), command.aliases.begin(), command.aliases.end());
    }
  }
  return names;
}

// "keys" in "keys new": the second words that follow it.
Words second_words(const Program& program, std::string_view first) {
  Words words;
  for (const Command& command : program.commands) {
    if (!command.hidden && command.name.starts_with(cat(first, " "))) {
      words.push_back(command.name.substr(first.size() + 1));
    }
  }
  return words;
}

[[noreturn]] void refuse_option(std::string_view word, std::span<const Option> options,
                                std::string_view help_command) {
  Words names{"--help"};
  for (const Option& option : options) {
    names.push_back(option.name);
  }
  const std::string shown = safe_text(name_part(word), 80);
  const std::string advice = did_you_mean(shown, names);
  throw Error(Errc::usage, cat("unknown option `", shown, "`",
                               advice.empty() ? cat("; see `", help_command, " --help`") : advice));
}

[[noreturn]] void refuse_command(const Program& program, std::string_view word) {
  const std::string shown = safe_text(word, 80);
  const std::string advice = did_you_mean(shown, names_of_commands(program));
  throw Error(Errc::usage, cat("unknown command `", shown, "`",
                               advice.empty() ? cat("; see `", program.name, " --help`") : advice));
}

// The words of a command line, taken apart: the command, and all that is left for it.
struct Request {
  const Command* command = nullptr;
  std::string first_word;  // whose commands --help shall list: "keys"
  Words rest;  // common options that stood before the command, then all that followed it
  bool help = false;
  bool version = false;
};

// The command that begins at words[index], two words of it if that fits; moves index behind it.
const Command* take_command(const Program& program, const Words& words, std::size_t& index) {
  if (index + 1 < words.size()) {
    if (const Command* command = find_command(program, cat(words[index], " ", words[index + 1]))) {
      index += 2;
      return command;
    }
  }
  const Command* command = find_command(program, words[index]);
  if (command != nullptr) {
    ++index;
  }
  return command;
}

// Copies a common option that stands before the command, and its value.
void take_common_option(const Program& program, const Words& words, std::size_t& index,
                        Words& rest) {
  const std::string& word = words[index++];
  const Option* option = find_option(program.common_options, name_part(word));
  const bool is_joined_short = option == nullptr && !word.starts_with("--");
  if (is_joined_short) {  // "-p4", "-qv"
    option = find_option(program.common_options, word.substr(0, 2));
  }
  if (option == nullptr) {
    std::vector<Option> known = program.common_options;
    known.push_back({"--version", "-V", "", "", {}});  // stands here only
    refuse_option(word, known, program.name);
  }
  rest.push_back(word);
  const bool has_value = is_joined_short || word.find('=') != std::string::npos;
  if (!option->value.empty() && !has_value && index < words.size()) {
    rest.push_back(words[index++]);
  }
}

Request take_apart(const Program& program, const Words& words) {
  Request request;
  std::size_t index = 0;
  while (index < words.size() && request.command == nullptr) {
    const std::string& word = words[index];
    if (looks_like_option(word)) {
      if (is_one_of(word, kHelpNames)) {
        request.help = true;
        ++index;
      } else if (is_one_of(word, kVersionNames)) {
        request.version = true;
        ++index;
      } else {
        take_common_option(program, words, index, request.rest);
      }
      continue;
    }
    if (word == "help" && find_command(program, "help") == nullptr) {
      request.help = true;
      ++index;
      continue;
    }
    request.command = take_command(program, words, index);
    if (request.command == nullptr) {
      const Words seconds = second_words(program, word);
      if (seconds.empty()) {
        refuse_command(program, word);
      }
      const std::span<const std::string> behind = std::span(words).subspan(index + 1);
      request.help =
          request.help || std::any_of(behind.begin(), behind.end(),
                                      [](const auto& each) { return is_one_of(each, kHelpNames); });
      if (request.help && (behind.empty() || looks_like_option(behind.front()))) {
        request.first_word = word;
        return request;
      }
      if (!behind.empty() && !looks_like_option(behind.front())) {
        const std::string second = safe_text(behind.front(), 80);
        const std::string advice = did_you_mean(second, seconds);
        throw Error(Errc::usage, cat("unknown command `", word, " ", second, "`",
                                     advice.empty() ? cat("; `", word, "` is followed by ",
                                                          join(seconds, " or "))
                                                    : advice));
      }
      std::string whole;
      for (const std::string& second : seconds)
        whole += cat(whole.empty() ? "" : " or ", "`", program.name, " ", word, " ", second, "`");
      throw Error(Errc::usage, cat("`", word, "` needs a second word: ", whole));
    }
  }
  request.rest.insert(request.rest.end(), words.begin() + static_cast<std::ptrdiff_t>(index),
                      words.end());
  return request;
}

std::string complete_name(const Program& program, const Command& command) {
  return cat(program.name, " ", command.name);
}

void check_choice(std::string_view what, std::string_view value, const Words& choices) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return;
  }
  const std::string shown = safe_text(value, 80);
  throw Error(Errc::usage, cat(what, ": `", shown, "` is not one of ", join(choices, ", "),
                               did_you_mean(shown, choices)));
}

// One of CLI11's own complaints, in our words.
[[noreturn]] void explain(const CLI::ParseError& error, const Words& words,
                          std::span<const Option> options) {
  for (const std::string& word : words) {
    const Option* option = find_option(options, name_part(word));
    if (option != nullptr && option->value.empty() && word.find('=') != std::string::npos) {
      throw Error(Errc::usage, cat("option `", option->name, "` takes no value"));
    }
  }
  if (!words.empty()) {
    const Option* option = find_option(options, words.back());
    if (option != nullptr && !option->value.empty()) {
      throw Error(Errc::usage, cat("option `", words.back(), "` needs a value: ", words.back(), " ",
                                   option->value));
    }
  }
  throw Error(Errc::usage, safe_text(error.what()));
}

Arguments parse_words(const Program& program, const Command& command, Words words, bool& help) {
  Arguments arguments;
  const auto end_of_options = std::find(words.begin(), words.end(), "--");
  const Words literal(end_of_options == words.end() ? end_of_options : end_of_options + 1,
                      words.end());
  words.erase(end_of_options, words.end());

  const std::vector<Option> options = options_of(program, command);
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras();
  std::vector<Words> values(options.size());
  std::vector<int> counts(options.size());
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Option& option = options[i];
    const std::string names =
        option.short_name.empty() ? option.name : cat(option.short_name, ",", option.name);
    if (option.value.empty()) {
      app.add_flag(names, counts[i])->disable_flag_override();
    } else {
      app.add_option(names, values[i])->allow_extra_args(false);
      // CLI11 would take "--name=" for a name without its value.
      for (std::size_t w = 0; w < words.size(); ++w) {
        if (words[w] == cat(option.name, "=")) {
          words[w].pop_back();
          words.insert(words.begin() + static_cast<std::ptrdiff_t>(w) + 1, "");
        }
      }
    }
  }
  int help_count = 0;
  app.add_flag("-h,--help", help_count);
  try {
    Words reversed(words.rbegin(), words.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    explain(error, words, options);
  }
  for (const std::string& word : app.remaining()) {
    if (looks_like_option(word)) {
      refuse_option(word, options, complete_name(program, command));
    }
    arguments.m_positionals.push_back(word);
  }
  arguments.m_positionals.insert(arguments.m_positionals.end(), literal.begin(), literal.end());
  for (std::size_t i = 0; i < options.size(); ++i) {
    for (const std::string& value : values[i]) {
      check_choice(cat("option `", options[i].name, "`"), value, options[i].choices);
    }
    if (!values[i].empty() || counts[i] > 0) {
      arguments.m_values[options[i].name] = std::move(values[i]);
    }
  }
  help = help || help_count > 0;
  return arguments;
}

bool looks_like_version(std::string_view word) {
  const std::string_view number = word.substr(word.starts_with('v') ? 1 : 0);
  return !number.empty() && number.front() >= '0' && number.front() <= '9' &&
         number.find('.') != std::string_view::npos;
}

// What somebody meant who wrote `update 1.2.3`: "did you mean `--version 1.2.3`?"; else the usage.
std::string advice_on_surplus(const Program& program, const Command& command,
                              const std::string& word) {
  const auto option = std::find_if(command.options.begin(), command.options.end(),
                                   [](const Option& each) { return each.value == "VERSION"; });
  return looks_like_version(word) && option != command.options.end()
             ? cat("did you mean `", option->name, " ", safe_text(word, 80), "`?")
             : cat("usage: ", usage_of(program, command));
}

void check_positionals(const Program& program, const Command& command, const Arguments& arguments) {
  const auto& given = arguments.positionals();
  for (std::size_t i = given.size(); i < command.positionals.size(); ++i) {
    if (command.positionals[i].required) {
      throw Error(Errc::usage, cat("missing ", command.positionals[i].name,
                                   "; usage: ", usage_of(program, command)));
    }
  }
  if (given.size() > command.positionals.size()) {
    const std::string& surplus = given[command.positionals.size()];
    throw Error(Errc::usage, cat("unexpected argument `", safe_text(surplus, 80), "`; ",
                                 advice_on_surplus(program, command, surplus)));
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    check_choice(command.positionals[i].name, given[i], command.positionals[i].choices);
  }
}

}  // namespace

bool Arguments::has(std::string_view option) const {
  return m_values.find(option) != m_values.end();
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  const auto found = m_values.find(option);
  if (found == m_values.end() || found->second.empty()) {
    return std::nullopt;
  }
  return found->second.back();
}

std::vector<std::string> Arguments::list(std::string_view option) const {
  std::vector<std::string> list;
  if (const auto found = m_values.find(option); found != m_values.end()) {
    for (const std::string& value : found->second) {
      for (const std::string_view part : split(value, ',')) {
        if (!trim(part).empty()) {
          list.emplace_back(trim(part));
        }
      }
    }
  }
  return list;
}

std::optional<std::string> Arguments::positional(std::size_t index) const {
  return index < m_positionals.size() ? std::optional(m_positionals[index]) : std::nullopt;
}

std::vector<Option> options_of(const Program& program, const Command& command) {
  std::vector<Option> options = command.options;
  for (const Option& common : program.common_options) {
    if (find_option(command.options, common.name) == nullptr) {
      options.push_back(common);
    }
  }
  return options;
}

int run_program(const Program& program, const std::vector<std::string>& arguments,
                std::ostream& out) {
  const Request request = take_apart(program, arguments);
  if (request.command == nullptr) {
    if (request.version && !request.help) {
      out << program.name << ' ' << program.version << '\n';
      return exit_status(Errc::done);
    }
    out << (request.first_word.empty() ? help_of(program) : help_of(program, request.first_word));
    return exit_status(request.help ? Errc::done : Errc::usage);
  }
  bool help = request.help;
  const Arguments parsed = parse_words(program, *request.command, request.rest, help);
  if (help) {
    out << help_of(program, *request.command);
    return exit_status(Errc::done);
  }
  check_positionals(program, *request.command, parsed);
  return request.command->run(parsed);
}

}  // namespace base
