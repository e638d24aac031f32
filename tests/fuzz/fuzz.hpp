#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <utility>

// What every target of this folder is made of: bytes from libFuzzer go through a parser, which must
// give a value or throw an Error of a code that its header names. Anything else is a crash.

namespace fuzz {

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

template <class Work>
void accept_or_refuse(std::initializer_list<base::Errc> codes, Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const base::Error& error) {
    for (const base::Errc code : codes) {
      if (error.code() == code) return;
    }
    std::abort();
  }
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
