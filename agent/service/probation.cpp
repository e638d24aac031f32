#include "agent/service/probation.hpp"

#include "agent/boot.hpp"
#include "agent/service/loopback.hpp"
#include "agent/service/service_files.hpp"
#include "agent/service/signals.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <utility>
#include <vector>

#include <poll.h>

namespace agent {
namespace {

using base::cat;
namespace json = base::json;
using Sight = Sample::Sight;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kSampleInterval{1};
constexpr std::chrono::seconds kAnswerLimit{5};
constexpr std::size_t kMaxBody = std::size_t{64} * 1024;

std::string seconds_text(std::chrono::seconds time) { return cat(time.count(), " seconds"); }

}  // namespace

Sample read_sample(std::string_view unverified_body, std::string_view nonce,
                   std::string_view version) {
  try {
    const json::Value value =
        json::parse(unverified_body, {.max_bytes = kMaxBody}, base::Errc::config);
    const json::ObjectReader reader(value, "", base::Errc::config);
    Sample sample;
    if (const auto ended = reader.optional_number("successor_ended")) {
      sample.sight = Sight::starting;
      sample.ended = *ended;
      sample.detail = base::safe_text(reader.optional_text("reason").value_or(""), 200);
      return sample;
    }
    if (reader.optional_text("nonce") != std::optional<std::string>(nonce)) {
      sample.sight = Sight::unmoved;
      return sample;
    }
    const std::string says = base::safe_text(reader.text("version"), 100);
    if (says != version) {
      sample.sight = Sight::wrong;
      sample.detail = cat("it says that it is ", says);
    } else if (!reader.boolean("ready", false)) {
      sample.sight = Sight::starting;
      sample.detail = cat("it was not ready: ",
                          base::safe_text(reader.optional_text("reason").value_or(""), 200));
    } else {
      sample.sight = Sight::ready;
      sample.process_id = static_cast<std::int64_t>(reader.number("pid"));
    }
    return sample;
  } catch (const base::Error&) {
    return {.sight = Sight::silent, .detail = "its answer was none"};
  }
}

Watch::Verdict Watch::fail(std::string reason) {
  m_reason = std::move(reason);
  return Verdict::failed;
}

void Watch::note(const Sample& sample, std::chrono::milliseconds elapsed) {
  if (!sample.detail.empty()) {
    m_last_detail = sample.detail;
  }
  if (sample.sight != Sight::ready) {
    m_samples = 0;
    return;
  }
  const bool is_another = m_process_id != 0 && m_process_id != sample.process_id;
  m_changes += is_another ? 1 : 0;
  if (m_samples == 0 || is_another) {
    m_well_since = elapsed;
    m_samples = 0;
  }
  m_process_id = sample.process_id;
  ++m_samples;
}

Watch::Verdict Watch::observe(const Sample& sample, std::chrono::milliseconds elapsed) {
  constexpr std::uint64_t kMostEnds = 3;
  m_moved = m_moved || (sample.sight == Sight::silent ? m_answered_before == AnsweredBefore::yes
                                                      : sample.sight != Sight::unmoved);
  note(sample, elapsed);
  if (sample.sight == Sight::wrong) {
    return fail(sample.detail);
  }
  if (sample.ended >= kMostEnds || m_changes >= kMostEnds) {
    return fail(cat(m_last_detail, ", ", kMostEnds, " times"));
  }
  if (m_samples >= kStableSamples && elapsed - m_well_since >= kSoak) {
    return Verdict::healthy;
  }
  if (sample.sight == Sight::unmoved && !m_moved && elapsed >= kMoveLimit) {
    return Verdict::unmoved;
  }
  if (elapsed >= kProbationLimit) {
    return m_moved ? fail(cat("it was not well for ", seconds_text(kSoak), " within ",
                              seconds_text(kProbationLimit), "; ", m_last_detail))
                   : Verdict::unmoved;
  }
  return Verdict::undecided;
}

namespace {

struct Watched {
  ServiceRecord service;
  Watch watch;
  Watch::Verdict verdict = Watch::Verdict::undecided;
  bool was_ended = false;  // by order: one that crashes or is killed leaves its record
};

// Does the process run a program of that version, as far as the system lets us see?
bool runs_version(const Layout& layout, const schema::Version& version, std::int64_t process_id) {
  const auto program = program_of_process(process_id);
  std::error_code error;
  const base::Path folder = std::filesystem::canonical(layout.version_directory(version), error);
  return !program || error || program->native().starts_with(folder.native() + '/');
}

Sample look_at(const Layout& layout, const Journal& journal, std::uint16_t port) {
  const auto health = ask_loopback(port, "/health", kAnswerLimit);
  const auto ready = health ? ask_loopback(port, "/ready", kAnswerLimit) : std::nullopt;
  constexpr int kStatusOk = 200;
  if (!ready) {
    return {.sight = Sight::silent, .detail = "it did not answer"};
  }
  Sample sample = read_sample(ready->unverified_body, journal.id, journal.to.text());
  if (sample.sight == Sight::ready && (health->status != kStatusOk || ready->status != kStatusOk)) {
    return {.sight = Sight::starting, .detail = cat("it answered ", health->status)};
  }
  if (sample.sight == Sight::ready && !runs_version(layout, journal.to, sample.process_id)) {
    return {.sight = Sight::wrong, .detail = "another program answers in its place"};
  }
  return sample;
}

void begin_probation(const Layout& layout, Journal& journal) {
  const std::uint64_t boots = journal.probation ? journal.probation->boots : 0;
  journal.judge = JudgedBy::service;
  journal.probation = Probation{.boots = boots,
                                .started_boot_id = boot_id(),
                                .clean_shutdown = false,
                                .deadline = since_boot() + kProbationLimit};
  if (journal.state == JournalState::probation) {
    // Taken up again; its attempts go on.
    write_journal(layout, journal);
  } else {
    enter_state(layout, journal, JournalState::probation);
  }
}

// Waits for the next sample; throws when this process is asked to end.
void pause(SignalPipe& signals, const Layout& layout, Journal& journal) {
  pollfd waiting{signals.readable().number(), POLLIN, 0};
  constexpr std::chrono::milliseconds kPause = kSampleInterval;
  static_cast<void>(poll(&waiting, 1, static_cast<int>(kPause.count())));
  if (signals.take().terminate) {
    journal.probation->clean_shutdown = true;
    write_journal(layout, journal);
    throw base::Error(base::Errc::cancelled,
                      cat("asked to end while ", journal.to.text(),
                          " was on probation; the next start goes on with that"));
  }
}

// Looks until each is decided or one has failed; gives that one.
const Watched* watch_all(std::vector<Watched>& watched, const Layout& layout, Journal& journal) {
  SignalPipe signals;
  const auto began = Clock::now();
  for (;;) {
    bool is_decided = true;
    for (Watched& each : watched) {
      if (each.verdict != Watch::Verdict::undecided) {
        continue;
      }
      const Sample sample = look_at(layout, journal, each.service.port);
      const auto elapsed =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
      each.was_ended =
          sample.sight == Sight::silent && !has_service_record(layout, each.service.port);
      each.verdict = each.was_ended ? Watch::Verdict::unmoved : each.watch.observe(sample, elapsed);
      if (each.verdict == Watch::Verdict::failed) {
        return &each;
      }
      is_decided = is_decided && each.verdict != Watch::Verdict::undecided;
    }
    if (is_decided) {
      return nullptr;
    }
    pause(signals, layout, journal);
  }
}

}  // namespace

std::optional<ProbeFailure> judge_by_services(const Services& services, Journal& journal) {
  const Layout& layout = services.layout;
  std::vector<Watched> watched;
  for (const ServiceRecord& service : running_services(layout)) {
    const bool answers = ask_loopback(service.port, "/health", kAnswerLimit).has_value();
    watched.push_back(
        {service, Watch(answers ? Watch::AnsweredBefore::yes : Watch::AnsweredBefore::no)});
  }
  if (watched.empty() || !journal.from || journal.from == journal.to) {
    return std::nullopt;
  }
  begin_probation(layout, journal);
  services.messages.say(cat("the service tries ", journal.to.text(), " for ", kSoak.count(),
                            " seconds before it stays"));
  for (const Watched& each : watched) {
    ask_process(each.service.process, Request::reload);
  }
  if (const Watched* failed = watch_all(watched, layout, journal)) {
    return ProbeFailure{ProbeFault::broken, cat("as a service on port ", failed->service.port, ": ",
                                                failed->watch.reason())};
  }
  for (const Watched& each : watched) {
    if (each.was_ended) {
      services.messages.warn(cat("the service on port ", each.service.port,
                                 " was ended while it tried ", journal.to.text(),
                                 ", which stays without that"));
    } else if (each.verdict == Watch::Verdict::unmoved) {
      services.messages.warn(cat("the service on port ", each.service.port, " still runs ",
                                 each.service.version.text(), " and did not hand over; end it by `",
                                 layout.program, " shutdown --port ", each.service.port,
                                 "` and start it again"));
    }
  }
  return std::nullopt;
}

}  // namespace agent
