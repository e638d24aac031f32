#pragma once

#include "agent/journal.hpp"
#include "agent/probe.hpp"
#include "agent/services.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// How the new version is judged as a service: by the process that made the switch, which runs the
// version before and holds the lock. It asks each service of this installation to hand over
// (succession.hpp), looks at /ready once a second, and has no other criterion: above all, no
// network.

inline constexpr std::chrono::seconds kSoak{60};       // well for so long, within kProbationLimit
inline constexpr std::chrono::seconds kMoveLimit{30};  // an old service reacts within so long
inline constexpr int kStableSamples = 6;

// What one look at a service saw.
struct Sample {
  enum class Sight {
    silent,    // no answer, or one that says nothing
    unmoved,   // a service that was not asked, or did not react
    starting,  // the new version is not there yet, or not ready
    ready,     // the new version answers, with the nonce
    wrong,     // what answers with the nonce is not the new version
  };
  Sight sight = Sight::silent;
  std::int64_t process_id = 0;  // of ready
  std::uint64_t ended = 0;      // how often the new version ended
  std::string detail;           // for people
};

// Reads what /ready says of itself. `nonce` and `version` are what a good answer holds.
Sample read_sample(std::string_view unverified_body, std::string_view nonce,
                   std::string_view version);

// The judgement of one service, from sample to sample: pure.
class Watch {
 public:
  enum class Verdict { undecided, healthy, unmoved, failed };
  // answered_before: the old version did, just before it was asked to hand over. Where it did,
  // silence is the new version's.
  enum class AnsweredBefore { no, yes };
  explicit Watch(AnsweredBefore answered_before) : m_answered_before(answered_before) {}
  // elapsed: since the service was asked, on a clock that only goes forward.
  Verdict observe(const Sample& sample, std::chrono::milliseconds elapsed);
  [[nodiscard]] const std::string& reason() const { return m_reason; }  // of failed

 private:
  Verdict fail(std::string reason);
  void note(const Sample& sample, std::chrono::milliseconds elapsed);

  AnsweredBefore m_answered_before;
  bool m_moved = false;
  std::int64_t m_process_id = 0;  // of the samples that count
  std::chrono::milliseconds m_well_since{0};
  int m_samples = 0;
  std::uint64_t m_changes = 0;  // how often another process took the place of one that was well
  std::string m_last_detail = "it never answered";
  std::string m_reason;
};

// Judges `journal.to`, which is in place, by the services that run; PROBATION is durable before
// they are asked. Nothing where all of them are well, or none runs. A service that does not react
// at all says nothing of the new version: it is named in a warning. Throws Errc::cancelled when it
// is asked to end: then the next start goes on.
std::optional<ProbeFailure> judge_by_services(const Services& services, Journal& journal);

}  // namespace agent
