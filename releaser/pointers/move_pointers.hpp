#pragma once

#include "releaser/pointers/edit.hpp"
#include "releaser/stages/run.hpp"

#include <functional>
#include <string>
#include <vector>

namespace releaser {

// `now` is when the change is made: of a draft, when that was made.
using EditPublic = std::function<EditResult(const PublicManifests& before, base::Time now)>;

// What a command of pointers has done, or would do.
struct PointerMove {
  std::string command;                 // "yank version=1.3.0", for the journal
  std::string command_line;            // "yank 1.3.0 --reason broken", as a person types it
  std::string signatures_folder;       // "yank-1.3.0": where signatures of it go
  std::vector<schema::Version> named;  // that the command is about
  std::vector<std::string> words;  // what changes; empty with actions: a stopped run is finished
};

// One act for all such commands: reads and believes the public state as publish does, edits it,
// signs what changed, brings it to each destination in the order of a publish (metadata, manifests,
// timestamp, installers), and looks at it again as a stranger; begins anew where somebody else
// published meanwhile. Then hosts of releases get their marks, tap and bucket their packages.
// Assets are read, never written.
// run.actions tells what was done, or with --dry-run would be; where there is nothing to do no key
// is asked for. Throws what is refused before anything is public.
//
// With [trust], where the keys of holders are elsewhere, the change is staged, and run.awaits says
// who has to sign; --sign-only signs what is staged, and --signatures publishes it.
void move_pointers(Run& run, PointerMove& move, const EditPublic& edit);

}  // namespace releaser
