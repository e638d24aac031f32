#include "releaser/ci_job/guarded_stream.hpp"

namespace releaser {

GuardedStream::GuardedStream(std::ostream& inner, Guard guard)
    : std::ostream(nullptr), m_buffer(inner, guard) {
  rdbuf(&m_buffer);
}

void GuardedStream::Buffer::take(char character) {
  // The runner leaves out blanks of Unicode too, so any byte above ASCII may be part of one.
  const auto byte = static_cast<unsigned char>(character);
  const bool may_be_blank = byte <= 0x20 || byte >= 0x7f;
  if (m_guard == Guard::text && m_begins_line && character == ':' && m_last == ':') m_inner << ' ';
  if (character == '[' && m_last == '#' && m_before_last == '#') {
    if (m_guard == Guard::json) {
      m_inner << "\\u005b";
      m_before_last = m_last = '\0';
      return;
    }
    m_inner << ' ';
  }
  m_inner << character;
  if (character == '\n' || character == '\r') {
    m_begins_line = true;
  } else if (!may_be_blank && character != ':') {
    m_begins_line = false;
  }
  m_before_last = m_last;
  m_last = character;
}

GuardedStream::Buffer::int_type GuardedStream::Buffer::overflow(int_type character) {
  if (!traits_type::eq_int_type(character, traits_type::eof()))
    take(traits_type::to_char_type(character));
  return m_inner ? traits_type::not_eof(character) : traits_type::eof();
}

int GuardedStream::Buffer::sync() {
  m_inner.flush();
  return m_inner ? 0 : -1;
}

}  // namespace releaser
