#!/usr/bin/env python3
"""Networks that swallow packets, in a network namespace of our own: a route of IPv6 that leads nowhere, a name server that does not answer."""
import fcntl
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World, fast_clock  # noqa: E402

IN_NAMESPACE = "inside"
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def swallow_packets():
    """An interface whose packets nobody reads; gives what keeps it up."""
    tunnel = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", b"hole", IFF_TUN | IFF_NO_PI))
    for command in ("ip link set lo up", "ip link set hole up", "ip addr add 192.0.2.9/24 dev hole", "ip -6 addr add 2001:db8::9/64 dev hole nodad"):
        subprocess.run(command.split(), check=True)
    return tunnel


def inside(hosts, resolver, command):
    """As the first process of the namespaces: the machine of the case, then the command, with a server of its own."""
    hole = swallow_packets()
    for text, target in ((hosts, "/etc/hosts"), (resolver, "/etc/resolv.conf")):
        path = os.path.join(os.environ["SCRATCH"], os.path.basename(target))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run(["mount", "--bind", path, target], check=True)
    server = subprocess.Popen([os.environ["HOSTILE_SERVER"], os.environ["SITE"]], stdout=subprocess.PIPE, text=True)
    url, certificate = server.stdout.readline().split()
    port = url.rstrip("/").rsplit(":", 1)[1]
    os.environ["SSL_CERT_FILE"] = certificate.removeprefix("ca=")
    os.environ["TOOL_UPDATER_BASE_URL"] = os.environ["BASE"].replace("PORT", port)
    clock = os.environ.pop("CLOCK", "")
    variables = dict(pair.split("=", 1) for pair in clock.split("\n") if pair)
    status = subprocess.run(command, env={**os.environ, **variables}, check=False).returncode
    server.terminate()
    server.wait()
    os.close(hole)
    sys.exit(status)


def main():
    tap = Tap()
    try_out = subprocess.run(["unshare", "-Urnm", "sh", "-c", "test -c /dev/net/tun && ip tuntap add mode tun dev hole"], capture_output=True, check=False)
    world = World()
    home = world.home_before_update(padding=1000)

    def update(base, hosts, resolver, clock, timeout):
        home.restore()
        scratch = world.root / "etc"
        scratch.mkdir(exist_ok=True)
        return home.run("unshare", "-Urnm", sys.executable, __file__, IN_NAMESPACE, hosts, resolver, home.bin / world.agent, "update", "--yes",
                        SCRATCH=str(scratch), SITE=str(world.site), BASE=base, HOSTILE_SERVER=os.environ["HOSTILE_SERVER"],
                        SOURCE_ROOT=os.environ["SOURCE_ROOT"], CLOCK="\n".join(f"{k}={v}" for k, v in clock.items()), timeout=timeout)

    if try_out.returncode != 0:
        tap.skip("row 38: IPv6 that leads nowhere, DNS that does not answer", "no network namespaces with tun devices here")
    else:
        # Without happy eyeballs each connection would wait for the five seconds of IPv6.
        result = update("https://localhost:PORT", "2001:db8::1 localhost\n127.0.0.1 localhost\n", "nameserver 127.0.0.1\n", {}, 60)
        tap.case("row 38: where IPv6 leads nowhere, IPv4 is taken", result.status == 0 and home.product_says() == "tool 1.1.0" and not home.leftovers(), result)
        clock = fast_clock(5)
        if clock is None:
            tap.skip("row 38: DNS that does not answer ends in time", "not under a sanitizer")
        else:
            result = update("https://tool.example:PORT", "127.0.0.1 localhost\n", "nameserver 192.0.2.1\n", clock, 60)
            tap.case("row 38: DNS that does not answer ends in time, with one line", result.status == 6 and len(result.err.strip().splitlines()) == 1
                     and "no connection within the time allowed" in result.err and home.product_says() == "tool 1.0.0" and not home.leftovers(), result)
    world.close()
    tap.done()


if sys.argv[1:2] == [IN_NAMESPACE]:
    inside(sys.argv[2], sys.argv[3], sys.argv[4:])
main()
