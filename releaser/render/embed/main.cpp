// Runs during the build, on the machine that builds: embed OUTPUT.cpp FILE... writes a source file
// that holds the bytes of each file (file_table.hpp).

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

// One line of the file becomes one line of the literal.
std::string literal_of(const std::string& bytes) {
  static constexpr char kDigits[] = "01234567";
  std::string out = "\"";
  for (const char letter : bytes) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '\n') {
      out += "\\n\"\n    \"";
    } else if (letter == '"' || letter == '\\' || letter == '?') {
      out += '\\';
      out += letter;
    } else if (code < 0x20 || code > 0x7e) {
      out += {'\\', kDigits[code >> 6], kDigits[code >> 3 & 7], kDigits[code & 7]};
    } else {
      out += letter;
    }
  }
  return out + '"';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: embed OUTPUT.cpp FILE...\n";
    return 2;
  }
  std::ofstream out(argv[1], std::ios::binary);
  out << "#include \"releaser/render/embed/file_table.hpp\"\n\n#include <array>\n\n"
      << "namespace releaser {\nnamespace {\n\n"
      << "constexpr std::array<EmbeddedFile, " << argc - 2 << "> kFiles{{\n";
  for (int i = 2; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
      std::cerr << "embed: cannot read " << argv[i] << "\n";
      return 1;
    }
    out << "  {" << literal_of(std::filesystem::path(argv[i]).filename().string()) << ",\n   {"
        << literal_of(bytes) << ", " << bytes.size() << "}},\n";
  }
  out << "}};\n\n}  // namespace\n\n"
      << "std::span<const EmbeddedFile> embedded_files() { return kFiles; }\n\n"
      << "}  // namespace releaser\n";
  out.close();
  if (!out) {
    std::cerr << "embed: cannot write " << argv[1] << "\n";
    return 1;
  }
  return 0;
}
