#!/usr/bin/env python3
"""Install, update, roll back, uninstall: what is on disk and what the commands say."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import Tap, World  # noqa: E402

tap = Tap()
for product, agent in (("tool", "tool-updater"), ("cco", "cco")):
    world = World(product, agent)
    world.release("1.0.0")
    home = world.home()
    # cco is its own agent: there PATH's program is the agent, and says so.
    said = lambda version: f"{product} {version}"
    (home.directory / ".bashrc").write_text("alias x=y\n")
    result = home.install("1.0.0", SHELL="/bin/bash", PATH="/usr/bin:/bin")
    tap.is_(f"{agent}: install ends with 0", result.status, 0)
    tap.is_(f"{agent}: PATH finds the new version", home.product_says(), said("1.0.0"))
    tap.is_(f"{agent}: nothing of the work is left", home.leftovers(), [])
    tap.is_(f"{agent}: the links are relative and lead through current", os.readlink(home.bin / product),
            f"../share/{agent}/versions/current/{product}")
    tap.case(f"{agent}: PATH is set up once, between marks", (home.directory / ".bashrc").read_text().count(f"# >>> {agent} >>>") == 1)
    again = home.install("1.0.0", SHELL="/bin/bash", PATH="/usr/bin:/bin")
    tap.is_(f"{agent}: a second install changes nothing", (again.status, "already" in again.out), (0, True))
    tap.case(f"{agent}: and PATH's lines stay one", (home.directory / ".bashrc").read_text().count(f"# >>> {agent} >>>") == 1)

    world.release("1.1.0")
    result = home.agent("update", "--yes")
    tap.is_(f"{agent}: update", (result.status, home.product_says(), home.current()), (0, said("1.1.0"), "1.1.0"))
    tap.is_(f"{agent}: the version before is kept", (os.readlink(home.versions / "previous"), home.complete("1.0.0")), ("1.0.0", True))
    result = home.agent("update", "--yes")
    tap.is_(f"{agent}: a second update has nothing to do", (result.status, home.product_says()), (0, said("1.1.0")))
    result = home.agent("rollback")
    tap.is_(f"{agent}: rollback", (result.status, home.product_says()), (0, said("1.0.0")))
    result = home.agent("update", "--yes")
    tap.is_(f"{agent}: it holds against what was left", (result.status, home.product_says()), (0, said("1.0.0")))
    world.release("1.2.0")
    result = home.agent("update", "--yes")
    tap.is_(f"{agent}: until something newer appears", (result.status, home.product_says()), (0, said("1.2.0")))
    tap.is_(f"{agent}: two versions are kept", sorted(p.name for p in home.versions.iterdir() if not p.is_symlink()), ["1.0.0", "1.2.0"])
    result = home.agent("update", "--version", "1.1.0", "--yes")
    tap.is_(f"{agent}: --version goes down", (result.status, home.product_says()), (0, said("1.1.0")))
    result = home.agent("update", "--yes")
    tap.is_(f"{agent}: and holds there too", (result.status, home.product_says()), (0, said("1.1.0")))
    result = home.agent("rollback", "--to", "1.0.5")
    tap.is_(f"{agent}: rollback to what is not here is 9", result.status, 9)
    result = home.run(home.root / "recover.sh", "1.2.0", before=["sh"])
    tap.is_(f"{agent}: recover.sh goes to another version without the agent", (result.status, home.product_says()), (0, said("1.2.0")))
    result = home.run(home.root / "recover.sh", "3.0.0", before=["sh"])
    tap.is_(f"{agent}: but only to one that is whole", (result.status, home.product_says()), (9, said("1.2.0")))

    world.manifest_extra = {"security_floor": "1.2.0"}
    world.publish()
    home.agent("update", "--yes")
    result = home.agent("rollback", "--to", "1.1.0")
    tap.is_(f"{agent}: rollback below the security floor is 7", (result.status, home.product_says()), (7, said("1.2.0")))

    watermark = home.state / "watermark.json"
    saved = watermark.read_bytes()
    for sentence, lose in (("removed", watermark.unlink), ("emptied", lambda: watermark.write_bytes(b"")), ("damaged", lambda: watermark.write_bytes(saved[:40]))):
        watermark.write_bytes(saved)
        lose()
        result = home.agent("rollback", "--to", "1.1.0")
        tap.is_(f"{agent}: also where the watermark was {sentence}, as the kept metadata knows it", (result.status, home.product_says()), (7, said("1.2.0")))
    watermark.write_bytes(saved)

    # A floor of a channel that is not followed any more holds nobody: its keys may have been stolen.
    world.manifest_extra = {}
    beta = {**world.manifest("beta", {"1.2.0": {**world.versions["1.2.0"], "channel": "beta"}}), "security_floor": "9999.1.1"}
    world.write_manifest("beta", json.dumps(beta).encode())
    home.agent("config", "set", "updates.channel", "beta")
    home.agent("update", "--check")
    result = home.agent("rollback", "--to", "1.1.0")
    tap.is_(f"{agent}: a floor of the channel that is followed holds", (result.status, "9999.1.1" in result.err), (7, True))
    home.agent("config", "set", "updates.channel", "stable")
    result = home.agent("rollback", "--to", "1.1.0")
    tap.is_(f"{agent}: one of a channel that was left does not", (result.status, "9999.1.1" in result.err), (7, False))

    # Damage on the disk.
    if product != agent:
        (home.versions / "current" / product).write_bytes(b"damaged")
        result = home.run(home.bootstrap("1.2.0"), "install", "--base-url", world.url)
        tap.is_(f"{agent}: install mends a damaged version", (result.status, home.product_says(), home.complete("1.2.0")), (0, said("1.2.0"), True))

    # What else is in the folders stays.
    (home.root / "foreign").write_text("x")
    (home.bin / "other").write_text("x")
    receipt = json.loads((home.state / "receipt.json").read_text())
    tap.is_(f"{agent}: the receipt says what there is", (receipt["version"], sorted(receipt["links"])), ("1.2.0", sorted({product, agent})))
    result = home.agent("uninstall")
    left = sorted(str(p.relative_to(home.directory)) for p in home.root.rglob("*"))
    tap.is_(f"{agent}: uninstall leaves only what is not ours", (result.status, left), (0, [f".local/share/{agent}/foreign"]))
    tap.is_(f"{agent}: and no link", sorted(p.name for p in home.bin.iterdir()), ["other"])
    tap.is_(f"{agent}: and no line in shell files", (home.directory / ".bashrc").read_text(), "alias x=y\n")
    world.close()

# Archive in hand, other places, other owners.
world = World()
world.release("1.0.0")
home = world.home()
result = home.run(home.bootstrap("1.0.0"), "install", "--archive", world.asset("1.0.0"))
tap.is_("install --archive fetches no archive", (result.status, home.product_says()), (0, "tool 1.0.0"))
home = world.home("other-archive")
wrong = world.root / "wrong.tar.gz"
wrong.write_bytes(world.asset("1.0.0").read_bytes() + b"x")
result = home.run(home.bootstrap("1.0.0"), "install", "--archive", wrong)
tap.is_("install --archive with other bytes is 7", (result.status, home.product_says()), (7, None))
home = world.home("prefix")
result = home.install("1.0.0", "--prefix", home.directory / "p", "--no-modify-path")
tap.is_("--prefix holds everything", (result.status, sorted(p.name for p in (home.directory / "p").iterdir())), (0, ["bin", "share"]))
result = home.run(home.directory / "p/bin/tool-updater", "rollback")
tap.is_("an agent in a prefix finds its root: nothing to go back to is 9", result.status, 9)
home = world.home("plain")
result = home.install("1.0.0", "--unmanaged")
tap.is_("--unmanaged makes one plain file and no root", (result.status, sorted(str(p.relative_to(home.directory)) for p in (home.directory / ".local").rglob("*"))),
        (0, [".local/bin", ".local/bin/tool"]))
tap.is_("and it runs", home.product_says(), "tool 1.0.0")
home = world.home("occupied")
home.bin.mkdir(parents=True)
(home.bin / "tool").write_text("mine")
result = home.install("1.0.0")
tap.is_("a foreign program in the way is named and stays", (result.status, (home.bin / "tool").read_text()), (3, "mine"))
cellar = home.directory / "Cellar" / "tool" / "1.0" / "bin"
cellar.mkdir(parents=True)
shutil.copy(home.bootstrap("1.0.0"), cellar / "tool-updater")
(cellar.parent / "INSTALL_RECEIPT.json").write_text('{"source": {"tap": "homebrew/core"}}')
result = home.run(cellar / "tool-updater", "rollback")
tap.is_("installed by Homebrew: 12 and its command", (result.status, "brew upgrade tool" in result.err), (12, True))
home = world.home("bare")
result = home.run(home.bootstrap("1.0.0"), "rollback")
tap.is_("installed by nobody: 12 and what to do", (result.status, "tool-updater install" in result.err), (12, True))
unstamped = home.run(os.environ["CCO"], "install")
tap.is_("a build without identity installs nothing", (unstamped.status, "no identity" in unstamped.err), (3, True))
home = world.home("variables")
result = home.install("1.0.0", TOOL_UPDATER_ROOT=str(home.directory / "r"), TOOL_UPDATER_BIN_DIR=str(home.directory / "b"))
tap.is_("its own variables place root and links", (result.status, (home.directory / "r/versions/current").is_symlink(), (home.directory / "b/tool").exists()), (0, True, True))
world.close()
tap.done()
