#pragma once

#include "base/clock.hpp"
#include "base/http.hpp"
#include "releaser/git/remote.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace releaser {

// How long a run waits for what is elsewhere. Tests have one that only counts.
class Patience {
 public:
  virtual ~Patience() = default;
  // As hosts count it that name a time after which they answer again.
  [[nodiscard]] virtual base::Time now() const = 0;
  // Of the whole run (--timeout).
  [[nodiscard]] virtual std::chrono::milliseconds left() const = 0;
  virtual void wait(std::chrono::milliseconds time) = 0;
};
// For that long from now on.
std::shared_ptr<Patience> make_patience(std::chrono::seconds timeout);

// What destinations need to reach hosts, made once for a run.
struct Network {
  base::HttpOptions http;
  std::map<std::string, std::string, std::less<>> tokens;  // by the variable that each came in
  std::shared_ptr<Patience> patience;
};

// For what the program git brings there.
git::Limits limits_of(const Network& network);

// A transfer that stalls for so long has failed: a minute, or a tenth of a short --timeout.
std::chrono::seconds stall_timeout(std::chrono::seconds timeout);

}  // namespace releaser
