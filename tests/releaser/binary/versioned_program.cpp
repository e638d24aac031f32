#include <cstdio>
#include <cstring>

#include <unistd.h>

// What warnings_test asks for a version: it says how many environment variables it sees.
int main(int argc, char** argv) {
  int variables = 0;
  while (environ[variables] != nullptr)
    ++variables;
  const bool asked = argc == 2 && std::strcmp(argv[1], "--version") == 0;
  return asked && std::printf("versioned 1.2.3, %d variables\n", variables) > 0 ? 0 : 2;
}
