#!/usr/bin/env python3
"""Telemetry: what is sent, when, and above all when not one byte is. The endpoint is a server that counts connections."""
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from agent_world import PLATFORM, Tap, World, fast_clock  # noqa: E402

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
assert home.install("1.0.0").status == 0
LOOK = ("update", "--unattended")


class Endpoint:
    """Counts who connects, and keeps what they say."""

    def __init__(self):
        self.connections, self.requests, self.status, self.hangs = 0, [], 204, threading.Event()
        self.hangs.set()
        self.certificate, key = world.root / "ca.pem", world.root / "tls.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", self.certificate, "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.requests.append((self.path, {name.lower() for name in self.headers}, self.headers["User-Agent"], body))
                outer.hangs.wait(60)
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                outer.connections += 1
                return super().get_request()

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}/tool"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


endpoint = Endpoint()
kept = home.state / "telemetry.json"
nothing = {"schema": 1, "program": "tool-updater", "version": "1.0.0", "channel": "stable", "platform": PLATFORM, "event": "none", "error": None}

# Off
shown = home.agent("telemetry", "show")
tap.case("show prints the whole of it, and that it is off", shown.status == 0 and list(json.loads(shown.out).items()) == list(nothing.items())
         and shown.err == "telemetry is off (default): nothing is sent\n", shown)
result = home.agent("telemetry", "on")
tap.case("on without an endpoint says what is missing", result.status == 3 and "config set telemetry.endpoint" in result.err, result)
tap.is_("an endpoint must be https", home.agent("config", "set", "telemetry.endpoint", "http://example.com/").status, 3)
home.agent("config", "set", "network.ca_file", endpoint.certificate)
home.agent("config", "set", "telemetry.endpoint", endpoint.url)
calls = world.root / "calls"
for words in (LOOK, ("update", "--yes"), ("update", "--check", "--unattended"), ("telemetry", "show"), ("status",)):
    home.run("strace", "-f", "-qq", "-e", "trace=socket,connect,sendto,sendmsg", "-A", "-o", calls, home.bin / "tool-updater", *words)
tap.is_("off: nobody is connected to", (endpoint.connections, [line for line in calls.read_text().splitlines() if "AF_INET" in line]), (0, []))
tap.case("and nothing is kept", not kept.exists())
home.agent("config", "unset", "telemetry.endpoint")
home.agent("config", "set", "telemetry.enabled", "true")
tap.case("on, but with nobody to tell: the same", home.agent(*LOOK).status == 0 and not kept.exists()
         and home.agent("telemetry", "show").err == "telemetry.endpoint is not set: nothing is sent\n")
home.agent("config", "set", "telemetry.endpoint", endpoint.url)
home.agent("config", "unset", "telemetry.enabled")

# On
result = home.agent("telemetry", "on")
tap.case("on says where to and how often", result.status == 0 and f"sent to {endpoint.url}" in result.err and "the last time: never" in result.err, result)
tap.case("what a person orders sends nothing", home.agent("update").status == 0 and endpoint.connections == 0 and kept.exists())
tap.is_("but is known", json.loads(home.agent("telemetry", "show").out)["event"], "checked")
result = home.agent(*LOOK)
tap.is_("a look in the background sends it once", (result.status, endpoint.connections, len(endpoint.requests)), (0, 1, 1))
path, names, agent, body = endpoint.requests[0]
tap.is_("to the byte what show prints", body, home.agent("telemetry", "show").out)
tap.is_("with no header of this machine", (names - {"host", "accept", "content-type", "content-length"}, agent), ({"user-agent"}, "tool/1.0.0"))
identity = (home.state / "install_id").read_text().strip()
tap.case("nothing in it names machine or user", not [word for word in (identity, os.uname().nodename, str(home.directory), "root") if word in body], body)
home.agent(*LOOK)
tap.is_("not again on that day", endpoint.connections, 1)
world.release("1.1.0")
home.agent("config", "set", "updates.auto_install", "true")
sent_at = json.loads(kept.read_text())["sent_at"]
kept.write_text(kept.read_text().replace(sent_at, "2026-01-01T00:00:00Z"))
home.agent(*LOOK)
tap.is_("a day later: what the update came to", [(each["version"], each["event"]) for each in [json.loads(endpoint.requests[-1][3])]], [("1.1.0", "updated")])
(world.site / "metadata").rename(world.site / "metadata.away")
kept.write_text(kept.read_text().replace('"sent_at": "20', '"sent_at": "21'))
failed = home.agent(*LOOK)
tap.case("a failure by its kind, also after a clock went back", failed.status == 6 and json.loads(endpoint.requests[-1][3])["error"] == "network", (failed, endpoint.requests[-1]))
(world.site / "metadata.away").rename(world.site / "metadata")


def another_day():
    state = json.loads(kept.read_text())
    state["sent_at"] = "2026-01-01T00:00:00Z"
    kept.write_text(json.dumps(state))
    return len(endpoint.requests)


# Whatever is wrong with it, the update is none the worse
endpoint.status = 500
another_day()
result = home.agent(*LOOK)
tap.case("an endpoint that fails is a line, and no failure", result.status == 0 and result.err.startswith("telemetry: 127.0.0.1:") and result.err.endswith(" answered 500\n"), result)
before = len(endpoint.requests)
home.agent(*LOOK)
tap.is_("and is not tried again on that day", len(endpoint.requests), before)
another_day()
tap.case("with --quiet not even that", home.agent(*LOOK, "--quiet").err == "")
endpoint.status = 204
fast = fast_clock(10)
if fast is None:
    tap.skip("an endpoint that never answers", "not under a sanitizer")
else:
    endpoint.hangs.clear()
    another_day()
    result = home.agent(*LOOK, **fast)
    tap.case("one that never answers is given up", result.status == 0 and "is the newest" in result.out and "telemetry: " in result.err, result)
    endpoint.hangs.set()
# Who forbids it, and what is left
NAMESPACE = ["unshare", "-Urm"]
if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode != 0:
    tap.skip("a policy", "no user and mount namespaces here")
else:
    for policy, status in (("[telemetry]\nenabled = false\n", 0), ("[telemetry]\nenabled = maybe\n", 3)):
        before = another_day()
        script = 'mount -t tmpfs none /etc; mkdir -m 755 /etc/tool-updater; printf %s "$POLICY" > /etc/tool-updater/policy.toml; "$AGENT" telemetry on; exec "$AGENT" update --unattended'
        result = home.run(*NAMESPACE, "sh", "-c", script, POLICY=policy, AGENT=str(home.bin / "tool-updater"))
        tap.case(f"under the policy {policy.split()[-1]} nothing is sent", len(endpoint.requests) == before and result.status == status and "policy.toml" in result.err, result)
    before = another_day()
    script = 'mount --bind "$STATE" "$STATE"; mount -o remount,ro,bind "$STATE"; exec "$AGENT" update --check --unattended'
    result = home.run(*NAMESPACE, "sh", "-ec", script, STATE=str(home.state), AGENT=str(home.bin / "tool-updater"))
    tap.case("who cannot remember it does not send it", len(endpoint.requests) == before and "telemetry: " in result.err, result)
tap.case("off ends it", home.agent("telemetry", "off").status == 0 and another_day() == (home.agent(*LOOK) and len(endpoint.requests)))
tap.case("purge leaves nothing here", home.agent("telemetry", "purge").status == 0 and not kept.exists() and home.agent("telemetry", "purge").status == 0)
kept.write_text('{"schema": 1, "event": ')
tap.case("a damaged file counts as none", json.loads(home.agent("telemetry", "show").out)["event"] == "none")
tap.case("uninstall takes it along", home.agent("uninstall", "--purge").status == 0 and not home.root.exists(), sorted(home.root.rglob("*")))

world.close()
tap.done()
