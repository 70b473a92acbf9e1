"""A convenience: the report folder over http on this machine only. Opening index.html from disk does as well.

Other programs of this machine, and pages of other sites that are open in the same browser, can reach the port. So the
address holds a random token, without which nothing is handed out, and a request must name this machine as its host.
"""

import contextlib
import functools
import secrets
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from polyhead.core.errors import ArtifactError, PolyheadError

HOST = "127.0.0.1"
SAFE_HEADERS = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
}
"""What every answer of a server of pages says to the browser."""


class ReportServer(ThreadingHTTPServer):
    """Serves one folder under `address`."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        self.token = secrets.token_urlsafe(16)
        self.folder = folder.resolve()
        super().__init__((HOST, port), functools.partial(_Handler, directory=str(self.folder)))

    @property
    def address(self) -> str:
        """What to open: the only path under which anything is found."""
        return f"http://{HOST}:{self.server_address[1]}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up early is no fault; all else is told in one line."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"polyhead: a request failed: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201


class _Handler(SimpleHTTPRequestHandler):
    server: ReportServer  # pyright: ignore[reportIncompatibleVariableOverride]
    timeout = 30
    server_version, sys_version = "polyhead", ""

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def end_headers(self) -> None:
        for name, value in SAFE_HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def send_head(self) -> Any:
        refusal = self._refusal()
        if refusal is not None:
            self.send_error(*refusal)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        self.send_error(HTTPStatus.NOT_FOUND, "No such page")

    def translate_path(self, path: str) -> str:
        """Without the token; the base class leaves out steps to parent folders."""
        return super().translate_path("/" + path.split("/", 2)[2])

    def _refusal(self) -> tuple[HTTPStatus, str] | None:
        """Why a request gets nothing; None where it gets what it asks for."""
        port = self.server.server_address[1]
        if self.headers.get_all("Host") not in ([f"{HOST}:{port}"], [f"localhost:{port}"]):
            return HTTPStatus.FORBIDDEN, "Only requests to this machine by its own name are answered"
        path = unquote(urlsplit(self.path).path)
        if not path.isprintable() or "\\" in path:
            return HTTPStatus.BAD_REQUEST, "The path holds characters that no page has"
        first, slash, _ = self.path.removeprefix("/").partition("/")
        if not slash or not secrets.compare_digest(first.encode(), self.server.token.encode()):
            return HTTPStatus.FORBIDDEN, "Open the address that polyhead printed: it holds a token"
        if not Path(self.translate_path(self.path)).resolve().is_relative_to(self.server.folder):
            return HTTPStatus.NOT_FOUND, "No such page"
        return None


def make_server(report_dir: Path, port: int = 0) -> ReportServer:
    """A server bound to the loopback address, not yet serving; port 0 takes any free one.

    Raises:
        ArtifactError: the folder is not a report.
        PolyheadError: the port is taken or not allowed.
    """
    if not (report_dir / "index.html").is_file():
        raise ArtifactError(f"there is no report at {report_dir} (index.html is missing): write it first")
    try:
        return ReportServer(report_dir, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PolyheadError(f"port {port} cannot be used ({reason}); choose another, or 0 for any free one") from None


def serve(report_dir: Path, port: int = 0, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted; `ready` is called once with the address to open.

    Raises:
        PolyheadError: as `make_server`.
    """
    with make_server(report_dir, port) as server:
        if ready is not None:
            ready(server.address)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
