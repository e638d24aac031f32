#include "agent/service/child.hpp"
#include "base/error.hpp"
#include "base/exec_pointers.hpp"
#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace agent {
namespace {

using base::cat;

// What posix_spawn() is to do between fork and exec.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&m_actions);
    posix_spawnattr_init(&m_attributes);
    // What is ignored here would stay so in the child.
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&m_attributes, &defaults);
    posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGDEF);
    require(posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&m_actions);
    posix_spawnattr_destroy(&m_attributes);
  }
  // `from` becomes `to` and survives the exec, also where they are the same.
  void pass(int from, int to) { require(posix_spawn_file_actions_adddup2(&m_actions, from, to)); }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &m_actions; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &m_attributes; }

 private:
  static void require(int error_number) {
    if (error_number != 0) {
      throw base::system_error("prepare a program", error_number);
    }
  }
  posix_spawn_file_actions_t m_actions{};
  posix_spawnattr_t m_attributes{};
};

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) {
    return cat("signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")");
  }
  return WEXITSTATUS(status) == 0 ? std::string() : cat("status ", WEXITSTATUS(status));
}

}  // namespace

base::FileDescriptor adopt_descriptor(int number) {
  if (fcntl(number, F_SETFD, FD_CLOEXEC) < 0) {
    throw base::Error(base::Errc::usage, "the service that starts this passes a socket on");
  }
  return base::FileDescriptor(number);
}

Child::Child(const Options& options) {
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> environment = options.environment;
  SpawnPlan plan;
  base::FileDescriptor write_end;
  if (options.output == Output::collected) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw base::system_error("pipe", errno);
    }
    m_output = base::FileDescriptor(ends[0]);
    write_end = base::FileDescriptor(ends[1]);
    static_cast<void>(fcntl(m_output.number(), F_SETFL, O_NONBLOCK));
    plan.pass(write_end.number(), STDOUT_FILENO);
    plan.pass(write_end.number(), STDERR_FILENO);
  }
  if (options.socket != nullptr) {
    plan.pass(options.socket->number(), kPassedSocket);
  }
  pid_t started = -1;
  const int error_number =
      posix_spawn(&started, arguments.front().c_str(), plan.actions(), plan.attributes(),
                  base::exec_pointers(arguments).data(), base::exec_pointers(environment).data());
  if (error_number != 0) {
    throw base::system_error(cat("run ", arguments.front()), error_number);
  }
  m_id = started;
}

std::vector<std::string> Child::take_lines() {
  constexpr std::size_t kMaxLine = 65536;
  std::array<char, 4096> buffer{};
  while (m_output.is_open() && m_rest.size() < kMaxLine) {
    const ssize_t count = read(m_output.number(), buffer.data(), buffer.size());
    if (count > 0) {
      m_rest.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      m_output = base::FileDescriptor();
    } else if (errno == EAGAIN) {
      break;
    }
  }
  const bool is_last = m_end || !m_output.is_open() || m_rest.size() >= kMaxLine;
  const std::size_t end = is_last ? m_rest.size() : m_rest.rfind('\n') + 1;
  std::vector<std::string> lines;
  for (const std::string_view line : base::split_lines(std::string_view(m_rest).substr(0, end))) {
    if (!line.empty()) {
      lines.emplace_back(line);
    }
  }
  m_rest.erase(0, end);
  return lines;
}

std::optional<std::string> Child::ended() {
  int status = 0;
  if (!m_end && waitpid(static_cast<pid_t>(m_id), &status, WNOHANG) == m_id) {
    m_end = describe_end(status);
    if (WIFEXITED(status)) {
      m_exit_status = WEXITSTATUS(status);
    }
  }
  return m_end;
}

void Child::terminate() const {
  if (!m_end) {
    ::kill(static_cast<pid_t>(m_id), SIGTERM);
  }
}

void Child::kill() const {
  if (!m_end) {
    ::kill(static_cast<pid_t>(m_id), SIGKILL);
  }
}

void become(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
            const base::FileDescriptor& socket) {
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables = environment;
  const base::FileDescriptor before(fcntl(kPassedSocket, F_DUPFD_CLOEXEC, kPassedSocket + 1));
  const bool is_there = socket.number() == kPassedSocket;
  if ((is_there ? fcntl(kPassedSocket, F_SETFD, 0) : dup2(socket.number(), kPassedSocket)) < 0) {
    throw base::system_error("pass a socket on", errno);
  }
  execve(arguments.front().c_str(), base::exec_pointers(arguments).data(),
         base::exec_pointers(variables).data());
  const int problem = errno;
  if (is_there) {
    static_cast<void>(fcntl(kPassedSocket, F_SETFD, FD_CLOEXEC));
  } else if (before.is_open()) {
    dup3(before.number(), kPassedSocket, O_CLOEXEC);
  }
  throw base::system_error(cat("run ", arguments.front()), problem);
}

std::vector<std::string> child_environment(const base::Environment& environment,
                                           SupervisorVariables variables) {
  std::vector<std::string> out;
  for (const auto& [name, value] : environment.variables()) {
    const bool is_supervisors = name == "NOTIFY_SOCKET" || name == "WATCHDOG_USEC";
    // These name this process.
    const bool is_ours_alone = name == "WATCHDOG_PID" || name.starts_with("LISTEN_") ||
                               (is_supervisors && variables == SupervisorVariables::dropped);
    if (!is_ours_alone) {
      out.push_back(cat(name, "=", value));
    }
  }
  return out;
}

}  // namespace agent
