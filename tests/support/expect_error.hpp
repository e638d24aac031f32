#pragma once

#include "base/error.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace test {

// Runs `work`, which must throw an Error of this code; gives its message, so that a case can look
// into it. Another outcome fails the case.
template <class Work>
std::string message_of(base::Errc code, Work&& work) {
  try {
    work();
  } catch (const base::Error& error) {
    CHECK_MESSAGE(base::exit_status(error.code()) == base::exit_status(code), error.what());
    return error.what();
  }
  FAIL_CHECK("nothing was thrown");
  return {};
}

// The same, where the message must hold this text.
template <class Work>
void check_error(base::Errc code, std::string_view part_of_message, Work&& work) {
  const std::string message = message_of(code, std::forward<Work>(work));
  CHECK_MESSAGE(message.find(part_of_message) != std::string::npos, message);
}

// What `work` ends with: Errc::done, or that of the Error that it throws.
template <class Work>
base::Errc code_of(Work&& work) {
  try {
    work();
    return base::Errc::done;
  } catch (const base::Error& error) {
    return error.code();
  }
}

}  // namespace test
