#!/usr/bin/env python3
"""A stateful HTTPS server that behaves like GitHub's REST API for releases; with --dialect gitea like Gitea's.

    github_server.py DIR [--dialect gitea] [--site FOLDER] [--with-gitea] [--git FOLDER] [--strangers REGEX]
                     [--latency SECONDS] [--rate BYTES]

Four hosts on 127.0.0.1, as GitHub has them: api, uploads, web (github.com) and assets (where downloads are redirected to), with one
certificate, DIR/ca.pem; for Gitea the first three are one. With --site FOLDER a fifth serves that folder as a plain web server. With --with-gitea a
second forge in that dialect (`gitea`), with --git FOLDER the repositories there (`git`) and their branches gh-pages (`pages`); they share counter and
faults with the first. Another, control, is plain http and for tests alone. When all listen, a line of
JSON with their URLs is printed; the server ends when its standard input does. Each request is a line of JSON in DIR/log.jsonl. Requests with
a user agent that REGEX matches (without the option: `stranger`) are neither counted nor logged, and no fault meets them.

With --latency each request waits so long for its answer, and each connection three times as long, as over a line whose round trip that is; with --rate
all bodies together come at so many bytes a second, and all answers leave at as many.

Control (POST, JSON): /reset {repositories: {"o/n": {...}}, tokens: {T: {...}}} begins anew, with both forges where there are two; /save and /restore keep a state by {name};
/faults [{at | method, path, times; do; ...}] replaces the faults and begins to count requests from 1; /rename {from, to}; /immutable {repository}: releases from now on; /tamper {repository, tag,
name, text | delete}; /publish {repository, tag}: a person's click;
/pull {repository, number, state, merged, title, body}: a person changes a pull request; /limit {token, remaining}; /fill {repository, releases, assets}: that
many public releases of before, and among them that many assets; /go {}: lets requests go on that a fault holds. GET /state, /count, /held (how many are held now), /log.
`do` of a fault: see FAULTS.

Where it is simpler than GitHub, as far as its description tells:
- tags are names without commits, made when a release is published; the `workflow` scope is not asked for
- one page of releases is in order of creation of the release; GitHub sorts by the date of the tagged commit
- rate limits count requests a token, without a clock: x-ratelimit-reset is two hours ahead of the server's start
- the web host knows downloads alone, and what it redirects to never expires
- pull requests are of branches of the same repository, which are not looked for; nothing is merged: /pull says that it was
- releases/latest/download and reactions, discussions, attestations and webhooks are left out; so is generate-notes
- an upload that broke leaves `starter` at once, and no 502 of a proxy before the API takes away what stood before
"""
import argparse
import hashlib
import http.server
import json
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

from git_host import git_rule, pages_rule
from github_rules import Answer, Forge, Refusal

FAULTS = {
    "refuse": "the connection is reset before anything is read or done",
    "lost": "done, then the connection is reset without an answer",
    "502": "not done; 502 with a page of HTML. An upload leaves an asset in state `starter`",
    "502_after": "done; 502 with a page of HTML",
    "reset_in_request": "reset when half of the body has come; an upload leaves `starter`",
    "reset_in_answer": "done; reset in the middle of the answer's body",
    "stall": "not done, and no answer, ever",
    "stall_in_answer": "done; half of the answer's body, then nothing",
    "secondary_limit": "403 with retry-after (`seconds`)",
    "429": "429 with retry-after (`seconds`)",
    "primary_limit": "403 with x-ratelimit-remaining: 0 and x-ratelimit-reset in `seconds`",
    "status": "not done; `code` with a message",
    "wrong_digest": "an upload is stored with its last byte changed",
    "delete_release": "somebody deletes the release that the path names, before this is done",
    "delay": "`seconds` before it is done as always",
    "hold": "nothing is done until the control says /go, or its faults begin anew",
    "hold_answer": "done; the answer comes when the control says /go",
}
PIECE = 128 * 1024
UNICORN = b"<!DOCTYPE html><html><title>Unicorn! &middot; GitHub</title><p>We had issues producing the response to your request.</p></html>\n"


class Faults:
    """What shall go wrong with which request, counted over all hosts."""

    def __init__(self):
        self.lock, self.faults, self.count = threading.RLock(), [], 0
        self.held, self.may_go = 0, threading.Event()

    def begin(self, faults):
        with self.lock:
            self.faults, self.count = faults, 0
            self.go()

    def go(self):
        with self.lock:
            self.may_go.set()
            self.may_go = threading.Event()

    def hold(self):
        """A request waits here while others are served."""
        with self.lock:
            may_go, self.held = self.may_go, self.held + 1
        may_go.wait()
        with self.lock:
            self.held -= 1

    def next(self, method, path):
        """Counts the request; what shall go wrong with it."""
        with self.lock:
            self.count += 1
            for fault in self.faults:
                if "at" in fault:
                    hit = fault["at"] == self.count
                else:
                    hit = method == fault.get("method", method) and re.search(fault.get("path", ""), path) and fault.get("times", 1) > 0
                    if hit and fault.get("skip", 0) > 0:
                        fault["skip"] -= 1
                        hit = False
                    elif hit:
                        fault["times"] = fault.get("times", 1) - 1
                if hit:
                    return self.count, fault
            return self.count, {}


class Line:
    """One direction of a line: its bytes stand in a row."""

    def __init__(self, rate):
        self.lock, self.rate, self.free_at, self.bytes = threading.Lock(), rate, 0.0, 0

    def pass_on(self, count):
        with self.lock:
            self.bytes += count
            if not self.rate:
                return
            self.free_at = max(self.free_at, time.monotonic()) + count / self.rate
            pause = self.free_at - time.monotonic()
        time.sleep(max(0.0, pause))


class World:
    """What the threads of all hosts share, under one lock. `second` is the world of Gitea beside that of GitHub, or None."""

    def __init__(self, directory, urls, dialect, faults, second=None):
        self.lock = threading.RLock()
        self.forge = Forge(urls, dialect)
        self.prefix = urllib.parse.urlsplit(urls["api"]).path
        self.saved, self.faults, self.second = {}, faults, second
        self.log = open(directory / "log.jsonl", "a", buffering=1, encoding="utf-8")
        self.log_path = directory / "log.jsonl"
        self.started = int(time.time())

    def control(self, path, body):
        forge = self.forge
        with self.lock:
            if path == "/reset":
                forge.restore(([], {}, 1))
                for name, settings in body.get("repositories", {}).items():
                    forge.add_repository(name, **settings)
                for token, settings in body.get("tokens", {}).items():
                    forge.add_token(token, **settings)
                self.faults.begin([])
            elif path == "/save":
                self.saved[body["name"]] = forge.save()
            elif path == "/restore":
                forge.restore(self.saved[body["name"]])
                self.faults.begin([])
            elif path == "/faults":
                self.faults.begin(body)
            elif path == "/rename":
                repository = forge.find_repository(body["from"])
                repository.former_names.append(repository.full_name)
                old = repository.full_name
                repository.owner, repository.name = body["to"].split("/")
                for token in forge.tokens.values():
                    if old in token["permissions"]:
                        token["permissions"][body["to"]] = token["permissions"][old]
            elif path == "/immutable":
                forge.find_repository(body["repository"]).immutable = True
            elif path == "/limit":
                forge.tokens[body["token"]]["remaining"] = body["remaining"]
            elif path == "/fill":
                forge.fill(forge.find_repository(body["repository"]), body["releases"], body["assets"])
            elif path in ("/tamper", "/publish"):
                repository = forge.find_repository(body["repository"])
                release = [each for each in repository.releases if each.tag == body["tag"]][-1]
                if path == "/publish":
                    forge.change(repository, release, {"draft": False})
                elif body.get("delete") == "release":
                    forge.delete(repository, release)
                else:
                    for asset in list(release.assets):
                        if asset.name == body["name"]:
                            if body.get("delete"):
                                release.assets.remove(asset)
                            else:
                                # Deleted and uploaded again: no host changes the bytes of an asset.
                                asset.id, asset.data = forge.number(), body["text"].encode()
            elif path == "/pull":
                pull = forge.find_pull(forge.find_repository(body["repository"]), body["number"])
                pull |= {name: body[name] for name in ("state", "merged", "title", "body") if name in body}
            elif path == "/state":
                return forge.public_state() if self.second is None else {**forge.public_state(), "gitea": self.second.forge.public_state()}
            elif path == "/count":
                return {"count": self.faults.count}
            elif path == "/held":
                return {"held": self.faults.held}
            elif path == "/go":
                self.faults.go()
            elif path == "/log":
                return [json.loads(line) for line in self.log_path.read_text().splitlines()]
            else:
                raise Refusal(404, path)
            if self.second is not None and path in ("/reset", "/save", "/restore"):
                self.second.control(path, body)
            return {}


def find_rule(world, method, path, query, headers, body):
    """(answer, None) or (None, begin_upload) for what the API host is asked."""
    forge = world.forge
    user = forge.who(headers)
    if path.startswith("/repositories/"):
        number, _, rest = path[len("/repositories/"):].partition("/")
        found = [each for each in forge.repositories if str(each.id) == number]
        if not found:
            raise Refusal(404, "Not Found")
        repository, rest = found[0], "/" + rest if rest else ""
    else:
        match = re.fullmatch(r"/repos/([^/]+)/([^/]+)(/.*)?", path)
        if not match:
            raise Refusal(404, "Not Found")
        name, rest = f"{match[1]}/{match[2]}", match[3] or ""
        repository = forge.find_repository(name)
        if repository is None:
            raise Refusal(404, "Not Found")
        if repository.full_name.lower() != name.lower():
            url = f"{forge.urls['api']}/repositories/{repository.id}{rest}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
            if forge.gitea:
                url = f"{forge.urls['api']}/repos/{repository.full_name}{rest}"
            return Answer(301 if method == "GET" else 307, {"message": "Moved Permanently", "url": url}, Location=url)
    forge.require(user, repository, "read" if method == "GET" else "write")
    fields = {}
    upload = re.fullmatch(r"/releases/(\d+)/assets", rest)
    if method in ("POST", "PATCH") and not (upload and method == "POST"):
        try:
            fields = json.loads(body() or b"{}")
        except ValueError:
            raise Refusal(400, "Problems parsing JSON") from None
        if not isinstance(fields, dict):
            raise Refusal(400, "Body should be a JSON object")

    def pages(items, show):
        shown = lambda page, size: [show(item) for item in items[(page - 1) * size:page * size]]
        if forge.gitea:
            size, number = int(query.get("limit", 30)), int(query.get("page", 1))
            return Answer(200, shown(number, size), X_Total_Count=str(len(items)))
        for field in ("per_page", "page"):
            if not query.get(field, "1").isdigit():
                raise Refusal(422, f"Invalid request.\n\n{field} is not an integer.")
        size, number = max(1, min(int(query.get("per_page", 30)), 100)), max(1, int(query.get("page", 1)))
        answer = Answer(200, shown(number, size))
        last = (len(items) + size - 1) // size
        if number < last:
            link = f"<{forge.urls['api']}{path}?per_page={size}&page="
            answer.headers["Link"] = f'{link}{number + 1}>; rel="next", {link}{last}>; rel="last"'
        return answer

    if rest == "" and method == "GET":
        return Answer(200, forge.repository_json(repository, user))
    if rest == "/immutable-releases" and method == "GET" and not forge.gitea:
        if forge.allowed(user, repository) != "write":
            raise Refusal(404, "Not Found")
        return Answer(200, {"enabled": True, "enforced_by_owner": False}) if repository.immutable else Answer(404, {"message": "Not Found"})
    if rest == "/releases":
        if method == "GET":
            found = forge.visible(user, repository)
            if forge.gitea and "draft" in query:
                found = [release for release in found if release.draft == (query["draft"] in ("true", "1"))]
            return pages(found, lambda release: forge.release_json(repository, release, user))
        if method == "POST":
            release = forge.create(user, repository, fields)
            shown = forge.release_json(repository, release, user)
            return Answer(201, shown, Location=shown["url"])
    if rest == "/pulls":
        if method == "POST":
            forge.require_pulls(user)
            return Answer(201, forge.pull_json(repository, forge.open_pull(user, repository, fields), full=True))
        return pages(forge.pulls_of(repository, query), lambda pull: forge.pull_json(repository, pull))
    if match := re.fullmatch(r"/pulls/(\d+)", rest):
        pull = forge.find_pull(repository, match[1])
        if method == "PATCH":
            forge.require_pulls(user)
            pull |= {name: fields[name] for name in ("title", "body", "state") if name in fields}
        return Answer(201 if forge.gitea and method == "PATCH" else 200, forge.pull_json(repository, pull, full=True))
    if rest == "/releases/latest" and method == "GET":
        return Answer(200, forge.release_json(repository, forge.latest(user, repository), user))
    if (match := re.fullmatch(r"/releases/tags/(.+)", rest)) and method == "GET":
        return Answer(200, forge.release_json(repository, forge.by_tag(user, repository, urllib.parse.unquote(match[1])), user))
    if match := re.fullmatch(r"/releases/(\d+)", rest):
        release = forge.by_id(user, repository, match[1])
        if method == "PATCH":
            forge.check_fields(fields)
            forge.change(repository, release, fields)
        elif method == "DELETE":
            forge.delete(repository, release)
            return Answer(204)
        return Answer(200, forge.release_json(repository, release, user))
    if upload:
        release = forge.by_id(user, repository, upload[1])
        if method == "GET":
            return pages(release.assets, lambda asset: forge.asset_json(repository, release, asset))
        if method == "POST":
            asset = forge.begin_asset(user, repository, release, query.get("name", ""), headers.get("Content-Type"), int(headers.get("Content-Length", -1)))
            data = body()  # raises where the connection ends before it is whole: the asset stays `starter`
            forge.finish_asset(release, asset, data)
            return Answer(201, forge.asset_json(repository, release, asset))
    match = re.fullmatch(r"/releases/(?:\d+/)?assets/(\d+)", rest) if forge.gitea else re.fullmatch(r"/releases/assets/(\d+)", rest)
    if match:
        release, asset = forge.asset_by_id(user, repository, match[1])
        if method == "DELETE":
            forge.delete_asset(release, asset)
            return Answer(204)
        if method == "PATCH":
            forge.change_asset(release, asset, fields)
        if method == "GET" and headers.get("Accept") == "application/octet-stream" and not forge.gitea:
            return Answer(302, None, Location=f"{forge.urls['assets']}/blob/{asset.id}?sig=1")
        return Answer(200, forge.asset_json(repository, release, asset))
    raise Refusal(404, "Not Found")


def web_rule(world, path, headers):
    forge = world.forge
    if forge.gitea and (match := re.fullmatch(r"/attachments/[0-9a-f-]*?0*(\d+)", path)):
        for repository in forge.repositories:
            for release in repository.releases:
                for asset in release.assets:
                    if asset.id == int(match[1]) and (not release.draft or forge.allowed(forge.who(headers), repository) == "write"):
                        return Answer(200, asset.data)
    match = re.fullmatch(r"/([^/]+/[^/]+)/releases/download/([^/]+)/([^/]+)", path)
    if not match:
        raise Refusal(404, "Not Found")
    full_name, tag, name = (urllib.parse.unquote(part) for part in match.groups())
    repository, asset = forge.public_asset(full_name, tag, name)
    if forge.gitea:
        return Answer(200, asset.data)
    if repository.full_name.lower() != full_name.lower():
        return Answer(301, None, Location=f"{forge.urls['web']}/{repository.full_name}/releases/download/{match[2]}/{match[3]}")
    return Answer(302, None, Location=f"{forge.urls['assets']}/blob/{asset.id}?sig=1")


def assets_rule(world, path, headers):
    match = re.fullmatch(r"/blob/(\d+)", path)
    if not match:
        raise Refusal(404, "Not Found")
    if headers.get("Authorization"):  # as the stores behind it do: there is a signature in the URL already
        raise Refusal(400, "Authentication information is not given in the correct format")
    for repository in world.forge.repositories:
        for release in repository.releases:
            for asset in release.assets:
                if asset.id == int(match[1]) and asset.state == "uploaded":
                    return Answer(200, asset.data)
    raise Refusal(404, "Not Found")


def site_rule(folder, path):
    file = folder / urllib.parse.unquote(path).lstrip("/")
    if ".." in path or not file.is_file():
        raise Refusal(404, "Not Found")
    return Answer(200, file.read_bytes())


class Broken(Exception):
    """The connection shall end here, or has ended."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "GitHub.com", ""
    timeout = 120
    disable_nagle_algorithm = True

    def setup(self):
        self.request.settimeout(self.timeout)
        if isinstance(self.request, ssl.SSLSocket):
            time.sleep(2 * self.server.latency)
            self.request.do_handshake()
        super().setup()

    def log_message(self, *arguments):
        pass

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Broken()

    def hold(self):
        """No answer, until the client goes away."""
        try:
            while self.connection.recv(65536):
                pass
        except OSError:
            pass
        raise Broken()

    def handle(self):
        try:
            super().handle()
        except (Broken, OSError, ssl.SSLError):
            self.close_connection = True

    def read_body(self, limit=None):
        if self.body is None:
            wanted = int(self.headers.get("Content-Length", 0))
            data = self.receive(wanted if limit is None else limit)
            if limit is not None:
                self.reset()
            if len(data) < wanted:
                raise Broken()
            self.body = data
        return self.body

    def receive(self, wanted):
        """So many bytes, or fewer where the connection ends."""
        pieces = []
        while wanted > 0 and (piece := self.rfile.read1(min(wanted, PIECE))):
            self.server.lines[0].pass_on(len(piece))
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def transmit(self, text):
        if not self.server.lines[1].rate:
            self.wfile.write(text)
            return
        for start in range(0, len(text), PIECE):
            self.server.lines[1].pass_on(len(text[start:start + PIECE]))
            self.wfile.write(text[start:start + PIECE])

    def act(self):
        self.body, world = None, self.server.world
        url = urllib.parse.urlsplit(self.path)
        if self.server.role == "control":
            answer = Answer(200, world.control(url.path, json.loads(self.read_body() or b"{}")))
            return self.send(answer, {})
        if self.server.strangers.fullmatch(self.headers.get("User-Agent", "")):
            return self.send(self.apply(world, url, {}), {})
        time.sleep(self.server.latency)
        number, fault = world.faults.next(self.command, url.path)
        entry = {"k": number, "host": self.server.role, "method": self.command, "path": self.path, "fault": fault.get("do"),
                 "authorization": "Authorization" in self.headers, "length": int(self.headers.get("Content-Length", 0)), "port": self.server.port, "status": None}
        try:
            answer = self.apply(world, url, fault)
            entry["status"] = answer.status
        finally:
            # Before it is sent: who has the answer finds the entry.
            with world.lock:
                world.log.write(json.dumps(entry) + "\n")
        return self.send(answer, fault)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_PUT = act

    def apply(self, world, url, fault):
        """The answer, where the fault lets it come to one."""
        kind = fault.get("do")
        is_upload = self.command == "POST" and url.path.endswith("/assets")
        if kind == "refuse":
            self.reset()
        if kind == "stall":
            self.hold()
        if kind == "delete_release" and (match := re.search(r"/repos/([^/]+/[^/]+)/releases/(\d+)", url.path)):
            with world.lock:
                repository = next(each for each in world.forge.repositories if each.full_name == match[1])
                repository.releases = [release for release in repository.releases if release.id != int(match[2])]
        if kind == "delay":
            time.sleep(fault["seconds"])
        if kind == "hold":
            self.server.world.faults.hold()
        if kind in ("secondary_limit", "429"):
            self.read_body()
            return Answer(429 if kind == "429" else 403, {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."},
                          Retry_After=str(fault.get("seconds", 1)))
        if kind == "primary_limit":
            self.read_body()
            return Answer(403, {"message": "API rate limit exceeded for user ID 1."}, X_RateLimit_Remaining="0",
                          X_RateLimit_Reset=str(int(time.time()) + fault.get("seconds", 1)))
        if kind == "status":
            self.read_body()
            return Answer(fault["code"], {"message": fault.get("message", "Server Error")})
        if kind == "502" and not is_upload:
            self.read_body()
            return Answer(502, UNICORN)
        if kind == "reset_in_request" and not is_upload:
            self.read_body(limit=int(self.headers.get("Content-Length", 0)) // 2)

        def body():
            if kind == "reset_in_request":
                self.read_body(limit=int(self.headers["Content-Length"]) // 2)
            data = self.read_body()
            if kind == "502":
                raise Refusal(502, "bad gateway")
            return data[:-1] + bytes([data[-1] ^ 1]) if kind == "wrong_digest" and is_upload else data

        # An upload takes its time; all else is done by one at a time.
        query = dict(urllib.parse.parse_qsl(url.query))
        if is_upload:
            self.read_ahead(kind)
        try:
            with world.lock:
                answer = self.rule(world, url, query, body)
        except Refusal as refusal:
            answer = Answer(502, UNICORN) if refusal.status == 502 else refusal.answer()
        self.read_body()
        if kind == "lost":
            self.reset()
        if kind == "hold_answer":
            self.server.world.faults.hold()
        if kind == "502_after":
            return Answer(502, UNICORN)
        return answer

    def read_ahead(self, kind):
        """The body of an upload, so that the lock is not held while it comes; where it breaks off, the rule sees that too."""
        if kind == "reset_in_request":
            return
        wanted = int(self.headers.get("Content-Length", 0))
        try:
            data = self.receive(wanted)
        except OSError:
            data = b""
        if len(data) == wanted:
            self.body = data
        else:
            self.headers.replace_header("Content-Length", str(wanted))
            self.read_body = self.broken_off

    @staticmethod
    def broken_off(limit=None):
        raise Broken()

    def rule(self, world, url, query, body):
        headers, role = self.headers, self.server.role
        if role == "site":
            return site_rule(self.server.site, url.path)
        if role == "pages":
            return pages_rule(self.server.git, url.path)
        if role == "git":
            return git_rule(self.server.git, world.forge.tokens, self.command, url, headers, body())
        if role == "assets":
            return assets_rule(world, url.path, headers)
        is_api = url.path.startswith(world.prefix + "/") if world.prefix else role != "web"
        if not is_api:
            return web_rule(world, url.path, headers)
        if not headers.get("User-Agent"):
            raise Refusal(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.")
        user = None if "Authorization" not in headers else world.forge.who(headers)
        limits = {}
        if not world.forge.gitea:
            remaining = user["remaining"] if user else 60
            if user:
                user["remaining"] = max(0, remaining - 1)
            limits = {"X_RateLimit_Limit": "5000", "X_RateLimit_Remaining": str(max(0, remaining - 1)), "X_RateLimit_Reset": str(world.started + 7200)}
            if remaining <= 0:
                raise Refusal(403, "API rate limit exceeded for user ID 1.", **limits)
        answer = find_rule(world, self.command, url.path[len(world.prefix):], query, headers, body)
        answer.headers.update(limits)
        if self.command == "GET" and answer.status == 200 and not world.forge.gitea:
            text = json.dumps(answer.body).encode()
            answer.headers["ETag"] = f'W/"{hashlib.sha256(text).hexdigest()}"'
            if headers.get("If-None-Match") == answer.headers["ETag"]:
                if user:
                    user["remaining"] += 1
                return Answer(304, None, **answer.headers)
        return answer

    def send(self, answer, fault):
        raw = isinstance(answer.body, bytes)
        text = answer.body if raw else b"" if answer.body is None else json.dumps(answer.body).encode()
        status, first = answer.status, 0
        if (match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))) and status == 200 and raw and int(match[1]) < len(text):
            status, first = 206, int(match[1])
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{len(text) - 1}/{len(text)}")
            text = text[first:]
        kind = "text/html" if text == UNICORN else "application/octet-stream" if raw else "application/json; charset=utf-8"
        self.send_header("Content-Type", answer.headers.pop("Content_Type", kind))
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(text)))
        for name, value in answer.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "HEAD" or status in (204, 304):
            return
        half = len(text) // 2
        if fault.get("do") in ("reset_in_answer", "stall_in_answer"):
            self.wfile.write(text[:half])
            self.wfile.flush()
            if fault["do"] == "reset_in_answer":
                self.reset()
            self.hold()
        self.transmit(text)


class Host(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, role, context):
        super().__init__(("127.0.0.1", 0), Handler)
        self.role, self.world, self.site, self.git, self.strangers = role, None, None, None, re.compile("stranger")
        self.latency, self.lines = 0.0, (Line(0), Line(0))  # what comes, what goes
        self.port = self.server_address[1]
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, (OSError, Broken)):
            super().handle_error(request, client_address)

    def shutdown_request(self, request):
        self.close_request(request)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("directory", type=pathlib.Path)
    options.add_argument("--dialect", choices=("github", "gitea"), default="github")
    options.add_argument("--site", type=pathlib.Path)
    options.add_argument("--with-gitea", action="store_true")
    options.add_argument("--git", type=pathlib.Path)
    options.add_argument("--latency", type=float, default=0.0)
    options.add_argument("--rate", type=float, default=0.0)
    options.add_argument("--strangers", type=re.compile, default=re.compile("stranger"))
    options = options.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    certificate, key = options.directory / "ca.pem", options.directory / "tls.key"
    if not certificate.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-days", "2"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    roles = ["api", "uploads", "web", "assets", "control"]
    roles += ["site"] * bool(options.site) + ["gitea"] * options.with_gitea + ["git", "pages"] * bool(options.git)
    hosts = {role: Host("web" if role == "gitea" else role, None if role == "control" else context) for role in roles}
    url = lambda role, host="localhost": f"{'http' if role == 'control' else 'https'}://{host}:{hosts[role].port}"
    urls = {role: url(role, "127.0.0.1" if role in ("assets", "control") else "localhost") for role in roles}
    gitea_urls = lambda role: {"web": url(role), "api": f"{url(role)}/api/v1", "uploads": f"{url(role)}/api/v1", "assets": url("assets", "127.0.0.1")}
    if options.dialect == "gitea":
        urls.update(gitea_urls("web"))
    faults = Faults()
    second = World(options.directory, gitea_urls("gitea"), "gitea", faults) if options.with_gitea else None
    world = World(options.directory, urls, options.dialect, faults, second)
    lines = (Line(options.rate), Line(options.rate))
    for role, host in hosts.items():
        if role != "control":
            host.latency, host.lines = options.latency, lines
        host.world, host.site, host.git, host.strangers = second if role == "gitea" else world, options.site, options.git, options.strangers
        threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    print(json.dumps({**urls, "ca": str(certificate)}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
