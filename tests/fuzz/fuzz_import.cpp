#include "releaser/config/config.hpp"
#include "releaser/import/import.hpp"
#include "tests/fuzz/fuzz.hpp"

// The first byte chooses whose configuration it is. What is accepted gives, with what a person
// adds, a cco-release.toml that every command reads; each note has a key and says something.
int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::string_view kFiles[] = {".goreleaser.yaml", "dist-workspace.toml", "dist.toml",
                                         "Cargo.toml"};
  const std::string file(kFiles[bytes[0] % 4]);
  const std::string text(fuzz::text_of(bytes + 1, size - 1));
  const releaser::import::Surroundings around{
      .read = [](const std::string&) -> std::optional<std::string> { return std::nullopt; },
      .expand =
          [](const std::string& pattern) {
            return pattern.find('*') == std::string::npos ? std::vector<std::string>{pattern}
                                                          : std::vector<std::string>{};
          },
      .facts = {}};
  std::optional<releaser::import::Import> import;
  fuzz::accept_or_refuse({base::Errc::config},
                         [&] { import = releaser::import::import_config(text, file, around); });
  if (!import) return 0;
  for (const auto& note : import->notes)
    fuzz::require(!note.key.empty() && !note.text.empty() && note.line >= 0);
  releaser::ProductSettings& product = import->config.product;
  if (product.description.empty()) product.description = "Said by a person";
  if (product.homepage.empty()) product.homepage = "https://person.example";
  if (product.license.empty()) product.license = "LicenseRef-Person";
  const std::string written = releaser::import::imported_text(*import, "# [sign]");
  const releaser::Config config = releaser::parse_config(written, "cco-release.toml");
  fuzz::require(config.build.platforms == import->config.build.platforms);
  return 0;
}
