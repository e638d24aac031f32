#pragma once

#include "releaser/services.hpp"
#include "releaser/stages/problems.hpp"
#include "releaser/stages/run.hpp"

#include <functional>
#include <string>
#include <vector>

// What commands tell the job that runs them; nothing where there is none.
namespace releaser {

// What a command is about, as outputs say it.
struct JobSubject {
  std::string command;           // "promote"
  std::string version, channel;  // empty: as the run knows them
};

// Runs `work`; whether it ends well or not, outputs and the summary say what became of each
// destination.
void run_in_job(const Services& services, const Run& run, const JobSubject& subject,
                const std::function<void()>& work);

// Problems and warnings of a look at things.
void tell_job(const Services& services, const Run& run, const JobSubject& subject,
              const Problems& problems);

}  // namespace releaser
