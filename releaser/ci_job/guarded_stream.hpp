#pragma once

#include <ostream>
#include <streambuf>

namespace releaser {

enum class Guard {
  text,  // a blank is put into what would be a command
  json   // the same bytes, written with an escape
};

// What goes through it to `inner`, in which a runner sees no command of its own ("::error::" that
// begins a line, "##[error]" anywhere): names, notes and answers of servers are in it.
class GuardedStream final : public std::ostream {
 public:
  GuardedStream(std::ostream& inner, Guard guard);

 private:
  class Buffer final : public std::streambuf {
   public:
    Buffer(std::ostream& inner, Guard guard) : m_inner(inner), m_guard(guard) {}

   protected:
    int_type overflow(int_type character) override;
    int sync() override;

   private:
    void take(char character);
    std::ostream& m_inner;
    Guard m_guard;
    bool m_begins_line = true;  // nothing but blanks, and what may count as one, came yet
    char m_last = '\0', m_before_last = '\0';
  };
  Buffer m_buffer;
};

}  // namespace releaser
