#pragma once

#include "agent/layout.hpp"
#include "agent/state.hpp"
#include "base/file.hpp"
#include "manifest-schema/identity.hpp"

#include <string>
#include <string_view>

namespace test {

// The product `tool` with the agent `tool-updater`, version 1.0.0.
schema::Identity tool_identity();

// A home on disk with versions of `tool` that a test adds; removed at the end.
class InstalledHome {
 public:
  InstalledHome();
  [[nodiscard]] const base::Path& path() const { return m_directory.path(); }
  // versions/<version>/{tool,tool-updater,.ok}; "tool" holds "tool <version>".
  void add_version(std::string_view version) const;
  void write_receipt(std::string_view version) const;

 private:
  base::TemporaryDirectory m_directory;

 public:
  agent::Layout layout;
};

}  // namespace test
