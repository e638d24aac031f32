#!/usr/bin/env python3
"""Every way in which tests/support/hostile_server.cpp can be bad, once at the archive and once at the manifest: how `update` ends.

Whatever happens, 1.0.0 is whole and in place, nothing is left behind, and a good server is believed afterwards.
"""
import concurrent.futures
import os
import queue
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HostileServer, Tap, World, fast_clock  # noqa: E402

# mode: (status where the archive is served so, the same for the manifest, which its hash alone decides, what the message says of the archive's server)
FINE = (0, 0, "")
MODES = {
    "plain": FINE, "redirect": FINE, "redirect-host": FINE, "ignore-range": FINE, "wrong-range": FINE,
    "reset-twice": FINE, "range-full": FINE, "range-short": FINE, "range-other-total": FINE, "range-without-header": FINE, "range-refused": FINE,
    "no-etag": FINE, "weak-etag": FINE, "etag-change": FINE,
    "redirect-http": (6, 6, "something other than https"), "redirect-file": (6, 6, "something other than https"),
    "redirect-user": (6, 6, "a URL that is refused"), "redirect-loop": (6, 6, "redirects"),
    "status-403": (6, 6, "HTTP 403"), "status-404": (6, 6, "HTTP 404"), "status-404-once": (6, 6, "HTTP 404"), "status-429": (6, 6, "HTTP 429"),
    "status-429-date": (6, 6, "HTTP 429"), "status-429-garbage": (6, 6, "HTTP 429"), "status-429-long": (6, 6, "HTTP 429"), "status-503": (6, 6, "HTTP 503"),
    "status-500": (6, 6, "HTTP 500"), "status-500-endless": (6, 6, "sends more than"), "html": (6, 7, "a web page"),
    "nothing": (6, 6, "without an answer"), "silent": (6, 6, "stalled"), "garbage": (6, 6, "not HTTP"), "headers": (6, 6, "bytes of headers"),
    "endless": (7, 7, "sends more than"), "longer": (7, 7, "sends more than"), "cut-short": (6, 6, "before the whole body"), "reset": (6, 6, "connection broke"),
    "half": (7, 7, "cut short"), "flip-bit": (7, 7, "its SHA-256 is"), "drip": (6, 6, "stalled"), "stall": (6, 6, "stalled"), "gzip": (7, 7, "cut short"),
    "expired": (6, 6, "has expired"), "wrong-host": (6, 6, "for another host"), "unknown-issuer": (6, 6, "does not know (cco-release throw-away CA); name your authority by `network.ca_file`"),
    "tls11": (6, 6, "TLS 1.2"), "proxy-refuses": (6, 6, "the proxy refuses"),
}
SLOW = ("silent", "stall", "drip")  # three minutes each, by the agent's clock
CLOCK = 20  # times as fast as ours; not more, so that a busy machine is in time for the five seconds of a connection
WORKERS = 4

tap = Tap()
world = World()
# Most of the time is spent in waiting, so several homes wait side by side.
homes = queue.Queue()
world.release("1.0.0")
for index in range(WORKERS):
    home = world.home(f"home-{index}")
    if home.install("1.0.0").status != 0:
        sys.exit("the first installation failed")
    homes.put(home)
world.release("1.1.0", padding=300_000)
for home in homes.queue:
    home.save()
tap.is_("every mode of the server has its row", sorted(HostileServer.modes()), sorted(MODES))


def environment_of(server, mode):
    if mode == "proxy-refuses":
        return {"HTTPS_PROXY": server.url, "TOOL_UPDATER_BASE_URL": "https://tool.example"}
    return {"SSL_CERT_FILE": server.certificate, "TOOL_UPDATER_BASE_URL": server.url}


def problems_of(home, mode, only, expected, words, clock):
    home.restore()
    server = HostileServer(world, mode, only)
    result = home.agent("update", "--yes", **environment_of(server, mode), **clock)
    server.close()
    version = "1.1.0" if expected == 0 else "1.0.0"
    problems = []
    if result.status != expected:
        problems.append(f"status {result.status}")
    if home.product_says() != f"tool {version}" or home.current() != version or not home.complete(version):
        problems.append(f"{version} is not in place: {home.product_says()}, {home.current()}")
    if home.leftovers():
        problems.append(f"left behind: {home.leftovers()}")
    if expected != 0 and len(result.err.strip().splitlines()) != 1:
        problems.append("not one line")
    if expected != 0 and words not in result.err:
        problems.append(f"does not say {words!r}")
    if home.agent("update", "--yes").status != 0 or home.product_says() != "tool 1.1.0":
        problems.append("a good site is not believed afterwards")
    return problems and [*problems, str(result)]


def try_mode(row):
    """Gives the sentence and what is wrong; None where it cannot be tried."""
    mode, what, only, expected, words = row
    sentence = f"{mode}, at the {what}: status {expected}"
    clock = fast_clock(CLOCK) if mode in SLOW else {}
    if clock is None:
        return sentence, None
    home = homes.get()
    try:
        return sentence, problems_of(home, mode, only, expected, words, clock)
    finally:
        homes.put(home)


rows = []
for mode, (archive, manifest, words) in MODES.items():
    rows += [(mode, "archive", "/releases/", archive, words), (mode, "manifest", "version-manifest.json", manifest, "")]
with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
    for sentence, problems in pool.map(try_mode, rows):
        if problems is None:
            tap.skip(sentence, "not under a sanitizer")
        else:
            tap.case(sentence, not problems, "\n".join(problems))
world.close()
tap.done()
