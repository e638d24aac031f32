#!/usr/bin/env python3
"""Install, update, roll back, uninstall: what is on disk and what the commands say."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from agent_world import HttpsSite, Tap, World  # noqa: E402  pylint: disable=wrong-import-position

tap = Tap()
world = World()
world.release("1.0.0")
home = world.home()
result = home.install("1.0.0")
tap.is_("install ends with 0", result.status, 0)
print(result, file=sys.stderr)
tap.is_("PATH finds the new version", home.product_says(), "tool 1.0.0")
tap.is_("nothing of the work is left", home.leftovers(), [])
tap.done()
