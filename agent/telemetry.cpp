#include "agent/telemetry.hpp"

#include "agent/build_platform.hpp"
#include "agent/settings.hpp"
#include "agent/state_file.hpp"
#include "base/http_send.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <chrono>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
using Event = UpdateOutcome::Event;

constexpr std::chrono::hours kReportPause{24};
constexpr std::chrono::seconds kReportLimit{5};
constexpr std::uint64_t kMaxReportAnswer = 4096;

constexpr KindNames<Event, 4> kEventNames{{{Event::none, "none"},
                                           {Event::checked, "checked"},
                                           {Event::updated, "updated"},
                                           {Event::failed, "failed"}}};

// The categories of failures, by what can be done about them.
constexpr KindNames<Errc, 10> kErrorNames{{{Errc::internal, "internal"},
                                           {Errc::config, "config"},
                                           {Errc::permission, "permission"},
                                           {Errc::conflict, "conflict"},
                                           {Errc::network, "network"},
                                           {Errc::untrusted, "untrusted"},
                                           {Errc::expired, "expired"},
                                           {Errc::not_found, "not-found"},
                                           {Errc::cannot_write, "cannot-write"},
                                           {Errc::rolled_back, "rolled-back"}}};

struct TelemetryState {
  UpdateOutcome outcome;
  std::optional<base::Time> sent_at;
};

UpdateOutcome parse_outcome(const json::ObjectReader& object) {
  const std::string event = object.text("event");
  const std::string error = object.text("error");
  UpdateOutcome outcome;
  for (const auto& [kind, name] : kEventNames) {
    outcome.event = name == event ? kind : outcome.event;
  }
  for (const auto& [code, name] : kErrorNames) {
    outcome.error = name == error ? name : outcome.error;
  }
  return outcome;
}

TelemetryState read_telemetry(const Layout& layout) {
  const auto read = [](const json::ObjectReader& object) {
    return TelemetryState{parse_outcome(object), base::parse_time(object.text("sent_at"))};
  };
  return read_state(layout, kTelemetryFile, read).value_or(TelemetryState{});
}

void write_telemetry(const Layout& layout, const TelemetryState& state) {
  write_state(layout, kTelemetryFile,
              {{"event", name_of(kEventNames, state.outcome.event)},
               {"error", state.outcome.error},
               {"sent_at", state.sent_at ? base::format_time(*state.sent_at) : std::string()}});
}

// A time of the future, as a clock that went back leaves it, is no reason to wait.
bool is_due(const std::optional<base::Time>& sent_at, base::Time now) {
  return !sent_at || *sent_at > now || now - *sent_at >= kReportPause;
}

std::string payload_of(const Services& services, const Config& config,
                       const UpdateOutcome& outcome) {
  const schema::Version version =
      current_version(services.layout).value_or(services.identity.version);
  return telemetry_payload({.program = services.layout.program,
                            .version = version.text(),
                            .channel = std::string(schema::channel_name(config.channel)),
                            .platform = std::string(build_platform()),
                            .last_update = outcome});
}

void send_payload(const Services& services, const Config& config, const std::string& payload) {
  const base::Url& endpoint = *config.telemetry_endpoint;
  base::HttpOptions options = http_options(services, config);
  options.connect_timeout = kReportLimit;
  const base::HttpAnswer answer = base::make_http_sender(options)->send(
      {.method = base::HttpMethod::post,
       .url = endpoint,
       .upload = base::HttpUpload{"application/json", payload, payload.size()},
       .max_answer_bytes = kMaxReportAnswer,
       .deadline = kReportLimit});
  constexpr int kFirstProblem = 300;
  if (answer.status >= kFirstProblem) {
    throw Error(Errc::network, cat(endpoint.host(), " answered ", answer.status));
  }
}

}  // namespace

std::optional<UpdateOutcome> outcome_of_failure(Errc code) {
  for (const auto& [each, name] : kErrorNames) {
    if (each == code) {
      return UpdateOutcome{Event::failed, name};
    }
  }
  return std::nullopt;
}

std::string telemetry_payload(const TelemetryFacts& facts) {
  const std::string_view error = facts.last_update.error;
  return json::write(json::Object{{"schema", 1},
                                  {"program", facts.program},
                                  {"version", facts.version},
                                  {"channel", facts.channel},
                                  {"platform", facts.platform},
                                  {"event", name_of(kEventNames, facts.last_update.event)},
                                  {"error", error.empty() ? json::Value() : json::Value(error)}},
                     json::Style::pretty);
}

std::string next_telemetry_payload(const Services& services) {
  return payload_of(services, load_config(services).config,
                    read_telemetry(services.layout).outcome);
}

std::optional<base::Time> last_telemetry(const Services& services) {
  return read_telemetry(services.layout).sent_at;
}

void tell_outcome(const Services& services, const UpdateOutcome& outcome, Attendance attendance) {
  try {
    const LoadedConfig loaded = load_config(services);
    const Config& config = loaded.config;
    // A policy that cannot be read might forbid it.
    if (!config.telemetry_enabled || !config.telemetry_endpoint || loaded.policy_problem) {
      return;
    }
    TelemetryState state = read_telemetry(services.layout);
    state.outcome = outcome;
    const bool is_sent =
        attendance == Attendance::unattended && is_due(state.sent_at, services.now);
    if (is_sent) {
      // Before it is done: who is killed on the way, or cannot remember it, must not send again.
      state.sent_at = services.now;
    }
    write_telemetry(services.layout, state);
    if (is_sent) {
      send_payload(services, config, payload_of(services, config, outcome));
    }
  } catch (const Error& error) {  // nothing of an update may fail by it
    // A configuration that cannot be read has ended the update too, which says so.
    if (error.code() != base::Errc::config) {
      services.messages.say(cat("telemetry: ", error.what()));
    }
  }
}

}  // namespace agent
