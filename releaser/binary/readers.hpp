#pragma once

#include "releaser/binary/binary.hpp"
#include "releaser/binary/byte_source.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// The readers behind read_binary(), one a format. All throw Errc::config "truncated: …",
// "damaged: …" for what is not whole.

bool looks_like_elf(std::string_view beginning);
BinaryFacts read_elf(const ByteSource& source);

// Thin and universal files; a Java class file, which has the same magic number, is none.
bool looks_like_macho(std::string_view beginning);
std::vector<BinaryFacts> read_macho(const ByteSource& source);

bool looks_like_pe(std::string_view beginning);
BinaryFacts read_pe(const ByteSource& source);

// "2.34" of 2.34 and 2.17: numbers compared one by one. An empty text is below all.
std::string higher_floor(const std::string& one, const std::string& other);

}  // namespace releaser
