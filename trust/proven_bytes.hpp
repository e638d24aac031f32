#pragma once

#include <string>
#include <utility>

namespace trust {

// Bytes that somebody trusted vouches for, by a signature of their own (SignedBytes) or through
// metadata (tuf::TargetBytes). Only what proves it can make one; parsers of trusted documents take
// nothing else.
class ProvenBytes {
 public:
  [[nodiscard]] const std::string& bytes() const { return m_bytes; }
  // Of the file, as whoever vouches for the bytes says it; empty where nobody does.
  [[nodiscard]] const std::string& name() const { return m_name; }

 protected:
  ProvenBytes(std::string bytes, std::string name)
      : m_bytes(std::move(bytes)), m_name(std::move(name)) {}
  ~ProvenBytes() = default;
  ProvenBytes(const ProvenBytes&) = default;
  ProvenBytes(ProvenBytes&&) = default;
  ProvenBytes& operator=(const ProvenBytes&) = default;
  ProvenBytes& operator=(ProvenBytes&&) = default;

 private:
  std::string m_bytes, m_name;
};

}  // namespace trust
