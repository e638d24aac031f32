#pragma once

#include "base/environment.hpp"
#include "base/file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agent {

// The number under which a service gets the listening socket of the one before it: the first after
// the standard streams. Old and new versions must agree on it.
inline constexpr int kPassedSocket = 3;

// Owns a descriptor that another program passed on, and passes it on to nobody by itself. Throws
// Errc::usage where there is none.
base::FileDescriptor adopt_descriptor(int number);

// A program that the service started and does not wait for. Destroying it leaves the program alone.
class Child {
 public:
  enum class Output { collected, as_ours };
  struct Options {
    std::vector<std::string> argv;         // argv[0] is a path
    std::vector<std::string> environment;  // "NAME=value"
    Output output = Output::as_ours;
    const base::FileDescriptor* socket = nullptr;  // passed on as kPassedSocket
  };
  // Throws where it cannot be started.
  explicit Child(const Options& options);

  [[nodiscard]] std::int64_t id() const { return m_id; }
  // What it writes; readable or at its end. Closed unless collected.
  [[nodiscard]] const base::FileDescriptor& output() const { return m_output; }
  // Whole lines that came since the last call; all the rest once it has ended.
  std::vector<std::string> take_lines();
  // How it ended ("status 3", "signal 11 (Segmentation fault)"; "" for status 0); nothing while it
  // runs.
  std::optional<std::string> ended();
  [[nodiscard]] std::optional<int> exit_status() const { return m_exit_status; }
  void terminate() const;  // SIGTERM
  void kill() const;       // SIGKILL

 private:
  std::int64_t m_id = 0;
  base::FileDescriptor m_output;
  std::string m_rest;
  std::optional<std::string> m_end;
  std::optional<int> m_exit_status;  // of one that exited
};

// Becomes another program under the same number, with the socket passed on. Comes back only where
// that cannot be done, and throws then.
[[noreturn]] void become(const std::vector<std::string>& argv,
                         const std::vector<std::string>& environment,
                         const base::FileDescriptor& socket);

// The variables of this process for a child, without those that a supervisor gave to it alone.
//   keep_supervisor  also those by which it tells its supervisor how it is
enum class SupervisorVariables { dropped, kept };
std::vector<std::string> child_environment(const base::Environment& environment,
                                           SupervisorVariables variables);

}  // namespace agent
