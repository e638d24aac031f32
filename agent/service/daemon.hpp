#pragma once

#include "agent/config.hpp"
#include "agent/service/child.hpp"
#include "agent/service/http_reply.hpp"
#include "agent/service/loopback.hpp"
#include "agent/service/service_files.hpp"
#include "agent/service/service_log.hpp"
#include "agent/service/signals.hpp"
#include "agent/service/succession.hpp"
#include "agent/service/supervisor.hpp"
#include "agent/services.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace agent {

// The service: one thread around poll(2). It answers on 127.0.0.1 and looks for updates in a child
// process, so that its memory stays small and nothing that a look does can end it.
class Daemon {
 public:
  struct Start {
    base::FileDescriptor listener;
    // Given by the judge of this version, where an older service started it.
    std::optional<std::string> nonce;
  };
  Daemon(const Services& services, Start start);

  // Until SIGTERM, or until another version has taken over; gives the exit status.
  int run();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Ending { no, terminated, retired };

  void log(LogLevel level, std::string_view text) const;
  void reload();
  void wait();
  void take_signals();
  void serve();
  [[nodiscard]] ServiceFacts facts() const;
  [[nodiscard]] std::string not_ready_because() const;

  // Looks for updates, and recovery, each in a child.
  void start_work(const std::string& name, std::vector<std::string> arguments);
  void tend_work();
  void finish_work(const std::string& end);
  void look_if_due();
  [[nodiscard]] std::optional<base::Time> next_look_at() const;
  // A service of a whole machine may not write the root: updates are left to who may.
  [[nodiscard]] bool may_update() const;

  // Succession.
  void count_boot();  // of a version on probation that nobody else started
  void settle();
  void start_successor(const Journal& journal);
  void end_successor();
  void become_version(const schema::Version& version, const std::string& why);
  [[nodiscard]] SuccessionFacts succession_facts() const;
  [[nodiscard]] bool answers() const;
  void be_main();

  void drain();
  [[nodiscard]] std::chrono::milliseconds patience() const;

  // A child with a purpose.
  struct Work {
    std::string name;
    Child child;
    Clock::time_point deadline;
    bool was_asked_to_end = false;
  };
  struct Successor {
    schema::Version version;
    std::optional<Child> child;
    std::uint64_t ended = 0;
    std::string last_end;
    Clock::time_point next_start;  // not earlier
  };

  const Services& m_services;
  ServiceFolders m_folders;
  LoopbackServer m_server;
  std::uint16_t m_port;
  std::optional<std::string> m_nonce;
  std::int64_t m_starter = 0;  // who started this on trial; 0: nobody, or it is settled
  ServiceLog m_log;
  Supervisor m_supervisor;
  SignalPipe m_signals;
  Config m_config;
  std::optional<schema::Version> m_own_version;
  base::Time m_started;
  Clock::time_point m_began = Clock::now();
  double m_first_fraction;
  std::optional<base::Time> m_not_before;  // no look earlier
  base::Time m_last_look = m_started;
  std::uint64_t m_failures = 0;
  std::optional<Work> m_work;
  std::optional<Successor> m_successor;
  Clock::time_point m_next_watchdog = Clock::now();
  // When to look again at who is in place; the end of time: when somebody says so.
  Clock::time_point m_next_settle = Clock::now();
  Clock::time_point m_next_judge = Clock::now();
  bool m_is_main = false;
  Ending m_ending = Ending::no;
};

}  // namespace agent
