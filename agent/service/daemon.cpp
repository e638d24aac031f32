#include "agent/service/daemon.hpp"

#include "agent/check_record.hpp"
#include "agent/file_system.hpp"
#include "agent/service/schedule.hpp"
#include "agent/settings.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <poll.h>

namespace agent {

using base::cat;
using base::Errc;
using base::Error;

namespace {

// A clock that was set, or a machine that slept, is noticed by then.
constexpr std::chrono::minutes kLongestWait{10};
// A download over a slow line may take long; what takes longer is stuck.
constexpr std::chrono::hours kWorkLimit{2};
constexpr std::chrono::seconds kEndLimit{10};
// After a look, whatever it said: the site is left alone for so long.
constexpr std::chrono::seconds kPauseAfterLook{60};

// The version whose folder holds this program.
std::optional<schema::Version> version_of_executable(const Services& services) {
  const base::Path folder = services.executable.parent_path();
  std::error_code error;
  const base::Path versions = std::filesystem::canonical(services.layout.versions, error);
  return !error && folder.parent_path() == versions
             ? schema::Version::try_parse(folder.filename().native())
             : std::nullopt;
}

}  // namespace

Daemon::Daemon(const Services& services, Start start)
    : m_services(services),
      m_folders(service_folders(services.layout, services.environment)),
      m_server(std::move(start.listener)),
      m_port(m_server.port()),
      m_nonce(std::move(start.nonce)),
      m_starter(m_nonce ? parent_process_id() : 0),
      m_log(log_file_of(m_folders, m_port), {}, LogLevel::info,
            [&services](std::string_view line) {
              if (services.messages.verbosity() != base::Verbosity::quiet) {
                services.messages.stream() << line << std::flush;
              }
            }),
      m_supervisor(services.environment),
      m_own_version(version_of_executable(services)),
      m_started(base::system_now()),
      m_first_fraction(base::random_fraction()) {
  base::make_directories(m_folders.processes);
  base::make_directories(m_folders.logs);
}

int Daemon::run() {
  reload();
  log(LogLevel::info, cat(m_services.identity.agent, " ", m_services.identity.version.text(),
                          " listens on 127.0.0.1:", m_port, m_nonce ? " on probation" : "",
                          ", process ", this_process().id));
  if (!may_update()) {
    log(LogLevel::info, cat("this service may not write ", m_services.layout.root.native(),
                            "; looks for updates are left to who may"));
  }
  if (!m_nonce) {
    count_boot();
  }
  settle();
  while (m_ending == Ending::no) {
    wait();
    take_signals();
    serve();
    tend_work();
    if (Clock::now() >= m_next_settle) {
      settle();
    }
    look_if_due();
  }
  drain();
  return base::exit_status(Errc::done);
}

void Daemon::log(LogLevel level, std::string_view text) const {
  m_log.write(level, base::system_now(), text);
}

void Daemon::reload() {
  try {
    LoadedConfig loaded = load_config(m_services);
    m_config = std::move(loaded.config);
    m_log.set_level(m_config.log_level);
    for (const std::string& warning : loaded.warnings) {
      log(LogLevel::warning, warning);
    }
  } catch (const Error& error) {
    // A file that cannot be read now must not end a service that runs.
    log(LogLevel::error, cat("the configuration stays as it was: ", error.what()));
  }
}

void Daemon::wait() {
  std::vector<pollfd> events{{m_signals.readable().number(), POLLIN, 0}};
  if (m_work && m_work->child.output().is_open()) {
    events.push_back({m_work->child.output().number(), POLLIN, 0});
  }
  m_server.add_events(events, answers() ? LoopbackServer::Accept::yes : LoopbackServer::Accept::no);
  if (poll(events.data(), events.size(), static_cast<int>(patience().count())) < 0 &&
      errno != EINTR) {
    throw base::system_error("poll", errno);
  }
  if (const auto interval = m_supervisor.watchdog_interval();
      interval && Clock::now() >= m_next_watchdog) {
    m_supervisor.tell("WATCHDOG=1");
    m_next_watchdog = Clock::now() + *interval;
  }
}

std::chrono::milliseconds Daemon::patience() const {
  using std::chrono::ceil;
  using std::chrono::milliseconds;
  milliseconds patience = kLongestWait;
  const auto until = [&patience](Clock::time_point time) {
    patience = std::min(patience, ceil<milliseconds>(time - Clock::now()));
  };
  if (m_supervisor.watchdog_interval()) {
    until(m_next_watchdog);
  }
  if (m_next_settle != Clock::time_point::max()) {
    until(m_next_settle);
  }
  if (m_work) {
    until(m_work->deadline);
  } else if (const auto next = next_look_at()) {
    // To the second: the clock of the wall has no more.
    patience = std::min<milliseconds>(patience, *next - base::system_now());
  }
  if (const auto connections = m_server.patience()) {
    patience = std::min(patience, *connections);
  }
  return std::max(patience, milliseconds(0));
}

void Daemon::take_signals() {
  const Signals signals = m_signals.take();
  if (signals.reload) {
    log(LogLevel::info, "asked to read the configuration anew");
    reload();
  }
  if (signals.reload || signals.child_ended) {
    m_next_settle = Clock::now();
  }
  if (signals.terminate) {
    m_ending = Ending::terminated;
  }
}

void Daemon::serve() {
  m_server.serve(answers() ? LoopbackServer::Accept::yes : LoopbackServer::Accept::no,
                 [this](std::string_view head) { return reply_to(head, facts()); });
}

ServiceFacts Daemon::facts() const {
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - m_began);
  ServiceFacts facts{.port = m_port,
                     .now = base::system_now(),
                     .uptime_seconds = static_cast<std::uint64_t>(uptime.count()),
                     .version = m_services.identity.version.text(),
                     .process_id = this_process().id,
                     .nonce = m_nonce,
                     .not_ready_because = not_ready_because(),
                     .successor_ended = std::nullopt};
  if (m_successor) {
    facts.not_ready_because =
        cat(m_successor->version.text(), " ended with ", m_successor->last_end);
    facts.successor_ended = m_successor->ended;
  }
  return facts;
}

std::string Daemon::not_ready_because() const {
  try {
    static_cast<void>(read_journal(m_services.layout));
    if (!current_version(m_services.layout)) {
      return "no version is in place";
    }
    if (!may_write(m_folders.logs)) {
      return cat(m_folders.logs.native(), " cannot be written");
    }
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

void Daemon::start_work(const std::string& name, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), m_services.executable.native());
  try {
    m_work.emplace(Work{name,
                        Child({.argv = std::move(arguments),
                               .environment = child_environment(m_services.environment,
                                                                SupervisorVariables::dropped),
                               .output = Child::Output::collected,
                               .socket = nullptr}),
                        Clock::now() + kWorkLimit});
    log(LogLevel::debug, cat(name, " begins, process ", m_work->child.id()));
  } catch (const Error& error) {
    log(LogLevel::error, cat(name, ": ", error.what()));
    finish_work(error.what());
  }
}

void Daemon::tend_work() {
  if (!m_work) {
    return;
  }
  const auto end = m_work->child.ended();
  for (const std::string& line : m_work->child.take_lines()) {
    log(LogLevel::info, cat(m_work->name, ": ", line));
  }
  if (end) {
    finish_work(*end);
  } else if (Clock::now() >= m_work->deadline) {
    if (m_work->was_asked_to_end) {
      m_work->child.kill();
    } else {
      log(LogLevel::warning, cat(m_work->name, " takes too long and is ended"));
      m_work->child.terminate();
    }
    m_work->was_asked_to_end = true;
    m_work->deadline = Clock::now() + kEndLimit;
  }
}

void Daemon::finish_work(const std::string& end) {
  const std::optional<int> status = m_work ? m_work->child.exit_status() : std::nullopt;
  if (!end.empty()) {
    log(LogLevel::warning, cat(m_work ? m_work->name : "", " ended with ", end));
  }
  m_work.reset();
  const base::Time now = base::system_now();
  if (status == base::exit_status(Errc::done)) {
    m_failures = 0;
    m_not_before = now + kPauseAfterLook;
  } else {
    // Somebody else at work is no failure of the site.
    m_failures += status == base::exit_status(Errc::locked) ? 0 : 1;
    m_not_before =
        next_check(m_config, std::max<std::uint64_t>(m_failures, 1), now, base::random_fraction());
  }
  m_next_settle = Clock::now();
}

std::optional<base::Time> Daemon::next_look_at() const {
  if (!m_is_main || m_next_settle != Clock::time_point::max() || !may_update()) {
    return std::nullopt;
  }
  const base::Time now = base::system_now();
  return next_look({.now = now,
                    .started = m_started,
                    .first_fraction = m_first_fraction,
                    .record = read_check_record(m_services.layout),
                    .not_before = m_not_before,
                    .last_look = m_last_look,
                    .last_look_local_minute_of_week = local_minute_of_week(m_last_look)},
                   m_config);
}

bool Daemon::may_update() const {
  return may_write(m_services.layout.root) && may_write(m_services.layout.state);
}

void Daemon::look_if_due() {
  if (m_work || m_ending != Ending::no) {
    return;
  }
  if (const auto next = next_look_at(); next && *next <= base::system_now()) {
    m_last_look = base::system_now();
    // The very path that a timer takes: its decisions, its locks, its recovery.
    start_work("update", {"update", "--unattended"});
  }
}

void Daemon::drain() {
  m_supervisor.tell(m_ending == Ending::terminated ? "STOPPING=1" : "");
  log(LogLevel::info,
      m_ending == Ending::retired ? "the new version has taken over; ends" : "asked to end");
  const bool is_terminated = m_ending == Ending::terminated;
  if (is_terminated) {
    end_successor();
    if (m_work) {
      m_work->child.terminate();
      m_work->deadline = Clock::now() + kEndLimit;
      m_work->was_asked_to_end = true;
    }
  }
  const auto limit = Clock::now() + kEndLimit;
  while ((m_work || !m_server.is_idle()) && Clock::now() < limit + kEndLimit) {
    std::vector<pollfd> events{{m_signals.readable().number(), POLLIN, 0}};
    m_server.add_events(events, LoopbackServer::Accept::no);
    constexpr int kStepMilliseconds = 100;
    static_cast<void>(poll(events.data(), events.size(), kStepMilliseconds));
    static_cast<void>(m_signals.take());
    m_server.serve(LoopbackServer::Accept::no,
                   [this](std::string_view head) { return reply_to(head, facts()); });
    tend_work();
  }
  if (is_terminated && m_is_main) {
    remove_own_service_record(m_folders, m_port);
  }
}

}  // namespace agent
