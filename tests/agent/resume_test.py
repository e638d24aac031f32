#!/usr/bin/env python3
"""An update that is killed in the middle of its download: the next one fetches the rest only, counted at the server.

`resume_test.py --measure` prints bytes and time of a resume at 90 % of 50 MB beside those of the whole.
"""
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HttpsSite, Tap, World  # noqa: E402

MEASURE = "--measure" in sys.argv
PADDING = 50_000_000 if MEASURE else 1_500_000

tap = Tap()
world = World()
home = world.home_before_update(padding=PADDING)
archive = world.asset("1.1.0").read_bytes()
part = home.state / "download.part"
description = home.state / "download.json"
hold_at = None  # after so many bytes of the archive the server says nothing more
sent = []  # (first byte, number of bytes) of each answer


def serve(path, request):
    """Ranges, as a good server knows them; Python's does not."""
    if not path.endswith(".tar.gz"):
        return False
    asked = request.headers.get("Range")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    assert not asked or request.headers.get("If-Range") == '"one"', request.headers
    body = archive[start:hold_at]
    request.send_response(206 if asked else 200)
    request.send_header("ETag", '"one"')
    if asked:
        request.send_header("Content-Range", f"bytes {start}-{len(archive) - 1}/{len(archive)}")
    request.send_header("Content-Length", str(len(archive) - start))
    request.end_headers()
    sent.append((start, len(body)))
    request.wfile.write(body)
    request.wfile.flush()
    if hold_at is not None:
        time.sleep(30)  # the client is killed long before
    return True


site = HttpsSite(world, serve)
variables = {"SSL_CERT_FILE": str(site.certificate), "TOOL_UPDATER_BASE_URL": site.url}


def kill_after(count):
    """`update` is killed when that much of the archive is on the disk."""
    global hold_at
    hold_at = count
    process = subprocess.Popen([home.bin / world.agent, "update", "--yes"], env=home.environment(**variables), cwd=home.directory,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (part.exists() and part.stat().st_size >= count):
        time.sleep(0.002)
    process.kill()
    process.wait()
    hold_at = None


def update():
    sent.clear()
    begin = time.monotonic()
    result = home.agent("update", "--yes", "--json", **variables)
    return result, time.monotonic() - begin


def is_whole():
    return home.product_says() == "tool 1.1.0" and home.current() == "1.1.0" and home.complete("1.1.0") and not home.leftovers()


if MEASURE:
    _, whole = update()
    whole_bytes = sum(count for _, count in sent)
    home.restore()
    kill_after(len(archive) * 9 // 10)
    _, rest = update()
    print(f"# whole: {whole_bytes} bytes, {whole:.2f} s; resumed at 90 %: {sum(count for _, count in sent)} bytes, {rest:.2f} s")
    home.restore()

for count in (1, len(archive) // 2, len(archive) * 9 // 10, len(archive) - 1):
    home.restore()
    kill_after(count)
    kept = part.stat().st_size
    result, _ = update()
    tap.case(f"killed after {100 * count // len(archive)} % of the archive: only the rest is fetched",
             result.status == 0 and is_whole() and sent == [(kept, len(archive) - kept)] and kept >= count, f"{result}\nkept {kept}, sent {sent}")
    tap.case("nothing of it is left", not part.exists() and not description.exists())

home.restore()
kill_after(len(archive) // 2)
part.write_bytes(os.urandom(len(archive) // 2))
result, _ = update()
tap.case("a part that was damaged meanwhile costs one full download and no error", result.status == 0 and is_whole() and [s for s, _ in sent][-1] == 0, result)

home.restore()
kill_after(len(archive) // 2)
os.utime(part, (time.time() - 8 * 86400,) * 2)
result = home.agent("rollback")
tap.case("after a week the next command removes it", not part.exists() and not description.exists(), result)

home.restore()
kill_after(len(archive) // 2)
mode = part.stat().st_mode & 0o777
result = home.agent("uninstall")
tap.case("only its owner may read it, and `uninstall` takes it along", mode == 0o600 and result.status == 0 and not home.root.exists(), f"{mode:o} {result}")

site.close()
world.close()
tap.done()
