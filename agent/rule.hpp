#pragma once

#include <string_view>

namespace agent {

// Which rule decided about a release. The order is the precedence: the first rule that refuses a
// release is the one that is named.
enum class Rule {
  taken,
  not_asked_for,  // --version names another one
  current,
  policy,  // of the machine's owner; nothing lifts it
  security_floor,
  yanked,
  older,         // nothing goes down by itself
  channel,       // of a channel that the user does not see
  platform,      // no archive for this machine
  requirements,  // an archive, but the machine is below its floors
  blocked,       // failed on this machine
  halted,
  held,  // went back by hand
  pinned,
  skipped,
  stepping_stone,  // minimum_upgrade_from is not reached yet
  breaking,
  window,
  rollout,
  passed_over,  // could be taken, but a newer one is
};
std::string_view rule_name(Rule rule);

// What it holds waits for its time, or for whoever asked to wait: nobody has to do anything.
bool is_wait(Rule rule);

}  // namespace agent
