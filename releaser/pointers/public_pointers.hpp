#pragma once

#include "releaser/stages/run.hpp"

#include <functional>

// What pointers are before they are moved.
namespace releaser {

// Those that carry assets alone are read, and nothing else.
void at_each_site(Run& run, const std::function<void(Destination&)>& work);

// Opens the destinations, tap and bucket, and fills in what is public and believed. Throws all
// problems at once.
void open_public(Run& run);

// The same destinations again, after somebody else published there: nothing of what this run has
// made is left.
void read_public_again(Run& run);

}  // namespace releaser
