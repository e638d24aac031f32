#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace delta {

// The contents of one frame, a piece at a time. All throw Errc::untrusted for a frame that is
// damaged or has not as much.
class FrameReader {
 public:
  explicit FrameReader(std::string_view frame);
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;
  ~FrameReader();

  // As delta/README.md codes them.
  std::uint64_t number();

  // Gives exactly `count` bytes to `use`, in pieces.
  template <class Use>
  void take(std::uint64_t count, Use&& use) {
    while (count > 0) {
      require_piece();
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(count, m_piece.size()));
      use(m_piece.substr(0, size));
      m_piece.remove_prefix(size);
      count -= size;
    }
  }

  void require_end();

 private:
  struct Stream;
  std::uint8_t byte();
  bool fill();
  void require_piece();

  std::unique_ptr<Stream> m_stream;
  std::string m_buffer = std::string(std::size_t{64} * 1024, '\0');
  std::string_view m_piece;
  bool m_at_end = false;
};

}  // namespace delta
