# A job of GitHub Actions, as a runner shows it to the program and reads it. Source it after tap.sh; $work is the script's own folder.
# shellcheck shell=bash
# shellcheck disable=SC2154  # those who source it set $work and $output
job_variables=()
# A step of a job: its outputs and its part of the page begin empty.
job() {
  : >"$work/output"
  : >"$work/summary"
  env -i PATH="$PATH" HOME=/nonexistent "${job_variables[@]}" GITHUB_ACTIONS=true GITHUB_WORKSPACE="$work" GITHUB_OUTPUT="$work/output" GITHUB_STEP_SUMMARY="$work/summary" "$CCO_RELEASE" "$@"
}
# The value of an output, as the runner reads it.
output_of() {
  python3 - "$work/output" "$1" <<'PY'
import sys
lines = open(sys.argv[1]).read().split("\n")
values, at = {}, 0
while lines[at]:
    name, end = lines[at].split("<<")
    stop = lines.index(end, at + 1)
    values[name] = "\n".join(lines[at + 1:stop])
    at = stop + 1
print(values[sys.argv[2]])
PY
}
# What the runner would obey, of what a command printed: the names of the commands.
commands() { python3 -c 'import re, sys
for line in re.split("[\r\n]+", sys.stdin.read()):
    new = re.match(r"\s*::([a-z-]+)", line)
    print("\n".join(([new.group(1)] if new else []) + re.findall(r"##\[([a-z-]+)", "" if new else line)), end="\n" if new or "##[" in line else "")'; }
of_kind() { commands <<<"$output" | grep -c "^$1\$"; }
