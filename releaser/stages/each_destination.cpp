#include "releaser/stages/each_destination.hpp"

#include "base/text.hpp"
#include "releaser/stages/whereabouts.hpp"

#include <algorithm>

namespace releaser {

using base::cat;
using base::Errc;

void at_each_destination(Run& run, const std::function<void(Destination&)>& work) {
  for (std::size_t index = 0; index < run.destinations.size();) {
    Destination& destination = *run.destinations[index];
    try {
      enter_place(destination.place());
      base::with_context(destination.place(), [&] { work(destination); });
      ++index;
    } catch (const base::Error& error) {
      if (index == 0 || error.code() == Errc::conflict || error.code() == Errc::locked) throw;
      if (run.options.fail_fast) throw;
      run.failures.push_back(
          {destination.name(), error.code(), error.what(), destination.is_optional()});
      run.destinations.erase(run.destinations.begin() + static_cast<std::ptrdiff_t>(index));
    }
  }
}

base::Error failure_of(const std::vector<DestinationFailure>& failures, std::size_t of,
                       base::Errc code, std::string_view advice) {
  if (of == 1) return {code, failures.front().problem};
  std::string message = cat(failures.size(), " of ", of, " destinations failed", advice, ":");
  for (const DestinationFailure& failure : failures)
    message += cat("\n  ", failure.problem);
  return {code, message};
}

base::Errc common_code(const std::vector<DestinationFailure>& failures) {
  const Errc first = failures.front().code;
  const bool all_equal = std::all_of(failures.begin(), failures.end(),
                                     [&](const auto& each) { return each.code == first; });
  return all_equal ? first : Errc::partial;
}

}  // namespace releaser
