#pragma once

#include "agent/available.hpp"
#include "agent/config.hpp"
#include "agent/rule.hpp"
#include "agent/state.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "manifest-schema/manifest.hpp"
#include "manifest-schema/platform.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace agent {

// What one rule said about one release, for --explain.
struct Verdict {
  schema::Version version;
  Rule rule;
  std::string reason;  // "needs glibc 2.38, this machine has 2.36"
};

enum class Initiative { explicit_request, unattended };

struct PlanRequest {
  Initiative initiative = Initiative::explicit_request;
  std::optional<schema::Version> version;  // --version: exactly this one
};

// What is on this machine. No current version: a first installation.
struct InstalledFacts {
  std::optional<schema::Version> current;
  bool current_is_damaged = false;  // then it may be taken again itself
  std::optional<RollbackHold> hold;
  std::vector<BlockedVersion> blocklist;
};

struct PlanInput {
  Available available;
  Config config;
  schema::Machine machine;
  InstalledFacts installed;
  PlanRequest request;
  base::Time now{};
  base::Time built{};                     // date of this program: an earlier clock is wrong
  int local_minute_of_week = 0;           // for the window; Monday 00:00 is 0
  std::optional<std::string> install_id;  // none: only releases that are out for everybody
};

struct Install {
  schema::Version version;
  schema::Channel channel;
  schema::Platform platform;
  schema::PlatformEntry entry;
  std::string notes;
  std::optional<base::Url> release_notes;
  bool breaking = false;  // it or a release that it passes over changes behaviour
  bool critical = false;
  bool downgrade = false;                        // to be followed by a hold
  std::optional<schema::Version> on_the_way_to;  // a stepping stone; then update again
};

struct UpToDate {
  std::string reason;  // "2026.11.1 is the newest of channel stable"
};

// Something newer is there, and a rule keeps it away.
struct Held {
  schema::Version version;
  Rule rule;
  std::string reason;
  std::string advice;  // arguments that take it anyway: "update --version 1.2.3"; may be empty
};

// An order that cannot be obeyed, or a machine for which there is nothing at all.
struct Refused {
  base::Errc code;
  std::string reason;
};

struct Decision {
  std::variant<UpToDate, Install, Held, Refused> outcome;
  std::vector<Verdict> verdicts;     // every release, newest first
  std::vector<std::string> notices;  // deprecation, a withdrawn current version, a halt passed by
};

// Decides what an update does. Precedence: policy > security floor > yanked > halt > hold > pin >
// skip > breaking (never unattended) > window > rollout. An explicit request lifts the last three,
// --version also hold, pin, skip, the blocklist and a halt (which it mentions). `critical` lifts
// skip, window and rollout. A current version that is withdrawn or below the floor is left for the
// newest good one, also downward, and weaker rules give way from the weakest on, except that
// nothing breaking is taken unattended. Nothing else goes down without --version.
Decision make_plan(const PlanInput& input);

// 0 to 9999. Source: design "Decisions".
int rollout_bucket(std::string_view install_id, const schema::Version& version,
                   schema::Channel channel);
// The share of machines that may take the release now, in basis points. A clock before the
// release's publication or before `built`, or ten years past it, gets the first step.
int rollout_basis_points(const schema::Release& release, base::Time now, base::Time built);

}  // namespace agent
