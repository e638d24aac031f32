#pragma once

#include <array>
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// What can be done about a failure. The values are the exit statuses of both programs.
enum class Errc {
  done = 0,
  internal = 1,
  usage = 2,
  config = 3,
  permission = 4,
  conflict = 5,
  network = 6,
  untrusted = 7,
  expired = 8,
  not_found = 9,
  update_available = 10,
  update_held = 11,
  managed = 12,
  cannot_write = 13,
  locked = 14,
  rolled_back = 15,
  partial = 16,
  cancelled = 130,
};

constexpr int exit_status(Errc code) { return static_cast<int>(code); }

struct ExitStatus {
  Errc code;
  std::string_view meaning;
};

// The table that `--help` prints, in ascending order. Source: docs of both programs, README "Exit
// statuses".
inline constexpr std::array<ExitStatus, 18> kExitStatuses{{
    {Errc::done, "done, or nothing to do"},
    {Errc::internal, "internal error"},
    {Errc::usage, "usage"},
    {Errc::config, "configuration or input wrong"},
    {Errc::permission, "authentication or permission at a destination"},
    {Errc::conflict, "conflict: other bytes are public under that name, or the version exists"},
    {Errc::network, "network failed after retries"},
    {Errc::untrusted, "untrusted: signature, threshold, digest, size, version going backwards"},
    {Errc::expired, "expired metadata, or a clock that cannot be right"},
    {Errc::not_found, "not found: version, platform, channel"},
    {Errc::update_available, "--check: an update is available"},
    {Errc::update_held, "--check: an update exists but is held"},
    {Errc::managed, "managed by a package manager; its command is printed"},
    {Errc::cannot_write, "cannot write here: read-only, noexec, no space, no permission"},
    {Errc::locked, "another run holds the lock"},
    {Errc::rolled_back, "rolled back by itself: the new version failed its health check"},
    {Errc::partial, "partial: some destinations done, others failed; run again to continue"},
    {Errc::cancelled, "cancelled"},
}};

// The one exception of the project. The throw states only the problem and what to do about it;
// with_context() adds what was being done.
class Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& message) : std::runtime_error(message), m_code(code) {}
  [[nodiscard]] Errc code() const { return m_code; }

 private:
  Errc m_code;
};

// Runs `work` and puts "what: " before the message of an Error that leaves it.
template <std::invocable Work>
decltype(auto) with_context(std::string_view what, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const Error& error) {
    throw Error(error.code(), std::string(what) + ": " + error.what());
  }
}

// A message with "; <advice>" at its end, unless it says already what to do.
std::string with_advice(std::string_view message, std::string_view advice);

// An Error from an errno value: EACCES, EROFS, ENOSPC and the like are cannot_write, ENOENT is
// not_found, the rest is internal. The message is "<what>: <text of errno>", and what to do where
// the number tells it: "write x: No space left on device; make room and run again".
Error system_error(std::string_view what, int error_number);

}  // namespace base
