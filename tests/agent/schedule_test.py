#!/usr/bin/env python3
"""When the service looks, by the clocks of real processes: a window, and a site that asked to be left alone."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from agent_world import HttpsSite, Tap, World, fast_clock  # noqa: E402
from service_world import Service, until  # noqa: E402

tap = Tap()
if fast_clock(1) is None:
    tap.skip("when the service looks", "not under a sanitizer")
    tap.done()
FACTOR = 30


class SharedClock:
    """A clock that begins at a time and runs faster, the same one for a process and all that it starts."""

    def __init__(self, begins):
        self.keeper = subprocess.Popen(["faketime", "-m", "-f", f"@{begins} x{FACTOR}", "sh", "-c", 'echo "$FAKETIME_SHARED"; exec cat'], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin", "TZ": "UTC", "FAKETIME_DONT_RESET": "1"})
        shared = self.keeper.stdout.readline().strip()
        self.variables = {**fast_clock(FACTOR), "FAKETIME": f"@{begins} x{FACTOR}", "FAKETIME_SHARED": shared, "FAKETIME_DONT_RESET": "1", "TZ": "UTC"}

    def close(self):
        self.keeper.communicate()


def lines(service, words):
    """(time, line)"""
    return [(line.split()[0], line) for line in service.log().splitlines() if words in line]


# Two at once, because both take their time.
world = World()
world.release("1.0.0")
home = world.home()
assert home.install("1.0.0").status == 0
world.release("1.1.0")
for key, value in (("auto_install", "true"), ("check_interval", "hourly"), ("window", "02:00-05:00")):
    home.agent("config", "set", f"updates.{key}", value)
clock = SharedClock("2026-11-23 01:53:00")
service = Service(home, **clock.variables)

busy = World()
busy.release("1.0.0")
busy_home = busy.home()
assert busy_home.install("1.0.0").status == 0
site = HttpsSite(busy, lambda path, request: request.send_response(429) or request.send_header("Retry-After", "600") or request.send_header("Content-Length", "0")
                 or request.end_headers() or True)
for key, value in (("updates.base_url", site.url), ("network.ca_file", site.certificate), ("updates.check_interval", "hourly")):
    busy_home.agent("config", "set", key, value)
asked_at = time.time()
refused = busy_home.agent("update", "--unattended")
asked = len(site.requests)
due = json.loads((busy_home.state / "check.json").read_text())["next_due"]
tap.case("a site that is busy is a failure of the network", refused.status == 6 and asked > 0, refused)
tap.case("what it asked for is remembered", due >= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(asked_at + 600)), (due, asked_at))
patient = Service(busy_home, **fast_clock(FACTOR))
tap.case("the service looks again", until(lambda: len(site.requests) > asked, 120), patient.log())
tap.case("but not before the site wants to be asked", until(lambda: lines(patient, " update")) and lines(patient, " update")[0][0] >= due, (due, patient.log()))
patient.end()

tap.case("an update is installed in the end", until(lambda: home.current() == "1.1.0" and not (home.state / "journal.json").exists(), 120), service.log())
looks = lines(service, "update: ")
tap.case("there was a look outside of the window, which said so", looks[0][0] < "2026-11-23T02:00" and "window" in looks[0][1], service.log())
begun = lines(service, "on probation, process")
tap.case("nothing was begun before the window opened", begun and "2026-11-23T02:00" <= begun[0][0] < "2026-11-23T02:30", service.log())
tap.case("and not only an hour later, when a look was due", begun and begun[0][0] < "2026-11-23T02:20", service.log())
tap.case("it ends", home.agent("shutdown").status == 0 and until(lambda: service.process.poll() is not None))
clock.close()
world.close()
busy.close()
tap.done()
