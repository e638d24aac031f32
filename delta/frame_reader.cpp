#include "delta/frame_reader.hpp"

#include "delta/frames.hpp"

#include <new>

#include <zstd.h>

namespace delta {

struct FrameReader::Stream {
  explicit Stream(std::string_view frame)
      : context(ZSTD_createDStream()), input{frame.data(), frame.size(), 0} {
    if (context == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kStreamWindowLog);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { ZSTD_freeDStream(context); }

  ZSTD_DStream* context;
  ZSTD_inBuffer input;
};

FrameReader::FrameReader(std::string_view frame) : m_stream(std::make_unique<Stream>(frame)) {}

FrameReader::~FrameReader() = default;

std::uint8_t FrameReader::byte() {
  std::uint8_t value = 0;
  take(1, [&](std::string_view bytes) { value = static_cast<unsigned char>(bytes[0]); });
  return value;
}

std::uint64_t FrameReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    if (shift == 63 && next > 1) break;  // more than 64 bits
    value |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
    if (next < 0x80) return value;
  }
  refuse_delta("a number is too long");
}

void FrameReader::require_end() {
  if (!m_piece.empty() || fill()) refuse_delta("it goes on after the end");
}

void FrameReader::require_piece() {
  if (m_piece.empty() && !fill()) refuse_delta("it is cut short");
}

bool FrameReader::fill() {
  while (!m_at_end) {
    ZSTD_outBuffer output{m_buffer.data(), m_buffer.size(), 0};
    const std::size_t result = ZSTD_decompressStream(m_stream->context, &output, &m_stream->input);
    if (ZSTD_isError(result) != 0) refuse_delta(ZSTD_getErrorName(result));
    m_at_end = result == 0;
    if (!m_at_end && output.pos == 0 && m_stream->input.pos == m_stream->input.size) {
      refuse_delta("it is cut short");
    }
    m_piece = std::string_view(m_buffer.data(), output.pos);
    if (!m_piece.empty()) return true;
  }
  return false;
}

}  // namespace delta
