#include "tests/releaser/destinations/kinds.hpp"

namespace test::destinations {

Git& git() {
  static Git kind;
  return kind;
}

Forge& github() {
  static Forge kind(test::Dialect::github);
  return kind;
}
Forge& gitea() {
  static Forge kind(test::Dialect::gitea);
  return kind;
}

std::vector<Kind*> kinds() {
  static Directory directory;
  std::vector<Kind*> all{&directory, &github(), &gitea(), &git()};
  for (Kind* const kind : all)
    kind->clear();
  return all;
}

void release(releaser::Destination& destination, const std::string& tag) {
  if (destination.is_released(tag)) return;
  destination.release_assets({.tag = tag,
                              .title = "tool " + tag,
                              .notes = "What is new.",
                              .commit = {},
                              .is_prerelease = false,
                              .is_latest = true});
  CHECK(destination.is_released(tag));
}

releaser::WantedFile wanted(const std::string& name, const std::string& text) {
  return {name, text, text.size(), trust::sha256_of(text)};
}

}  // namespace test::destinations
