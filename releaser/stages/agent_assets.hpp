#pragma once

#include "releaser/stages/run.hpp"

#include <string_view>

// What an agent may fetch in place of an archive: the archive as tar.zst, and deltas from earlier
// releases (delta/README.md). They are assets like others, among run.extra_files, and the manifest
// names them.
namespace releaser {

// The binary of a packed target that its deltas are of: the largest, of several the first by name.
const PackedFile& binary_of_deltas(const Target& target);

bool is_binary(const Target& target, std::string_view name);

// "tool-v1.2.0-linux-x86_64.tar.zst"
std::string alternative_name(const Target& target);
// Does the release have it? One that is public keeps what it has.
bool wants_alternative(const Run& run, const Target& target);

// Adds one that lies in dist/V/assets.
void add_delta(Run& run, Target& target, DeltaFile delta);

// Could this name be that of such a file?
bool is_agent_asset(const Run& run, std::string_view name);

// --previous: which previous releases there are; a problem where that cannot be told.
void check_previous(const Run& run, Problems& problems);

// After all is packed and run.extra_files has what the configuration asks for. A release that is
// public keeps what its manifest names, from dist/V or from where it is public. Throws
// Errc::not_found where that is nowhere.
void add_agent_assets(Run& run);

// Those of run.draft, which somebody else wrote: throws Errc::conflict where they are not what
// goes with the archives of the draft. Gives the targets' alternatives and deltas.
void take_drafted_agent_assets(Run& run);

// As the manifest names them.
void name_agent_assets(const Run& run, const Target& target, schema::PlatformEntry& entry);

// The one of run.extra_files with this name. It is there.
const ExtraFile& extra_file(const Run& run, std::string_view name);

}  // namespace releaser
