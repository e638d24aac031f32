#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/binary/binary.hpp"
#include "releaser/binary/readers.hpp"

namespace releaser {

using base::cat;
using base::Errc;
using base::Error;

std::vector<BinaryFacts> read_binary(const ByteSource& source) {
  const auto beginning = source.read_up_to(0, 8);
  if (looks_like_elf(beginning)) {
    return base::with_context("ELF file", [&] { return std::vector{read_elf(source)}; });
  }
  if (looks_like_macho(beginning)) {
    return base::with_context("Mach-O file", [&] { return read_macho(source); });
  }
  if (looks_like_pe(beginning)) {
    return base::with_context("PE file", [&] { return std::vector{read_pe(source)}; });
  }
  throw Error(Errc::config, cat("is ", describe_foreign_file(source), ", not an executable"));
}

std::string higher_floor(const std::string& one, const std::string& other) {
  if (one.empty()) return other;
  return other.empty() || schema::floor_is_met(other, one) ? one : other;
}

}  // namespace releaser
