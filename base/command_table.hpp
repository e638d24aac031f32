#pragma once

#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace base {

struct Option {
  std::string name;                  // "--config"
  std::string short_name;            // "-f", or empty
  std::string value;                 // "FILE"; empty: a switch
  std::string help;                  // one line, lower case, no full stop
  std::vector<std::string> choices;  // allowed values, for checks and completion; empty: any
};

struct Positional {
  std::string name;  // "VERSION"
  std::string help;
  bool required = true;
  std::vector<std::string> choices;
};

struct Example {
  std::string command;
  std::string what_it_does;
};

// What the user gave, by the names of the table.
class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view option) const;
  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
  // Of an option that takes a list: each comma or repetition adds one.
  [[nodiscard]] std::vector<std::string> list(std::string_view option) const;
  [[nodiscard]] const std::vector<std::string>& positionals() const { return m_positionals; }
  [[nodiscard]] std::optional<std::string> positional(std::size_t index) const;

  std::map<std::string, std::vector<std::string>, std::less<>> m_values;  // filled by parse()
  std::vector<std::string> m_positionals;
};

struct Command {
  std::string name;                  // "publish"; sub-commands are written "keys new"
  std::vector<std::string> aliases;  // "release"
  std::string summary;               // one line for the list
  std::string description;           // paragraphs for its --help
  std::vector<Option> options;
  std::vector<Positional> positionals;
  std::vector<Example> examples;             // at least one
  std::function<int(const Arguments&)> run;  // gives the exit status; throws base::Error
  bool hidden = false;                       // "__probe"
};

// The whole command line of a program: one table from which parsing, help, completions and man page
// come.
struct Program {
  std::string name;
  std::string version;  // what --version prints after the name
  std::string summary;
  std::vector<Option> common_options;  // accepted before and after the command's name
  std::vector<Command> commands;
};

// Runs the command that `arguments` (without argv[0]) name. --help, --version and "no command" are
// handled here. Gives the exit status. Throws Errc::usage for an unknown command or option with the
// nearest right name.
int run_program(const Program& program, const std::vector<std::string>& arguments,
                std::ostream& out);

std::string help_of(const Program& program);
std::string help_of(const Program& program, const Command& command);
// Of all commands that begin with one word: "keys".
std::string help_of(const Program& program, std::string_view first_word);
// shell: "bash", "zsh" or "fish"; else Errc::usage.
std::string completion_script(const Program& program, std::string_view shell);
// One man page of section 1 (roff, man macros), dated by nothing.
std::string man_page(const Program& program);

}  // namespace base
