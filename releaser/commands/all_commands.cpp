#include "releaser/commands/all_commands.hpp"

#include "base/build_info.hpp"
#include "releaser/commands/bundle.hpp"
#include "releaser/commands/changelog.hpp"
#include "releaser/commands/check.hpp"
#include "releaser/commands/completion.hpp"
#include "releaser/commands/doctor.hpp"
#include "releaser/commands/init.hpp"
#include "releaser/commands/init_distribution.hpp"
#include "releaser/commands/keys_new.hpp"
#include "releaser/commands/man.hpp"
#include "releaser/commands/package.hpp"
#include "releaser/commands/pointers.hpp"
#include "releaser/commands/previous.hpp"
#include "releaser/commands/publish.hpp"
#include "releaser/commands/serve.hpp"
#include "releaser/commands/stamp.hpp"
#include "releaser/commands/status.hpp"
#include "releaser/commands/tag.hpp"
#include "releaser/commands/trust_ceremony.hpp"
#include "releaser/commands/trust_drill.hpp"
#include "releaser/commands/trust_init.hpp"
#include "releaser/commands/trust_refresh.hpp"
#include "releaser/commands/trust_status.hpp"
#include "releaser/commands/verify.hpp"
#include "releaser/commands/version.hpp"

namespace releaser {

CommandLine::CommandLine(const Services& services)
    : program{.name = "cco-release",
              .version = base::build_info().version,
              .summary = "makes releases of command-line programs and publishes them",
              .common_options = common_options(),
              .commands = {}} {
  // In the order of --help: as a new user meets them.
  program.commands = {
      add_init(services),
      add_init_distribution(services),
      add_keys_new(services),
      add_check(services),
      add_tag(services),
      add_changelog(services),
      add_package(services),
      add_publish(services),
      add_promote(services),
      add_yank(services),
      add_unyank(services),
      add_rollback(services),
      add_deprecate(services),
      add_rollout(services),
      add_floor(services),
      add_halt(services),
      add_resume(services),
      add_previous(services),
      add_bundle(services),
      add_verify(services),
      add_status(services),
      add_doctor(services),
      add_stamp(services),
      add_trust_init(services),
      add_trust_rotate(services),
      add_trust_sign(services),
      add_trust_finalize(services),
      add_trust_status(services),
      add_trust_refresh(services),
      add_trust_drill(services),
      add_serve(services),
      add_completion(services, program),
      add_man(services, program),
      add_version(services),
  };
}

}  // namespace releaser
