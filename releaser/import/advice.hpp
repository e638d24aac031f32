#pragma once

#include <span>
#include <string_view>

// What is said of keys of other tools that nothing here stands for.
namespace releaser::import {

struct Advice {
  std::string_view key;   // and all below it
  std::string_view text;  // what to do in its place; empty: nothing is needed
};

std::span<const Advice> goreleaser_advice();
std::span<const Advice> cargo_dist_advice();

// Of the longest key that is `key` or stands above it.
std::string_view advice_for(std::span<const Advice> table, std::string_view key);

}  // namespace releaser::import
