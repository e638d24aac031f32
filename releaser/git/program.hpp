#pragma once

#include "base/environment.hpp"
#include "base/process.hpp"
#include "releaser/git/remote.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace releaser::git {

// May the other side be reached, and does it get the token?
enum class Reach { here, remote };

struct Call {
  std::vector<std::string> arguments;
  Reach reach = Reach::here;
  std::string input = {};
  std::size_t max_output = 1 << 20;
  std::vector<std::string> environment = {};  // beside the usual
};

// The program git, run without a terminal, in English, in a folder of its own. Of our environment
// it gets what is made for it and for ssh and gpg, so that the user's settings, signing and
// credential helpers count; settings of a repository that we happen to stand in do not.
//
// A token reaches git by a credential helper that prints two variables of git's environment, and
// only for the origin of the remote: a redirect to another host never carries it. It is on no
// command line, in no URL and in no file. Other processes of the same user could read it from
// /proc/PID/environ, as they could from ours, which CI gave it to.
class Program {
 public:
  Program(const base::Environment& environment, Remote remote, base::Path folder);

  [[nodiscard]] const Remote& remote() const { return m_remote; }
  [[nodiscard]] const base::Path& folder() const { return m_folder; }
  // Any exit status is a value. Throws Errc::config where there is no git, Errc::network where it
  // does not end, Errc::untrusted where it says more than it may.
  [[nodiscard]] base::ProcessResult run(const Call& call) const;
  // The output, without its last line end. Throws Errc::internal with what git said.
  [[nodiscard]] std::string output_of(const Call& call) const;

 private:
  Remote m_remote;
  base::Path m_folder;
  std::vector<std::string> m_environment;
};

}  // namespace releaser::git
