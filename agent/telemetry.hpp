#pragma once

#include "agent/services.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agent {

// What an installation tells its maintainer, where its user turned that on and named where to: off
// by default, and off or without an endpoint nothing is kept and nothing is sent. Nothing in it
// tells one machine or user from another of the same version and platform.

// What became of a run of `update`.
struct UpdateOutcome {
  enum class Event { none, checked, updated, failed };
  Event event = Event::none;
  std::string_view error;  // the category of failed: "network"; else empty
};
// Nothing for what says nothing of a release: a wrong command, a person who said no, another run.
std::optional<UpdateOutcome> outcome_of_failure(base::Errc code);

struct TelemetryFacts {
  std::string program;
  std::string version;  // that is in place
  std::string channel;
  std::string platform;
  UpdateOutcome last_update;
};
// The whole body, as it is sent and as `telemetry show` prints it.
std::string telemetry_payload(const TelemetryFacts& facts);

// What would be sent now.
std::string next_telemetry_payload(const Services& services);
// When something was sent last, if ever.
std::optional<base::Time> last_telemetry(const Services& services);

// Keeps the outcome, and sends it where nobody waits (unattended) and nothing was sent for a day.
// Takes five seconds at most. What goes wrong with it is told to the log, and to nobody else.
enum class Attendance { attended, unattended };
void tell_outcome(const Services& services, const UpdateOutcome& outcome, Attendance attendance);

inline constexpr std::string_view kTelemetryFile = "telemetry.json";  // of the state folder

}  // namespace agent
