#include "delta/bsdiff_zstd.hpp"

#include "delta/frames.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include <zstd.h>

namespace delta {
namespace {

struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

// The contents of one frame, a piece at a time.
class FrameReader {
 public:
  explicit FrameReader(std::string_view frame)
      : m_stream(ZSTD_createDStream()), m_input{frame.data(), frame.size(), 0} {
    if (m_stream == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(m_stream.get(), ZSTD_d_windowLogMax, kStreamWindowLog);
  }

  std::uint8_t byte() {
    std::uint8_t value = 0;
    take(1, [&](std::string_view bytes) { value = static_cast<unsigned char>(bytes[0]); });
    return value;
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
      if (next < 0x80) return value;
    }
    refuse_delta("a number is too long");
  }

  // Gives exactly `count` bytes to `use`, in pieces.
  template <class Use>
  void take(std::uint64_t count, Use&& use) {
    while (count > 0) {
      if (m_piece.empty() && !fill()) refuse_delta("it is cut short");
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(count, m_piece.size()));
      use(m_piece.substr(0, size));
      m_piece.remove_prefix(size);
      count -= size;
    }
  }

  void require_end() {
    if (!m_piece.empty() || fill()) refuse_delta("it goes on after the end");
  }

 private:
  bool fill() {
    while (!m_at_end) {
      ZSTD_outBuffer output{m_buffer.data(), m_buffer.size(), 0};
      const std::size_t result = ZSTD_decompressStream(m_stream.get(), &output, &m_input);
      if (ZSTD_isError(result) != 0) refuse_delta(ZSTD_getErrorName(result));
      m_at_end = result == 0;
      if (!m_at_end && output.pos == 0 && m_input.pos == m_input.size) {
        refuse_delta("it is cut short");
      }
      m_piece = std::string_view(m_buffer.data(), output.pos);
      if (!m_piece.empty()) return true;
    }
    return false;
  }

  std::unique_ptr<ZSTD_DStream, FreeStream> m_stream;
  ZSTD_inBuffer m_input;
  std::string m_buffer = std::string(std::size_t{64} * 1024, '\0');
  std::string_view m_piece;
  bool m_at_end = false;
};

// The differences of as many bytes as somebody asks for, runs of zeros in one step.
class Differences {
 public:
  explicit Differences(std::string_view frame) : m_reader(frame) {}

  // target[i] = old[i] + difference; both are of one size.
  void add(std::string_view old, std::span<char> target) {
    std::size_t done = 0;
    while (done < target.size()) {
      if (m_zeros == 0 && m_others == 0) next_run();
      const std::uint64_t left = target.size() - done;
      const auto zeros = static_cast<std::size_t>(std::min(m_zeros, left));
      std::copy_n(old.data() + done, zeros, target.data() + done);
      m_zeros -= zeros;
      done += zeros;
      const std::uint64_t others =
          m_zeros > 0 ? 0 : std::min<std::uint64_t>(m_others, left - zeros);
      m_reader.take(others, [&](std::string_view bytes) {
        for (const char difference : bytes) {
          target[done] = static_cast<char>(static_cast<unsigned char>(old[done]) +
                                           static_cast<unsigned char>(difference));
          ++done;
        }
      });
      m_others -= others;
    }
  }

  void require_end() {
    if (m_zeros > 0 || m_others > 0) refuse_delta("it goes on after the end");
    m_reader.require_end();
  }

 private:
  void next_run() {
    m_zeros = m_reader.number();
    m_others = m_reader.number();
    if (m_zeros == 0 && m_others == 0) refuse_delta("an empty run");
  }

  FrameReader m_reader;
  std::uint64_t m_zeros = 0, m_others = 0;
};

// `position` moved by a zigzag number; it stays within the old binary.
std::size_t moved(std::size_t position, std::uint64_t seek, std::size_t size) {
  const std::uint64_t distance = (seek >> 1U) + (seek & 1U);
  const bool is_back = (seek & 1U) != 0;
  if (distance > (is_back ? position : size - position)) refuse_delta("it leaves the old binary");
  return is_back ? position - distance : position + distance;
}

}  // namespace

void apply_bsdiff_zstd(std::string_view old, std::string_view patch, std::span<char> target) {
  FrameReader steps(take_frame(patch));
  Differences differences(take_frame(patch));
  FrameReader further(take_frame(patch));
  std::size_t position = 0;
  std::size_t done = 0;
  while (done < target.size()) {
    position = moved(position, steps.number(), old.size());
    const std::uint64_t same = steps.number();
    const std::uint64_t more = steps.number();
    if (same == 0 && more == 0) refuse_delta("an empty step");
    if (same > old.size() - position) refuse_delta("it leaves the old binary");
    if (same > target.size() - done || more > target.size() - done - same) {
      refuse_delta("it is longer than the binary");
    }
    differences.add(old.substr(position, same), target.subspan(done, same));
    position += same;
    done += same;
    further.take(more, [&](std::string_view bytes) {
      std::copy(bytes.begin(), bytes.end(), target.data() + done);
      done += bytes.size();
    });
  }
  steps.require_end();
  differences.require_end();
  further.require_end();
}

}  // namespace delta
