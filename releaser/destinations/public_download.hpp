#pragma once

#include "base/http.hpp"
#include "releaser/destinations/client_pool.hpp"
#include "releaser/destinations/destination.hpp"
#include "releaser/destinations/release_api.hpp"
#include "releaser/destinations/release_place.hpp"

#include <memory>
#include <string>

namespace releaser {

// Assets as anybody gets them, without the token. stream() may be called from several threads.
class PublicDownload {
 public:
  // api  counts the tries; outlives this
  PublicDownload(const Network& network, ReleaseApi& api);

  // False where there is none. A transfer that breaks off goes on where it was.
  bool stream(const DestinationSettings& settings, const ReleasePlace& place,
              const base::ByteSink& sink) const;
  // Waits until the host answers a stranger, whatever it says. Throws Errc::network where it does
  // not: nothing that is released there could be looked at.
  void require_answer(const DestinationSettings& settings) const;
  // Made public by this run just now, it may take a moment until it is seen everywhere.
  void expect(std::string tag) { m_was_released = std::move(tag); }

 private:
  std::shared_ptr<Patience> m_patience;
  ReleaseApi& m_api;
  mutable ClientPool<base::HttpClient> m_clients;
  std::string m_was_released;
};

}  // namespace releaser
