#include "agent/lock_holder.hpp"

#include <doctest/doctest.h>

TEST_SUITE("agent/lock_holder") {
  TEST_CASE("a note is read back, and nothing else is a note") {
    const agent::LockHolder holder{{4711, 99}, *base::parse_time("2026-11-22T10:00:00Z")};
    const std::string note = agent::lock_note(holder);
    CHECK(note == "4711 99 2026-11-22T10:00:00Z\n");
    CHECK((agent::parse_lock_note(note) == holder));
    for (std::size_t size = 0; size < note.size(); ++size) {
      CAPTURE(size);
      CHECK(!agent::parse_lock_note(std::string_view(note).substr(0, size)));
    }
    for (const char* other :
         {"4711 99 now\n", "-1 99 2026-11-22T10:00:00Z\n", "4294967296 99 2026-11-22T10:00:00Z\n",
          "4711 99 2026-11-22T10:00:00Z x\n"}) {
      CHECK(!agent::parse_lock_note(other));
    }
  }

  TEST_CASE("who has ended since holds nothing") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "lock.");
    const base::Path lock = folder.path() / "lock";
    CHECK(!agent::read_lock_holder(lock));
    const agent::RunningProcess here = agent::this_process();
    const base::Time since = *base::parse_time("2026-11-22T10:00:00Z");
    base::write_file_atomically(lock, agent::lock_note({here, since}));
    CHECK((agent::read_lock_holder(lock) == agent::LockHolder{here, since}));
    // The same number, of an earlier process.
    base::write_file_atomically(lock, agent::lock_note({{here.id, here.began + 1}, since}));
    CHECK(!agent::read_lock_holder(lock));
    base::write_file_atomically(lock, std::string(agent::kMaxLockNoteBytes + 1, '1'));
    CHECK(!agent::read_lock_holder(lock));
  }
}
