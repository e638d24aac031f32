// Linked into cco and cco-release where they are built with AddressSanitizer: looking for leaks at
// the end doubles the time of a start, and tests start them by the thousand. Unit tests look for
// leaks; ASAN_OPTIONS=detect_leaks=1 turns it on here as well.
#include <sanitizer/asan_interface.h>

extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
