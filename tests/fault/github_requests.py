#!/usr/bin/env python3
"""A publish to a folder (site) and GitHub (assets), disturbed at each of its requests in each way, or killed there; then run again until done.

The public state at the end is that of an undisturbed run, byte for byte. Meanwhile a stranger looks: whatever a public manifest names can be
fetched and is what it should be. `github_requests.py` tries every point, `github_requests.py STEP` each STEP-th one.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_ROOT"], "tests/support"))
from disturbed_publish import World, run_matrix  # noqa: E402

# What a request can meet; a run may make up for it by itself, or end with 6 or 16.
FAULTS = ["refuse", "lost", "502", "502_after", "reset_in_request", "reset_in_answer", "stall", "429", "wrong_digest"]
# Where the program is killed: at a request that is not done yet, and at one that is, whose answer is on its way.
KILLS = ["stall", "stall_in_answer"]
CONFIG = """
[[destination]]
type = "github"
repository = "maker/hello"
api_url = "{api}"
upload_url = "{uploads}"
url = "{web}/maker/hello"
"""


class FolderAndGitHub(World):
    def configure(self, text):
        return text.replace('url = "https://releases.example.com/hello"', f'url = "{self.urls["site"]}"\ncarries = ["site"]') + CONFIG.format(**self.urls)


if __name__ == "__main__":
    run_matrix(FolderAndGitHub, FAULTS, KILLS)
