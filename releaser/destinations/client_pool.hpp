#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace releaser {

// Clients of the network, each for one request at a time, with the connections that they keep. Who
// takes one for a host gets that which was given back last of those that spoke with it before, else
// of all, and a new one where all are in use: a run that does one thing after the other has one.
template <class Client>
class ClientPool {
  struct Known {
    std::unique_ptr<Client> client;
    std::set<std::string> hosts;
  };

 public:
  explicit ClientPool(std::function<std::unique_ptr<Client>()> make) : m_make(std::move(make)) {}

  // Given back at its end. The pool outlives it.
  class Lease {
   public:
    Lease(ClientPool& pool, Known known) : m_pool(pool), m_known(std::move(known)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { m_pool.give_back(std::move(m_known)); }
    Client* operator->() const { return m_known.client.get(); }

   private:
    ClientPool& m_pool;
    Known m_known;
  };
  [[nodiscard]] Lease take(const std::string& host) {
    Known known = find(host);
    if (!known.client) known.client = m_make();
    known.hosts.insert(host);
    return Lease(*this, std::move(known));
  }

 private:
  Known find(const std::string& host) {
    const std::scoped_lock alone(m_mutex);
    if (m_free.empty()) return {};
    auto found = std::find_if(m_free.rbegin(), m_free.rend(),
                              [&](const Known& each) { return each.hosts.contains(host); });
    if (found == m_free.rend()) found = m_free.rbegin();
    Known known = std::move(*found);
    m_free.erase(std::next(found).base());
    return known;
  }
  void give_back(Known known) {
    const std::scoped_lock alone(m_mutex);
    m_free.push_back(std::move(known));
  }

  std::function<std::unique_ptr<Client>()> m_make;
  std::mutex m_mutex;
  std::vector<Known> m_free;
};

}  // namespace releaser
