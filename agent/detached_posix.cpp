#include "agent/detached.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace agent {

void start_detached(const base::Path& executable, const std::vector<std::string>& arguments,
                    std::chrono::seconds limit) {
  std::vector<std::string> texts{executable.string()};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(texts.size() + 1);
  for (std::string& text : texts)
    argv.push_back(text.data());
  argv.push_back(nullptr);

  const pid_t child = fork();
  if (child < 0) return;
  if (child == 0) {
    // Only calls that are safe after fork(). A session of its own comes first: we are waited for,
    // and a terminal that is closed then hangs up on the rest of its session only. The second fork
    // leaves the process to init, so that it is nobody's zombie; the alarm lives on through exec.
    setsid();
    if (fork() != 0) _exit(0);
    const int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0) {
      _exit(1);
    }
    if (null > STDERR_FILENO) close(null);
    alarm(static_cast<unsigned>(limit.count()));
    execv(argv.front(), argv.data());
    _exit(1);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    // Interrupted: wait on. The first child ends at once.
    if (errno != EINTR) break;
  }
}

}  // namespace agent
