#pragma once

#include "releaser/pointers/move_pointers.hpp"
#include "releaser/pointers/pointer_draft.hpp"
#include "releaser/stages/awaited_signatures.hpp"

#include <optional>
#include <string>
#include <vector>

// A change of pointers whose keys are elsewhere (docs/adr/0096), as a release waits for its
// signatures.
namespace releaser {

// What such a run has made: files that get a signature, and metadata that has to be signed.
struct PointerFiles {
  const std::vector<SignedFile>& files;
  const MetadataPlan& plan;
};

// With --sign-only and --signatures the draft that waits, of whatever command; else the one of an
// earlier run of this command, if the public state is still that which it was made for, so that
// signatures that were made meanwhile fit. Throws Errc::untrusted for one that is staged and that
// no key of the timestamp signed.
std::optional<PointerDraft> find_pointer_draft(Run& run, const PointerMove& move);

bool is_draft_of(const PointerDraft& draft, const Run& run, const PointerMove& move);

// Does it lack a signature that only a holder of the release key or of a channel's key can make?
bool lacks_holders(Run& run, const MetadataPlan& plan);

// Throws Errc::conflict unless what this run makes is what the draft says.
void check_fits_draft(const Run& run, const PointerDraft& draft, const PointerFiles& made);

// The first run: notes the draft, brings it to where archives are, and fills in run.awaits.
void stage_pointers(Run& run, const PointerMove& move, base::Time at, const PointerFiles& made);

// --sign-only: shows what it is, asks, and signs with the keys at hand into the folder of --out.
void sign_staged_pointers(Run& run, const PointerMove& move, const PointerDraft& draft,
                          const PointerFiles& made);

// --signatures: takes those of the files, and gives those of the metadata.
RoleSignatures take_pointer_signatures(Run& run, const PointerMove& move, const PointerDraft& draft,
                                       const PointerFiles& made);

// This command waits no more: removes its draft. What cannot be removed is only said.
void drop_pointer_draft(Run& run, const PointerMove& move);

// "cco-release yank 1.3.0 --reason broken --sign-only"
std::string signing_command(const PointerMove& move);
std::string finishing_command(const PointerMove& move, std::string_view folder);

}  // namespace releaser
