#pragma once

#include <cstddef>
#include <functional>

namespace base {

// Calls work(0) … work(count - 1) on at most `jobs` threads and waits for all of them. Of several
// exceptions the one with the lowest index is thrown, so that a message does not depend on timing.
void for_each_in_parallel(std::size_t count, std::size_t jobs,
                          const std::function<void(std::size_t)>& work);

// As above, but after an exception nothing more is begun; what is under way ends first.
void for_each_until_failure(std::size_t count, std::size_t jobs,
                            const std::function<void(std::size_t)>& work);

// As for_each_until_failure(), but every second thread takes from the end what the others have not
// reached. Where `work` is transfers over one line, the largest first, small ones go beside large
// ones and the large ones do not end all at once.
void for_each_from_both_ends(std::size_t count, std::size_t jobs,
                             const std::function<void(std::size_t)>& work);

}  // namespace base
