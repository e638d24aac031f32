#include "agent/commands.hpp"
#include "base/text.hpp"

namespace agent {

void name_program_in_examples(base::Program& program) {
  for (base::Command& command : program.commands) {
    for (base::Example& example : command.examples) {
      example.command = base::cat(program.name, " ",
                                  base::replace_all(example.command, "$PROGRAM", program.name));
    }
  }
}

base::Command completion_command(const ProgramOf& program_of, std::ostream& out) {
  base::Command command;
  command.name = "completion";
  command.summary = "print the completion script of a shell";
  command.description = "Made from the same table as --help. Load it as the examples show.";
  command.positionals = {{.name = "SHELL",
                          .help = "which shell",
                          .required = true,
                          .choices = {"bash", "zsh", "fish"}}};
  command.examples = {
      {"completion bash > ~/.local/share/bash-completion/completions/$PROGRAM", "for bash"},
      {"completion zsh > \"${fpath[1]}/_$PROGRAM\"", "for zsh"},
      {"completion fish > ~/.config/fish/completions/$PROGRAM.fish", "for fish"}};
  command.run = [program_of, &out](const base::Arguments& arguments) {
    out << base::completion_script(program_of(), arguments.positional(0).value_or(""));
    return 0;
  };
  return command;
}

}  // namespace agent
