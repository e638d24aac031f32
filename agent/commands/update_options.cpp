#include "agent/commands/update_options.hpp"

#include "base/error.hpp"

namespace agent {

using base::Errc;
using base::Error;

UpdateOptions read_update_options(const base::Arguments& arguments) {
  UpdateOptions options{.check = arguments.has("--check"),
                        .yes = arguments.has("--yes"),
                        .unattended = arguments.has("--unattended"),
                        .if_due = arguments.has("--if-due"),
                        .explain = arguments.has("--explain"),
                        .rollback = arguments.has("--rollback"),
                        .channel = std::nullopt,
                        .version = std::nullopt,
                        .source = read_source_options(arguments)};
  if (const auto text = arguments.value("--channel"))
    options.channel = schema::parse_channel(*text);
  if (const auto text = arguments.value("--version")) {
    options.version = schema::Version::parse(*text);
  }
  if (options.source.allow_expired_until && (options.unattended || options.rollback)) {
    throw Error(Errc::usage,
                "--allow-expired-until is for a person: neither with --unattended nor with "
                "--rollback");
  }
  const bool chooses = options.channel || options.version;
  if (options.rollback &&
      (chooses || options.check || options.unattended || options.source.local)) {
    throw Error(Errc::usage,
                "--rollback goes with neither --check, --channel, --version, --from nor "
                "--unattended");
  }
  if (options.if_due && !options.unattended) {
    throw Error(Errc::usage, "--if-due is for a timer: only with --unattended");
  }
  if (options.unattended && chooses) {
    throw Error(Errc::usage, "--unattended goes with neither --channel nor --version");
  }
  return options;
}

}  // namespace agent
