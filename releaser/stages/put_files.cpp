#include "releaser/stages/put_files.hpp"

#include "base/parallel.hpp"

#include <algorithm>
#include <mutex>

namespace releaser {
namespace {

// Tells in order of what is done in any order.
class OrderedTold {
 public:
  OrderedTold(std::size_t count, std::function<void(std::size_t)> tell)
      : m_is_done(count), m_tell(std::move(tell)) {}

  void done(std::size_t place) {
    const std::scoped_lock alone(m_mutex);
    m_is_done[place] = true;
    for (; m_next < m_is_done.size() && m_is_done[m_next]; ++m_next)
      m_tell(m_next);
  }
  // No more will come: what waits for one that failed is told too.
  void end() {
    for (; m_next < m_is_done.size(); ++m_next)
      if (m_is_done[m_next]) m_tell(m_next);
  }

 private:
  std::mutex m_mutex;
  std::vector<bool> m_is_done;
  std::size_t m_next = 0;
  std::function<void(std::size_t)> m_tell;
};

}  // namespace

void put_files(Destination& destination, const std::vector<WantedFile>& files,
               const std::vector<std::size_t>& indices,
               const std::function<void(const WantedFile&)>& is_there) {
  const auto file = [&](std::size_t place) -> const WantedFile& { return files[indices[place]]; };
  std::vector<std::size_t> order, seals;
  order.reserve(indices.size());
  for (std::size_t place = 0; place < indices.size(); ++place)
    (is_seal(file(place).name) ? seals : order).push_back(place);
  if (destination.transfers_at_once() > 1) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
      return file(one).size > file(other).size;
    });
  }
  OrderedTold told(indices.size(), [&](std::size_t place) { is_there(file(place)); });
  try {
    for (const auto& places : {order, seals}) {
      base::for_each_from_both_ends(places.size(), destination.transfers_at_once(),
                                    [&](std::size_t index) {
                                      destination.put(file(places[index]));
                                      told.done(places[index]);
                                    });
    }
  } catch (...) {
    told.end();
    throw;
  }
}

}  // namespace releaser
