"""A hub on the loopback address: the endpoints that downloads use, over a folder, with faults on demand."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlparse

SHA = "0123456789abcdef0123456789abcdef01234567"


class Faults:
    """What goes wrong, and what was asked for."""

    def __init__(self) -> None:
        self.gated: set[str] = set()
        """Repositories that ask for a login."""
        self.cut: dict[str, int] = {}
        """Files whose next downloads end early, and how many of them."""
        self.wrong_size: set[str] = set()
        """Files that are announced longer than they are."""
        self.absent: set[str] = set()
        """Files that are listed, and not there."""
        self.writable = True
        """Whether uploads are taken."""
        self.fetched: list[str] = []
        """Files whose bytes were asked for."""


@contextmanager
def serve_hub(root: Path) -> Iterator[tuple[str, Faults]]:
    """Serve OWNER/REPO folders below `root`; yields the address and the faults."""
    faults = Faults()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def do_POST(self) -> None:
            path = unquote(urlparse(self.path).path).strip("/").split("/")
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not faults.writable:
                return self.say(403, {"error": "You may not write here"})
            if path == ["api", "repos", "create"]:
                says = json.loads(sent)
                repo = "/".join(part for part in (says.get("organization"), says["name"]) if part)
                (root / repo).mkdir(parents=True, exist_ok=True)
                return self.say(200, {"url": f"{url()}/{repo}", "name": repo})
            if path[:2] == ["api", "validate-yaml"] or (path[:1] == ["api"] and path[-1] == "validate-yaml"):
                return self.say(200, {"errors": [], "warnings": []})
            if path[4:5] == ["preupload"]:
                files = json.loads(sent)["files"]
                return self.say(
                    200, {"files": [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files]}
                )
            for line in sent.splitlines():
                entry = json.loads(line)
                if entry["key"] == "file":
                    file = root / "/".join(path[2:4]) / entry["value"]["path"]
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(base64.b64decode(entry["value"]["content"]))
            return self.say(
                200, {"commitUrl": f"{url()}/{path[2]}/{path[3]}/commit/{SHA}", "commitOid": SHA, "success": True}
            )

        def answer(self, *, body: bool) -> None:
            path = unquote(urlparse(self.path).path).strip("/")
            parts = path.split("/")
            if parts[:2] == ["api", "models"]:
                self.facts("/".join(parts[2:4]), parts[4:])
            elif len(parts) > 4 and parts[2] == "resolve":
                self.file("/".join(parts[:2]), "/".join(parts[4:]), body=body)
            else:
                self.say(404, {"error": "not found"}, "EntryNotFound")

        def facts(self, repo: str, rest: list[str]) -> None:
            if not (root / repo).is_dir():
                return self.say(401, {"error": "Repository not found"}, "RepoNotFound")
            if rest[1:2] and rest[1] not in ("main", SHA):
                return self.say(404, {"error": "Invalid rev id"}, "RevisionNotFound")
            files = [p for p in sorted((root / repo).rglob("*")) if p.is_file()]
            names = [p.relative_to(root / repo).as_posix() for p in files]
            if rest[:1] == ["tree"]:
                pairs = zip(names, files, strict=True)
                return self.say(
                    200, [{"type": "file", "path": n, "size": p.stat().st_size, "oid": SHA} for n, p in pairs]
                )
            says = {"id": repo, "modelId": repo, "sha": SHA, "private": False, "tags": [], "downloads": 0}
            return self.say(200, {**says, "siblings": [{"rfilename": n} for n in names]})

        def file(self, repo: str, name: str, *, body: bool) -> None:
            path = root / repo / name
            if not (root / repo).is_dir():
                return self.say(401, {"error": "Repository not found"}, "RepoNotFound")
            if repo in faults.gated:
                return self.say(403, {"error": "Access to model is restricted"}, "GatedRepo")
            if not path.is_file() or name in faults.absent:
                return self.say(404, {"error": "Entry not found"}, "EntryNotFound")
            data = path.read_bytes()
            etag, size = hashlib.sha256(data).hexdigest(), len(data) + (7 if name in faults.wrong_size else 0)
            first = int((self.headers.get("Range") or "bytes=0-").split("=")[1].split("-")[0])
            self.send_response(206 if first else 200)
            self.send_header("X-Repo-Commit", SHA)
            self.send_header("ETag", f'"{etag}"')
            self.send_header("Content-Length", str(size - first))
            if first:
                self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
            self.end_headers()
            if not body:
                return None
            faults.fetched.append(name)
            if faults.cut.get(name, 0):
                faults.cut[name] -= 1
                self.wfile.write(data[first : first + (len(data) - first) // 2])
                self.close_connection = True
                return None
            self.wfile.write(data[first:])
            if name in faults.wrong_size:
                self.close_connection = True
            return None

        def say(self, status: int, value: object, code: str = "") -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            if code:
                self.send_header("X-Error-Code", code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def url() -> str:
        return f"http://127.0.0.1:{server.server_port}"

    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield url(), faults
    finally:
        server.shutdown()
        server.server_close()
