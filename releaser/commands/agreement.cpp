#include "releaser/commands/agreement.hpp"

#include "base/error.hpp"

namespace releaser {

base::Option yes_option() { return {"--yes", "", "", "sign without being asked", {}}; }

void require_agreement(const Services& services, const base::Arguments& arguments,
                       const base::Messages& messages) {
  if (arguments.has("--yes")) return;
  if (!services.terminal.input || !services.terminal.messages) {
    throw base::Error(base::Errc::usage,
                      "no terminal to ask on; read the above, then sign with --yes");
  }
  services.out.flush();
  const std::string answer = base::ask(messages, "Sign this?", "no");
  if (answer != "y" && answer != "yes") {
    throw base::Error(base::Errc::cancelled, "nothing was signed");
  }
}

}  // namespace releaser
