#include "releaser/stages/whereabouts.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string>

namespace releaser {
namespace {

using base::cat;

constexpr std::size_t kMostBytes = 300;
using Text = std::array<char, kMostBytes + 1>;

std::mutex g_writes;
std::string g_stage;
// One is read while the other one is written.
std::array<Text, 2> g_texts;
std::atomic<int> g_current{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");

void tell(const std::string& words) {
  // In a job the runner reads the line.
  const std::string safe = base::replace_all(base::safe_text(words, kMostBytes), "##[", "## [");
  const int next = 1 - g_current.load();
  Text& text = g_texts.at(static_cast<std::size_t>(next));
  text.fill('\0');
  std::copy_n(safe.begin(), std::min(safe.size(), kMostBytes), text.begin());
  g_current.store(next);
}

}  // namespace

void enter_stage(std::string_view name) {
  const std::lock_guard lock(g_writes);
  g_stage = cat(" in ", name);
  tell(g_stage);
}

void enter_place(std::string_view place) {
  const std::lock_guard lock(g_writes);
  tell(cat(g_stage, " at ", place));
}

const char* whereabouts() { return g_texts[static_cast<std::size_t>(g_current.load())].data(); }

}  // namespace releaser
