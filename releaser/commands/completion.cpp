#include "releaser/commands/completion.hpp"

#include "base/error.hpp"

namespace releaser {

base::Command add_completion(const Services& services, const base::Program& program) {
  return {.name = "completion",
          .aliases = {},
          .summary = "print a completion script for a shell",
          .description =
              "The script holds all commands and options; pressing Tab never runs this "
              "program.",
          .options = {},
          .positionals = {{"SHELL", "which shell", true, {"bash", "zsh", "fish"}}},
          .examples = {{"cco-release completion bash > "
                        "~/.local/share/bash-completion/completions/cco-release",
                        "completes in every new bash"},
                       {"cco-release completion zsh > \"${fpath[1]}/_cco-release\"",
                        "completes in every new zsh"},
                       {"cco-release completion fish > "
                        "~/.config/fish/completions/cco-release.fish",
                        "completes in every new fish"}},
          .run = [&services, &program](const base::Arguments& arguments) {
            services.out << base::completion_script(program, arguments.positionals().front());
            return base::exit_status(base::Errc::done);
          }};
}

}  // namespace releaser
