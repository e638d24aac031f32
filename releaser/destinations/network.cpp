#include "releaser/destinations/network.hpp"

#include <algorithm>
#include <thread>

namespace releaser {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RealPatience final : public Patience {
 public:
  explicit RealPatience(seconds timeout) : m_end(Clock::now() + timeout) {}
  [[nodiscard]] base::Time now() const override { return base::system_now(); }
  [[nodiscard]] milliseconds left() const override {
    return std::max(std::chrono::duration_cast<milliseconds>(m_end - Clock::now()),
                    milliseconds::zero());
  }
  void wait(milliseconds time) override { std::this_thread::sleep_for(std::min(time, left())); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point m_end;
};

}  // namespace

std::shared_ptr<Patience> make_patience(seconds timeout) {
  return std::make_shared<RealPatience>(timeout);
}

git::Limits limits_of(const Network& network) {
  git::Limits limits{.stall = network.http.stall_timeout, .left = {}};
  if (network.patience) limits.left = [patience = network.patience] { return patience->left(); };
  return limits;
}

seconds stall_timeout(seconds timeout) { return std::clamp(timeout / 10, seconds(1), seconds(60)); }

}  // namespace releaser
