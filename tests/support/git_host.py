"""Repositories of git over HTTP and the branch of one as pages, for github_server.py: git's own http-backend answers, one process a request.

Anybody may fetch. Who pushes gives one of the forge's tokens as the password of Basic authorization; it may push to each repository. What git
itself does with a push that breaks off is thereby real: nothing of it is kept.
"""
import base64
import os
import subprocess
import urllib.parse

from github_rules import Answer, Refusal


def is_known(tokens, headers):
    kind, _, text = headers.get("Authorization", "").partition(" ")
    try:
        return kind == "Basic" and base64.b64decode(text).decode().partition(":")[2] in tokens
    except ValueError:
        return False


def git_rule(root, tokens, command, url, headers, body):
    """What http-backend says to a request below /; 401 for a push without a token."""
    writes = "git-receive-pack" in url.path or "service=git-receive-pack" in url.query
    if writes and not is_known(tokens, headers):
        return Answer(401, b"", WWW_Authenticate='Basic realm="git"')
    if headers.get("Transfer-Encoding"):
        raise Refusal(411, "Length Required")
    environment = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": urllib.parse.unquote(url.path),
                   "QUERY_STRING": url.query, "REQUEST_METHOD": command, "CONTENT_TYPE": headers.get("Content-Type", ""), "REMOTE_ADDR": "127.0.0.1",
                   "CONTENT_LENGTH": str(len(body)), "GIT_PROTOCOL": headers.get("Git-Protocol", ""), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(root)}
    if writes:
        environment["REMOTE_USER"] = "x-access-token"
    if headers.get("Content-Encoding"):
        environment["HTTP_CONTENT_ENCODING"] = headers["Content-Encoding"]
    made = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    head, _, rest = made.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    status = int(fields.pop("Status", "200").split()[0])
    return Answer(status, rest, Content_Type=fields.get("Content-Type", "text/plain"), Cache_Control="no-cache")


def pages_rule(root, path):
    """NAME/FILE: a file of the branch gh-pages of NAME.git, as it is now."""
    name, _, file = urllib.parse.unquote(path).lstrip("/").partition("/")
    if ".." in path or not file:
        raise Refusal(404, "Not Found")
    shown = subprocess.run(["git", "--git-dir", root / f"{name}.git", "cat-file", "blob", f"refs/heads/gh-pages:{file}"], capture_output=True, check=False)
    if shown.returncode != 0:
        raise Refusal(404, "Not Found")
    return Answer(200, shown.stdout)
