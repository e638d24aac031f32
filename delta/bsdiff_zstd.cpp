#include "delta/bsdiff_zstd.hpp"

#include "delta/frame_reader.hpp"
#include "delta/frames.hpp"
#include "delta/operands.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace delta {
namespace {

// The differences of as many bytes as somebody asks for, runs of zeros in one step.
class Differences {
 public:
  explicit Differences(std::string_view frame) : m_reader(frame) {}

  // To each byte of the target its difference.
  void add_to(std::span<char> target) {
    while (!target.empty()) {
      if (m_zeros == 0 && m_others == 0) next_run();
      const auto zeros = static_cast<std::size_t>(std::min<std::uint64_t>(m_zeros, target.size()));
      m_zeros -= zeros;
      target = target.subspan(zeros);
      const std::uint64_t others =
          m_zeros > 0 ? 0 : std::min<std::uint64_t>(m_others, target.size());
      m_reader.take(others, [&](std::string_view bytes) {
        std::transform(bytes.begin(), bytes.end(), target.begin(), target.begin(), sum);
        target = target.subspan(bytes.size());
      });
      m_others -= others;
    }
  }

  void require_end() {
    if (m_zeros > 0 || m_others > 0) refuse_delta("it goes on after the end");
    m_reader.require_end();
  }

 private:
  static char sum(char left, char right) {
    return static_cast<char>(static_cast<unsigned char>(left) + static_cast<unsigned char>(right));
  }

  void next_run() {
    m_zeros = m_reader.number();
    m_others = m_reader.number();
    if (m_zeros == 0 && m_others == 0) refuse_delta("an empty run");
  }

  FrameReader m_reader;
  std::uint64_t m_zeros = 0, m_others = 0;
};

// `position` moved by a zigzag number; it stays within the old binary.
std::uint64_t moved(std::uint64_t position, std::uint64_t seek, std::size_t size) {
  const std::uint64_t distance = (seek >> 1U) + (seek & 1U);
  const bool is_back = (seek & 1U) != 0;
  if (distance > (is_back ? position : size - position)) refuse_delta("it leaves the old binary");
  return is_back ? position - distance : position + distance;
}

struct Steps {
  Processor processor = Processor::none;
  std::vector<Step> steps;
};

Processor processor_of(std::uint64_t number) {
  for (const Processor processor : {Processor::none, Processor::x86_64, Processor::aarch64})
    if (number == static_cast<unsigned char>(processor)) return processor;
  refuse_delta("it is for an unknown processor");
}

// All of them, which stay in the old binary and fill exactly the new one.
Steps read_steps(std::string_view frame, std::size_t old_size, std::size_t target_size) {
  FrameReader reader(frame);
  Steps read{.processor = processor_of(reader.number()), .steps = {}};
  std::uint64_t position = 0;
  std::uint64_t left = target_size;
  while (left > 0) {
    if (read.steps.size() == kMaxSteps) refuse_delta("too many steps");
    Step step{.old_position = moved(position, reader.number(), old_size)};
    step.same = reader.number();
    step.more = reader.number();
    if (step.same == 0 && step.more == 0) refuse_delta("an empty step");
    if (step.same > old_size - step.old_position) refuse_delta("it leaves the old binary");
    if (step.same > left || step.more > left - step.same) {
      refuse_delta("it is longer than the binary");
    }
    position = step.old_position + step.same;
    left -= step.same + step.more;
    read.steps.push_back(step);
  }
  reader.require_end();
  return read;
}

}  // namespace

void apply_bsdiff_zstd(std::string_view old, std::string_view patch, std::span<char> target) {
  const Steps read = read_steps(take_frame(patch), old.size(), target.size());
  const Expected expected(read.processor, old, read.steps);
  Differences differences(take_frame(patch));
  FrameReader further(take_frame(patch));
  std::size_t done = 0;
  for (const Step& step : read.steps) {
    const std::span<char> like = target.subspan(done, step.same);
    expected.fill(step.old_position, done, like);
    differences.add_to(like);
    done += step.same;
    further.take(step.more, [&](std::string_view bytes) {
      std::copy(bytes.begin(), bytes.end(), target.data() + done);
      done += bytes.size();
    });
  }
  differences.require_end();
  further.require_end();
}

}  // namespace delta
