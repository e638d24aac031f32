"""What GitHub's REST API does with releases and their assets, as data in memory and rules over it; Gitea's rules with dialect="gitea".

Written from GitHub's description of its API (tests/fixtures/schemas/github-release.openapi.json and its documentation), before the client.
A rule either gives an Answer or raises Refusal. Nothing here knows of sockets: github_server.py carries it over HTTPS.
"""
import copy
import datetime
import hashlib
import json
import re

MAX_ASSETS = 1000
MAX_ASSET_BYTES = 2 << 30
USER_LINKS = ("avatar_url", "events_url", "followers_url", "following_url", "gists_url", "html_url", "organizations_url", "received_events_url",
              "repos_url", "starred_url", "subscriptions_url", "url")


REPOSITORY_URLS = """archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits
git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers
subscription tags teams trees clone git mirror ssh svn""".split()
REPOSITORY_COUNTS = """forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count network_count subscribers_count""".split()
REPOSITORY_FLAGS = "fork has_issues has_downloads has_projects has_wiki has_pages has_discussions disabled".split()


class Answer:
    def __init__(self, status, body=None, **headers):
        self.status, self.body, self.headers = status, body, headers


class Refusal(Exception):
    def __init__(self, status, message, errors=None, **headers):
        super().__init__(message)
        self.status, self.message, self.errors, self.headers = status, message, errors, headers

    def answer(self):
        body = {"message": self.message, "documentation_url": "https://docs.github.com/rest", "status": str(self.status)}
        if self.errors is not None:
            body["errors"] = self.errors
        return Answer(self.status, body, **self.headers)


def invalid(field, code, resource="Release", **more):
    return Refusal(422, "Validation Failed", [{"resource": resource, "code": code, "field": field, **more}])


def public_name(name):
    """GitHub keeps letters, digits and ._-+@, makes a dot of each other character, and takes dots off both ends."""
    return re.sub(r"[^A-Za-z0-9._+@-]+", ".", name).strip(".") or "default"


class Asset:
    def __init__(self, number, name, content_type, uploader, now):
        self.id, self.name, self.label, self.content_type, self.uploader = number, name, "", content_type, uploader
        self.state, self.data, self.created_at = "starter", b"", now
        self.hashed = (b"", hashlib.sha256(b"").hexdigest())

    @property
    def digest(self):
        if self.state != "uploaded":
            return None
        if self.hashed[0] is not self.data:  # large ones are hashed once
            self.hashed = (self.data, hashlib.sha256(self.data).hexdigest())
        return f"sha256:{self.hashed[1]}"


class Release:
    def __init__(self, number, tag, author, now):
        self.id, self.tag, self.author, self.created_at = number, tag, author, now
        self.name, self.body, self.commitish, self.draft, self.prerelease = tag, "", "main", True, False
        self.published_at, self.immutable, self.assets = None, False, []


class Repository:
    def __init__(self, number, owner, name, private=False, immutable=False, default_branch="main"):
        self.id, self.owner, self.name, self.private, self.immutable, self.default_branch = number, owner, name, private, immutable, default_branch
        self.tags, self.releases, self.latest, self.former_names, self.pulls = {}, [], None, [], []

    @property
    def full_name(self):
        return f"{self.owner}/{self.name}"


class Forge:
    """All repositories and tokens of one host. `urls` has api, uploads, web and assets, without a slash at the end."""

    def __init__(self, urls, dialect="github"):
        self.urls, self.gitea = urls, dialect == "gitea"
        self.repositories, self.tokens = [], {}
        self.next_id, self.now = 1, "2026-11-20T10:00:00Z"

    def number(self):
        self.next_id += 1
        return self.next_id

    def add_repository(self, full_name, past=0, **settings):
        """past: that many releases from before, v0.0.1 and on, one a day until yesterday."""
        owner, name = full_name.split("/")
        repository = Repository(self.number(), owner, name, **settings)
        self.repositories.append(repository)
        today = datetime.datetime.now(datetime.timezone.utc)
        for number in range(1, past + 1):
            created = (today - datetime.timedelta(days=past + 1 - number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            release = Release(self.number(), f"v0.0.{number}", owner, created)
            release.draft, release.published_at = False, created
            repository.tags[release.tag] = "main"
            repository.releases.append(release)
            repository.latest = release.id
        return repository

    def add_token(self, token, login="bot", kind="classic", permissions=None, expired=False, remaining=5000, pulls=True):
        """permissions: {"owner/name": "read" | "write"}; kind: classic, fine_grained, integration; pulls: may it open pull requests?"""
        self.tokens[token] = {"login": login, "kind": kind, "permissions": permissions or {}, "expired": expired, "remaining": remaining, "pulls": pulls}

    def save(self):
        return copy.deepcopy((self.repositories, self.tokens, self.next_id))

    def restore(self, saved):
        self.repositories, self.tokens, self.next_id = copy.deepcopy(saved)

    # Who may do what

    def who(self, headers):
        """The token's record, or None for a stranger."""
        text = headers.get("Authorization")
        if text is None:
            return None
        kind, _, token = text.partition(" ")
        if kind.lower() not in ("bearer", "token"):
            raise Refusal(401, "Requires authentication")
        known = self.tokens.get(token.strip())
        if known is None or known["expired"]:
            raise Refusal(401, "user does not exist [uid: 0, name: ]" if self.gitea else "Bad credentials")
        return known

    def find_repository(self, full_name):
        for repository in self.repositories:
            if repository.full_name.lower() == full_name.lower():
                return repository
        for repository in self.repositories:
            if full_name.lower() in (name.lower() for name in repository.former_names):
                return repository
        return None

    def allowed(self, user, repository):
        """None, "read" or "write"."""
        own = user["permissions"].get(repository.full_name) if user else None
        return own or (None if repository.private else "read")

    def require(self, user, repository, wanted):
        have = self.allowed(user, repository)
        if have is None:
            raise Refusal(404, "Not Found")
        if wanted == "read" or have == "write":
            return
        if user is None:
            raise Refusal(401, "token is required" if self.gitea else "Requires authentication")
        if self.gitea:
            raise Refusal(403, "token does not have at least one of required scope(s), required=[write:repository], token scope=read:repository")
        if user["kind"] == "fine_grained":
            raise Refusal(403, "Resource not accessible by personal access token", X_Accepted_GitHub_Permissions="contents=write")
        if user["kind"] == "integration":
            raise Refusal(403, "Resource not accessible by integration", X_Accepted_GitHub_Permissions="contents=write")
        raise Refusal(404, "Not Found")

    # JSON forms

    def user_json(self, login):
        base = f"{self.urls['api']}/users/{login}"
        user = {link: base for link in USER_LINKS}
        user.update(login=login, id=1, node_id="U_1", gravatar_id="", type="User", site_admin=False)
        return user

    def asset_json(self, repository, release, asset):
        url = f"{self.urls['web']}/{repository.full_name}/releases/download/{release.tag}/{asset.name}"
        common = {"id": asset.id, "name": asset.name, "size": len(asset.data) if asset.state == "uploaded" else 0, "download_count": 0,
                  "created_at": asset.created_at}
        if self.gitea:
            if release.draft:
                url = f"{self.urls['web']}/attachments/{asset.id}"
            return {**common, "uuid": f"00000000-0000-4000-8000-{asset.id:012d}", "browser_download_url": url, "type": "attachment"}
        if release.draft:
            url = url.replace(f"/download/{release.tag}/", f"/download/untagged-{release.id}/")
        return {**common, "url": f"{self.urls['api']}/repos/{repository.full_name}/releases/assets/{asset.id}", "node_id": f"RA_{asset.id}",
                "label": asset.label, "uploader": self.user_json(asset.uploader), "content_type": asset.content_type, "state": asset.state,
                "digest": asset.digest, "updated_at": asset.created_at, "browser_download_url": url}

    def release_json(self, repository, release, user):
        url = f"{self.urls['api']}/repos/{repository.full_name}/releases/{release.id}"
        web = f"{self.urls['web']}/{repository.full_name}"
        assets = [asset for asset in release.assets if asset.state == "uploaded" or self.allowed(user, repository) == "write"]
        shown = {"id": release.id, "tag_name": release.tag, "target_commitish": release.commitish, "name": release.name, "body": release.body,
                 "url": url, "html_url": f"{web}/releases/tag/{release.tag}", "tarball_url": f"{web}/archive/{release.tag}.tar.gz",
                 "zipball_url": f"{web}/archive/{release.tag}.zip", "draft": release.draft, "prerelease": release.prerelease,
                 "created_at": release.created_at, "published_at": release.published_at, "author": self.user_json(release.author),
                 "assets": [self.asset_json(repository, release, asset) for asset in assets]}
        if self.gitea:
            shown["upload_url"] = f"{url}/assets"
            return shown
        uploads = url.replace(self.urls["api"], self.urls["uploads"], 1)
        return {**shown, "node_id": f"RE_{release.id}", "assets_url": f"{url}/assets", "upload_url": f"{uploads}/assets{{?name,label}}",
                "immutable": release.immutable}

    def repository_json(self, repository, user):
        may = self.allowed(user, repository)
        url = f"{self.urls['api']}/repos/{repository.full_name}"
        filler = {f"{name}_url": f"{url}/{name}" for name in REPOSITORY_URLS}
        filler.update({name: 0 for name in REPOSITORY_COUNTS}, **{name: False for name in REPOSITORY_FLAGS})
        filler.update({name: self.now for name in ("created_at", "updated_at", "pushed_at")})
        return {**filler, "node_id": f"R_{repository.id}", "description": "", "homepage": None, "language": None, "license": None,
                "id": repository.id, "name": repository.name, "full_name": repository.full_name, "private": repository.private,
                "owner": self.user_json(repository.owner), "default_branch": repository.default_branch,
                "html_url": f"{self.urls['web']}/{repository.full_name}", "url": f"{self.urls['api']}/repos/{repository.full_name}",
                "archived": False, "permissions": {"admin": False, "push": may == "write", "pull": True}}

    # Releases

    def visible(self, user, repository):
        """Newest first; drafts for those alone who may write."""
        may_write = self.allowed(user, repository) == "write"
        return [release for release in reversed(repository.releases) if may_write or not release.draft]

    def by_id(self, user, repository, number):
        for release in self.visible(user, repository):
            if release.id == int(number):
                return release
        raise Refusal(404, "Not Found")

    def by_tag(self, user, repository, tag):
        for release in self.visible(user, repository):
            if release.tag == tag and (not release.draft or (self.gitea and tag in repository.tags)):
                return release
        raise Refusal(404, "Not Found")

    def latest(self, user, repository):
        found = [release for release in repository.releases if release.id == repository.latest and not release.draft]
        if not found:
            raise Refusal(404, "Not Found")
        return found[0]

    def check_fields(self, fields):
        kinds = {"tag_name": str, "name": str, "body": str, "target_commitish": str, "draft": bool, "prerelease": bool, "make_latest": str}
        for field, kind in kinds.items():
            if self.gitea and field == "make_latest":
                continue
            if field in fields and not isinstance(fields[field], kind):
                word = "a string" if kind is str else "a boolean"
                raise Refusal(422, f"Invalid request.\n\nFor 'properties/{field}', {json.dumps(fields[field])} is not {word}.")
        if not self.gitea and fields.get("make_latest", "true") not in ("true", "false", "legacy"):
            raise Refusal(422, f"Invalid request.\n\n{fields['make_latest']} is not a member of [\"true\", \"false\", \"legacy\"].")

    def change(self, repository, release, fields):
        """Sets what a request gives, and publishes where it says so."""
        publishes = release.draft and fields.get("draft") is False
        tag = fields.get("tag_name", release.tag)
        if release.immutable and tag != release.tag:
            raise Refusal(422, "Cannot edit the tag of an immutable release")
        becomes_public = publishes or not release.draft
        if becomes_public and any(other is not release and not other.draft and other.tag == tag for other in repository.releases):
            raise invalid("tag_name", "already_exists")
        prerelease = fields.get("prerelease", release.prerelease)
        if not self.gitea and becomes_public and prerelease and fields.get("make_latest") == "true":
            raise invalid("make_latest", "custom", message="Prereleases and drafts cannot be set as latest")
        release.tag, release.prerelease = tag, prerelease
        release.name = fields.get("name", release.name)
        release.body = fields.get("body", release.body)
        release.commitish = fields.get("target_commitish", release.commitish)
        if "draft" in fields and (fields["draft"] is False or not release.immutable):
            release.draft = fields["draft"]
        if publishes:
            release.published_at = self.now
            release.immutable = repository.immutable
            repository.tags.setdefault(tag, release.commitish)
        if not release.draft:
            self.choose_latest(repository, release, fields, publishes)

    def choose_latest(self, repository, release, fields, publishes):
        wish = fields.get("make_latest", "true" if publishes else None)
        gives_up = repository.latest == release.id and (release.prerelease or wish == "false")
        if self.gitea or wish == "legacy" or gives_up:  # by creation
            stable = [each for each in repository.releases if not each.draft and not each.prerelease]
            repository.latest = stable[-1].id if stable else None
        elif wish == "true" and not release.prerelease:
            repository.latest = release.id

    def create(self, user, repository, fields):
        if not isinstance(fields.get("tag_name"), str) or not fields["tag_name"]:
            raise invalid("tag_name", "missing_field")
        self.check_fields(fields)
        tag = fields["tag_name"]
        if self.gitea and any(other.tag == tag for other in repository.releases):
            raise Refusal(409, "Release is has no Tag" if not tag else "Release already exists")
        release = Release(self.number(), tag, user["login"], self.now)
        release.commitish = repository.default_branch
        self.change(repository, release, {"draft": False, **fields})
        repository.releases.append(release)
        if not release.draft:
            self.choose_latest(repository, release, fields, publishes=True)
        return release

    def fill(self, repository, releases, assets):
        """What was published in years before, the assets in equal shares."""
        past = []
        for index in range(releases):
            release = Release(self.number(), f"v0.{index}.0", "bot", "2020-01-01T00:00:00Z")
            release.draft, release.published_at = False, release.created_at
            repository.tags[release.tag] = "main"
            for number in range(assets * index // releases, assets * (index + 1) // releases):
                asset = Asset(self.number(), f"old-{number}.tar.gz", "application/octet-stream", "bot", release.created_at)
                asset.state, asset.data = "uploaded", b"old"
                release.assets.append(asset)
            past.append(release)
        repository.releases[:0] = past

    def delete(self, repository, release):
        repository.releases.remove(release)
        if repository.latest == release.id:
            repository.latest = None

    # Pull requests. Whether their branches exist is not asked: git's side is elsewhere.

    def require_pulls(self, user):
        if user["pulls"]:
            return
        if self.gitea:
            raise Refusal(403, "token does not have at least one of required scope(s), required=[write:repository], token scope=write:misc")
        raise Refusal(403, "Resource not accessible by personal access token", X_Accepted_GitHub_Permissions="pull_requests=write")

    def side_json(self, repository, ref):
        return {"ref": ref, "label": ref if self.gitea else f"{repository.owner}:{ref}", "sha": "0" * 40, "user": self.user_json(repository.owner),
                "repo": self.repository_json(repository, None)}

    def pull_json(self, repository, pull, full=False):
        number, api = pull["number"], f"{self.urls['api']}/repos/{repository.full_name}"
        page = f"{self.urls['web']}/{repository.full_name}/{'pulls' if self.gitea else 'pull'}/{number}"
        shown = {"id": pull["id"], "number": number, "state": pull["state"], "title": pull["title"], "body": pull["body"], "html_url": page,
                 "url": f"{api}/pulls/{number}", "user": self.user_json(pull["user"]), "draft": False, "created_at": self.now, "updated_at": self.now,
                 "closed_at": None if pull["state"] == "open" else self.now, "merged_at": self.now if pull["merged"] else None, "labels": [],
                 "merge_commit_sha": None, "milestone": None, "head": self.side_json(repository, pull["head"]), "base": self.side_json(repository, pull["base"])}
        if self.gitea:
            return {**shown, "merged": pull["merged"]}
        links = {"self": shown["url"], "html": page, "issue": f"{api}/issues/{number}", "comments": f"{api}/issues/{number}/comments",
                 "review_comments": f"{api}/pulls/{number}/comments", "review_comment": f"{api}/pulls/comments{{/number}}", "commits": f"{api}/pulls/{number}/commits",
                 "statuses": f"{api}/statuses/{'0' * 40}"}
        shown |= {"node_id": f"PR_{number}", "diff_url": f"{page}.diff", "patch_url": f"{page}.patch", "issue_url": links["issue"], "locked": False,
                  "commits_url": links["commits"], "review_comments_url": links["review_comments"], "review_comment_url": links["review_comment"],
                  "comments_url": links["comments"], "statuses_url": links["statuses"], "assignee": None, "author_association": "OWNER", "auto_merge": None,
                  "_links": {name: {"href": url} for name, url in links.items()}}
        if full:
            shown |= {"merged": pull["merged"], "mergeable": None, "mergeable_state": "unknown", "merged_by": None, "comments": 0, "review_comments": 0,
                      "maintainer_can_modify": False, "commits": 1, "additions": 1, "deletions": 1, "changed_files": 1}
        return shown

    def open_pull(self, user, repository, fields):
        for field in ("head", "base"):
            if not isinstance(fields.get(field), str) or not fields[field]:
                raise invalid(field, "missing_field", "PullRequest")
        head = fields["head"].partition(":")[2] or fields["head"]
        for pull in repository.pulls:
            if pull["state"] == "open" and (pull["head"], pull["base"]) == (head, fields["base"]):
                if self.gitea:
                    raise Refusal(409, f"pull request already exists for these targets [id: {pull['id']}]")
                raise Refusal(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom",
                                                          "message": f"A pull request already exists for {repository.owner}:{head}."}])
        pull = {"id": self.number(), "number": len(repository.pulls) + 1, "state": "open", "merged": False, "title": fields.get("title", ""),
                "body": fields.get("body", ""), "user": user["login"], "head": head, "base": fields["base"]}
        repository.pulls.append(pull)
        return pull

    def find_pull(self, repository, number):
        for pull in repository.pulls:
            if str(pull["number"]) == str(number):
                return pull
        raise Refusal(404, "Not Found")

    def pulls_of(self, repository, query):
        """Newest first, as both have it by default."""
        found = [pull for pull in reversed(repository.pulls) if query.get("state", "open") in ("all", pull["state"])]
        if self.gitea:  # which has no filter by branch
            return found
        return [pull for pull in found if query.get("head", f"{repository.owner}:{pull['head']}") == f"{repository.owner}:{pull['head']}" and
                query.get("base", pull["base"]) == pull["base"]]

    # Assets

    def begin_asset(self, user, repository, release, name, content_type, length):
        """What the head of an upload leads to: an asset in state `starter`, or a refusal."""
        if not name:
            raise Refusal(400, "Missing name parameter")
        if release.immutable:
            raise Refusal(422, "Cannot upload assets to an immutable release.")
        if not self.gitea:
            name = public_name(name)
            if any(asset.name == name for asset in release.assets):
                raise invalid("name", "already_exists", "ReleaseAsset")
            if length == 0:
                raise Refusal(400, "Bad Content-Length: 0")
            if length >= MAX_ASSET_BYTES:
                raise invalid("size", "custom", "ReleaseAsset", message="size must be less than or equal to 2147483648")
            if len(release.assets) >= MAX_ASSETS:
                raise Refusal(422, "Validation Failed", [{"resource": "ReleaseAsset", "code": "custom", "field": "file_count",
                                                          "message": "file_count limited to 1000 assets per release"}])
        asset = Asset(self.number(), name, content_type or "application/octet-stream", user["login"], self.now)
        if not self.gitea:
            release.assets.append(asset)
        return asset

    def finish_asset(self, release, asset, data):
        asset.data, asset.state = data, "uploaded"
        if self.gitea:
            release.assets.append(asset)

    def asset_by_id(self, user, repository, number):
        for release in self.visible(user, repository):
            for asset in release.assets:
                if asset.id == int(number):
                    return release, asset
        raise Refusal(404, "Not Found")

    def delete_asset(self, release, asset):
        if release.immutable:
            raise Refusal(422, "Cannot delete asset from an immutable release")
        release.assets.remove(asset)

    def change_asset(self, release, asset, fields):
        if release.immutable:
            raise Refusal(422, "Cannot edit asset of an immutable release")
        name = public_name(fields.get("name", asset.name))
        if any(other is not asset and other.name == name for other in release.assets):
            raise invalid("name", "already_exists", "ReleaseAsset")
        asset.name, asset.label = name, fields.get("label", asset.label)

    def public_asset(self, full_name, tag, name):
        """What a stranger's browser finds under /owner/name/releases/download/TAG/NAME."""
        repository = self.find_repository(full_name)
        if repository is None or repository.private:
            raise Refusal(404, "Not Found")
        for release in repository.releases:
            if release.tag == tag and not release.draft:
                for asset in release.assets:
                    if asset.name == name and asset.state == "uploaded":
                        return repository, asset
        raise Refusal(404, "Not Found")

    def public_state(self):
        """What strangers can see, and drafts by number alone: equal for equal ends of two publications."""
        shown = {}
        for repository in self.repositories:
            releases = [{"tag": release.tag, "name": release.name, "body": release.body, "prerelease": release.prerelease, "immutable": release.immutable,
                         "is_latest": release.id == repository.latest,
                         "assets": sorted([asset.name, len(asset.data), asset.digest, asset.state] for asset in release.assets)}
                        for release in sorted(repository.releases, key=lambda each: each.tag) if not release.draft]
            drafts = sorted(release.tag for release in repository.releases if release.draft)
            shown[repository.full_name] = {"releases": releases, "drafts": drafts, "tags": dict(sorted(repository.tags.items()))}
            if repository.pulls:
                shown[repository.full_name]["pulls"] = [{name: pull[name] for name in ("number", "state", "merged", "title", "body", "head", "base")}
                                                        for pull in repository.pulls]
        return shown
