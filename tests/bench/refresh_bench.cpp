#include "base/text.hpp"
#include "site/metadata_walk.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/release_server.hpp"
#include "tests/support/signing.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

// What a client's look at a repository costs without a network: the median of 200 walks of each
// kind, in microseconds, with the requests and the bytes that it takes. The repository is that of a
// product: three channels, of which one is published.

namespace {

constexpr const char* kBase = "https://a.example.com/tool";
constexpr int kRuns = 200;

struct Cost {
  double microseconds = 0;
  std::size_t requests = 0;
  std::uint64_t bytes = 0;
};

Cost walk(test::ReleaseServer& server, const site::MemoryStore& known, const schema::RootPin& pin) {
  std::vector<double> times;
  Cost cost;
  for (int run = 0; run < kRuns; ++run) {
    site::MemoryStore store(&known);
    server.requests.clear();
    const auto start = std::chrono::steady_clock::now();
    site::MetadataWalk walk(server, site::address_at(base::Url::parse(kBase)), store,
                            {.pin = pin, .now = test::now()});
    walk.refresh();
    const auto target = walk.find_target("stable.version-manifest.json");
    walk.fetch_target(*target, "stable.version-manifest.json");
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    times.push_back(time.count());
  }
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  cost.microseconds = times[kRuns / 2];
  cost.requests = server.requests.size();
  for (const auto& request : server.requests)
    cost.bytes += request.body_bytes;
  return cost;
}

void print(std::string_view name, const Cost& cost) {
  std::cout << name << ": " << static_cast<int>(cost.microseconds) << " us, " << cost.requests
            << " requests, " << cost.bytes << " bytes\n";
}

// One product after so many releases, of which its manifest lists the last 20: metadata has gone up
// with each of them.
void measure(int releases) {
  test::MetadataRepository repository;
  for (const std::string channel : {"stable", "beta", "nightly"}) {
    repository.delegate("targets", channel, {channel + ".version-manifest.json"}, true);
  }
  schema::Manifest manifest = test::make_manifest("tool");
  const auto publish = [&] {
    ++manifest.generation;
    repository.add_target("stable", "stable.version-manifest.json",
                          schema::write_manifest(manifest));
    repository.publish();
  };
  for (int number = 1; number <= 20; ++number)
    test::add_release(manifest, {.version = base::cat("1.", number, ".0")});
  for (int number = 1; number <= releases; ++number)
    publish();
  test::ReleaseServer server;
  server.mirror(kBase, repository.files);
  const schema::RootPin pin{1, trust::sha256_of(repository.root_file(1))};

  std::cout << "after " << releases << " releases, " << repository.files.size()
            << " files of metadata\n";
  const site::MemoryStore nothing;
  print("  first contact", walk(server, nothing, pin));
  site::MemoryStore known;
  site::MetadataWalk first(server, site::address_at(base::Url::parse(kBase)), known,
                           {.pin = pin, .now = test::now()});
  first.refresh();
  first.fetch_target(*first.find_target("stable.version-manifest.json"),
                     "stable.version-manifest.json");
  print("  nothing new", walk(server, known, pin));
  publish();
  server.mirror(kBase, repository.files);
  print("  a new release", walk(server, known, pin));
}

}  // namespace

int main() {
  for (const int releases : {20, 2000})
    measure(releases);
}
