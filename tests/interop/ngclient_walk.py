"""Walks a repository with python-tuf's client: ngclient_walk.py ROOT BASE_URL TARGET FOLDER; writes the target below FOLDER."""
import pathlib
import sys

from tuf.ngclient import Updater

root, base, target, folder = sys.argv[1:]
metadata = pathlib.Path(folder, "metadata")
targets = pathlib.Path(folder, "targets")
metadata.mkdir(parents=True, exist_ok=True)
targets.mkdir(exist_ok=True)
updater = Updater(str(metadata), f"{base}/metadata/", str(targets), f"{base}/targets/", bootstrap=pathlib.Path(root).read_bytes())
updater.refresh()
found = updater.get_targetinfo(target)
if found is None:
    sys.exit("no role lists it")
updater.download_target(found)
