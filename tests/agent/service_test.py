#!/usr/bin/env python3
"""The service: what it answers, when it looks for updates, how it ends, and what is kept of it."""
import json
import os
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from agent_world import Tap, World, fast_clock  # noqa: E402
from service_world import Service, until  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
assert home.install("1.0.0").status == 0


def connect(port):
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    return made


# What it answers, and to whom
service = Service(home)
status, fields, body = service.get("/health")
tap.case("/health says that it is well", status == 200 and body["status"] == "ok" and body["version"] == "1.0.0", body)
status, fields, body = service.get("/ready")
tap.case("/ready is computed now, and kept by nobody",
         status == 200 and body["ready"] is True and body["pid"] == service.process.pid and fields["cache-control"] == "no-store", (body, fields))
tap.is_("a name of the web that was pointed here is refused", service.get("/ready", host="evil.example")[0], 403)
listening = subprocess.run(["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=False).stdout
own = [line.split()[1] for line in listening.splitlines() if line.split()[1].endswith(f":{service.port:04X}") and line.split()[3] == "0A"]
tap.is_("it listens on 127.0.0.1 alone", own, [f"0100007F:{service.port:04X}"])

slow = [connect(service.port) for _ in range(40)]
slow[0].sendall(b"GET /rea")
tap.case("many who connect and say nothing keep nobody else from an answer for longer than their limit", service.get("/health")[0] == 200)
for each in slow:
    each.close()
with connect(service.port) as endless:
    try:
        for _ in range(400):
            endless.sendall(b"x" * 4096)
    except OSError:
        pass
tap.is_("a request without end is not kept", service.get("/health")[0], 200)
half = home.state / "journal.json"
half.write_text('{"schema": 99}')
status, _, body = service.get("/ready")
tap.case("with a journal that it cannot read it is not ready, and says why", status == 503 and "newer" in body["reason"], body)
half.unlink()
tap.is_("and is again without it", service.get("/ready")[0], 200)

# One for a port
again = home.agent("run", "--port", service.port)
tap.case("a port in use ends another one at once, with what to do", again.status == 3 and f"port {service.port} of 127.0.0.1 is in use" in again.err, again)
tap.case("the variable names the port too", home.agent("run", TOOL_UPDATER_PORT=str(service.port)).status == 3)
config = home.directory / ".config" / "tool-updater" / "config.toml"
config.parent.mkdir(parents=True)
config.write_text(f"[service]\nport = {service.port}\n")
tap.case("so does the configuration", f"port {service.port} of" in home.agent("run").err)
tap.is_("a port that is none is usage", home.agent("run", "--port", "65536").status, 2)

# Signals
config.write_text("[updates]\nchek_interval = \"daily\"\n")
service.process.send_signal(signal.SIGHUP)
tap.case("SIGHUP reads the configuration anew", until(lambda: "chek_interval" in service.log()), service.log())
config.write_text("[updates\n")
service.process.send_signal(signal.SIGHUP)
tap.case("one that cannot be read changes nothing, and is told",
         until(lambda: "stays as it was" in service.log()) and service.get("/health")[0] == 200, service.log())
config.unlink()

held = connect(service.port)
held.sendall(b"GET /health HTTP/1.1\r\n")
until(lambda: service.get("/health")[0] == 200)  # served after it, so that one was accepted
service.process.terminate()
held.sendall(b"Host: localhost\r\n\r\n")
tap.case("SIGTERM lets a request that has begun have its answer", b"200 OK" in held.recv(4096))
held.close()
tap.is_("and ends with 0", service.process.wait(20), 0)
tap.case("its process file is gone, its log stays", not service.record_file().exists() and service.log_file().exists())
tap.is_("nothing is left", home.leftovers(), [])

# Looks
if fast_clock(1) is None:
    tap.skip("it looks by itself, and installs where it may", "not under a sanitizer")
else:
    world.release("1.1.0")
    config.write_text("[updates]\ncheck_interval = \"hourly\"\n")
    service = Service(home, **fast_clock(600))
    tap.case("soon after its start it looks, and says what there is",
             until(lambda: "1.1.0 is available" in service.log()), service.log())
    tap.is_("without auto_install it installs nothing", home.current(), "1.0.0")
    before = service.log().count("update:")
    tap.case("an hour later it looks again", until(lambda: service.log().count("update:") > before), service.log())
    service.end()

    # Nobody answers: it goes on, more and more rarely.
    (world.site / "metadata").rename(world.site / "metadata.away")
    (home.state / "check.json").unlink()
    service = Service(home, **fast_clock(600))
    tap.case("a site that is not there is tried again", until(lambda: service.log().count("ended with status") >= 3), service.log())
    tap.is_("while it serves", service.get("/ready")[0], 200)
    (world.site / "metadata.away").rename(world.site / "metadata")
    tap.case("until it is there", until(lambda: "1.1.0 is available" in service.log()), service.log())
    service.end()

# A child that hangs is not waited for when the service ends.
tap.case("no process of the service is left", not subprocess.run(["pgrep", "-f", str(home.versions)], capture_output=True, check=False).stdout)

# Its log, and the commands that speak of it
tap.case("shutdown without a service has nothing to do", home.agent("shutdown").out == "no service runs\n")
(home.state / "service" / "1.json").write_text(json.dumps({"schema": 1, "pid": os.getpid(), "process_began": 1, "port": 1, "version": "1.0.0",
                                                           "started": "2026-11-20T10:00:00Z", "log": "/x"}))
tap.case("a number that another process got since is not asked to end",
         home.agent("shutdown", "--port", "1").status == 9 and home.agent("shutdown", "--all").status == 0)
(home.state / "service" / "1.json").unlink()
service = Service(home)
shown = json.loads(home.agent("status", "--json").out)["services"]
tap.is_("status shows it", [(each["port"], each["pid"], each["version"]) for each in shown], [(service.port, service.process.pid, "1.0.0")])
tap.case("and says so to people", f"1.0.0 on port {service.port}, process {service.process.pid}" in home.agent("status").out)
tap.is_("logs shows its last line", home.agent("logs", "--lines", "1", "--port", service.port).out, service.log().splitlines(True)[-1])
tap.is_("and as JSON", json.loads(home.agent("logs", "--json").out)["lines"][-1], service.log().splitlines()[-1])
tap.is_("of a port without one, that there is none", home.agent("logs", "--port", "9").status, 9)
follower = subprocess.Popen([home.bin / "tool-updater", "logs", "--follow", "--lines", "1"], env=home.environment(), stdout=subprocess.PIPE, text=True)
follower.stdout.readline()
service.process.send_signal(signal.SIGHUP)
tap.case("--follow goes on with what comes", "asked to read" in follower.stdout.readline())
other = Service(home)
several = home.agent("shutdown")
tap.case("of two services, shutdown wants one named", several.status == 2 and f"{service.port}" in several.err and f"{other.port}" in several.err, several)
tap.case("--port ends that one", home.agent("shutdown", "--port", other.port).out == f"the service on port {other.port} has ended\n"
         and other.process.wait(5) == 0 and service.get("/health")[0] == 200)
log = service.log_file()
log.write_bytes(b"x" * 9_999_999 + b"\n")
service.process.send_signal(signal.SIGHUP)
tap.case("a log of 10 MB is set aside", until(lambda: log.with_name(log.name + ".1").exists() and log.stat().st_size < 1000))
service.process.send_signal(signal.SIGHUP)
tap.case("and --follow goes on behind it", any("asked to read" in follower.stdout.readline() for _ in range(9)))
follower.terminate()
follower.wait()
follower.stdout.close()
tap.case("shutdown --all ends what runs", home.agent("shutdown", "--all").status == 0 and service.process.wait(5) == 0)
service = Service(home)
tap.case("uninstall ends the service, and leaves nothing of it",
         home.agent("uninstall").status == 0 and service.process.wait(30) == 0 and not home.root.exists(), sorted(home.root.rglob("*")))

world.close()
tap.done()
