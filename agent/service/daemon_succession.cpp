#include "agent/install.hpp"
#include "agent/service/daemon.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <thread>
#include <utility>

namespace agent {

using base::cat;

namespace {

constexpr std::chrono::seconds kSettleInterval{1};
constexpr std::chrono::seconds kJudgeInterval{30};
// The hidden command by which one version starts another with its socket; see commands/run.cpp.
constexpr std::string_view kRunWithSocket = "__run";
// The hidden command that only settles what a journal says.
constexpr std::string_view kRecover = "__recover";

base::Path agent_of(const Layout& layout, const schema::Version& version) {
  return layout.version_directory(version) / layout.program;
}

// Does somebody hold the lock? Whom the lock does not belong to cannot tell, and leaves it.
bool is_locked(const Layout& layout) {
  try {
    return !base::FileLock::try_acquire(layout.lock);
  } catch (const base::Error&) {
    return true;
  }
}

}  // namespace

SuccessionFacts Daemon::succession_facts() const {
  const Layout& layout = m_services.layout;
  SuccessionFacts facts;
  facts.own = m_own_version;
  facts.current = current_version(layout);
  if (facts.current && !looks_complete(layout, *facts.current)) {
    facts.current = std::nullopt;
  }
  facts.journal = read_journal(layout);
  if (facts.journal) {
    facts.judge_is_there = m_work || is_locked(layout);
    facts.from_is_complete = facts.journal->from && looks_complete(layout, *facts.journal->from);
  }
  facts.is_watched_over = m_starter != 0 && parent_process_id() == m_starter;
  if (m_successor) {
    facts.successor = m_successor->child ? SuccessionFacts::Successor::running
                                         : SuccessionFacts::Successor::ended;
    facts.successor_version = m_successor->version;
    facts.successor_ended = m_successor->ended;
  }
  return facts;
}

bool Daemon::answers() const {
  return m_ending == Ending::no && !(m_successor && m_successor->child);
}

void Daemon::count_boot() {
  try {
    const auto journal = read_journal(m_services.layout);
    if (journal && journal->state == JournalState::probation &&
        journal->judge == JudgedBy::service) {
      const WriteAccess access(m_services, WriteAccess::WhenLocked::give_up,
                               WriteAccess::Recovery::of_service);
    }
  } catch (const base::Error& error) {
    // A judge that lives holds the lock, and who may not write here is judged by who may.
    log(LogLevel::debug, error.what());
  }
}

void Daemon::settle() {
  SuccessionFacts facts;
  try {
    if (m_successor && m_successor->child) {
      if (const auto end = m_successor->child->ended()) {
        m_successor->child.reset();
        ++m_successor->ended;
        m_successor->last_end = end->empty() ? "status 0" : *end;
        m_successor->next_start = Clock::now() + kSettleInterval;
        log(LogLevel::error,
            cat(m_successor->version.text(), " ended with ", m_successor->last_end));
      }
    }
    facts = succession_facts();
  } catch (const base::Error& error) {
    log(LogLevel::error, error.what());
    m_next_settle = Clock::now() + kJudgeInterval;
    return;
  }
  const bool is_committed = facts.current == facts.own &&
                            (!facts.journal || facts.journal->state == JournalState::committed);
  const Succession next = decide_succession(facts);
  m_next_settle = next == Succession::serve && !facts.journal && !m_successor
                      ? Clock::time_point::max()
                      : Clock::now() + kSettleInterval;
  switch (next) {
    case Succession::serve:
      if (m_successor) {
        m_successor.reset();
      }
      if (!m_is_main && (is_committed || !facts.is_watched_over)) {
        be_main();
      }
      return;
    case Succession::start_judge:
      if (!m_is_main) {
        be_main();
      }
      if (Clock::now() >= m_next_judge) {
        m_next_judge = Clock::now() + kJudgeInterval;
        start_work("recovery", {std::string(kRecover)});
      }
      return;
    case Succession::start_successor:
      if (!m_is_main) {
        be_main();
      }
      start_successor(*facts.journal);
      return;
    case Succession::wait:
    case Succession::stand_in:
      return;
    case Succession::retire:
      m_supervisor.tell(cat("MAINPID=", m_successor->child->id()));
      m_ending = Ending::retired;
      return;
    case Succession::take_back:
      log(LogLevel::error, cat(m_successor->version.text(), " was judged unfit; ",
                               m_services.identity.version.text(), " serves again"));
      end_successor();
      return;
    case Succession::become_current:
      become_version(*facts.current, "it is in place now");
      return;
    case Succession::become_from:
      become_version(*facts.journal->from, "nobody watches over this version");
      return;
  }
}

void Daemon::start_successor(const Journal& journal) {
  if (!m_successor || m_successor->version != journal.to) {
    m_successor.emplace(Successor{journal.to, std::nullopt, 0, "", Clock::now()});
  }
  if (Clock::now() < m_successor->next_start) {
    return;
  }
  try {
    m_successor->child.emplace(
        Child({.argv = {agent_of(m_services.layout, journal.to).native(),
                        std::string(kRunWithSocket), journal.id},
               .environment = child_environment(m_services.environment, SupervisorVariables::kept),
               .output = Child::Output::as_ours,
               .socket = &m_server.listener()}));
    log(LogLevel::info,
        cat("started ", journal.to.text(), " on probation, process ", m_successor->child->id()));
  } catch (const base::Error& error) {
    ++m_successor->ended;
    m_successor->last_end = error.what();
    m_successor->next_start = Clock::now() + kSettleInterval;
    log(LogLevel::error, error.what());
  }
}

void Daemon::end_successor() {
  if (!m_successor) {
    return;
  }
  if (m_successor->child) {
    Child& child = *m_successor->child;
    child.terminate();
    constexpr std::chrono::milliseconds kStep{20};
    constexpr std::chrono::seconds kLimit{10};
    const auto limit = Clock::now() + kLimit;
    while (!child.ended() && Clock::now() < limit) {
      std::this_thread::sleep_for(kStep);
    }
    child.kill();
    while (!child.ended()) {
      std::this_thread::sleep_for(kStep);
    }
  }
  m_successor.reset();
}

void Daemon::become_version(const schema::Version& version, const std::string& why) {
  // Who is at work here would be nobody's child.
  if (m_work) {
    return;
  }
  log(LogLevel::info, cat("becomes ", version.text(), ": ", why));
  try {
    become({agent_of(m_services.layout, version).native(), std::string(kRunWithSocket)},
           child_environment(m_services.environment, SupervisorVariables::kept),
           m_server.listener());
  } catch (const base::Error& error) {
    log(LogLevel::error, error.what());
    m_next_settle = Clock::now() + kJudgeInterval;
  }
}

void Daemon::be_main() {
  m_is_main = true;
  m_starter = 0;
  write_service_record(m_folders, {.port = m_port,
                                   .process = this_process(),
                                   .version = m_services.identity.version,
                                   .started = m_started,
                                   .log = log_file_of(m_folders, m_port)});
  m_supervisor.tell(cat("READY=1\nMAINPID=", this_process().id));
}

}  // namespace agent
