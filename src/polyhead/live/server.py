"""The server of the live page: the loopback address only, and only for those who know a random token.

Other programs of this machine, and pages of other sites that are open in the same browser, can reach the port. So the
address holds the token, a request must name this machine as its host, and one that says where it comes from must come
from this page. Questions are JSON, which no form of another site can send.
"""

import hashlib
import json
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import Field
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.graph_folder import file_name
from polyhead.core.not_finite import json_text
from polyhead.graphs.building import slug_of
from polyhead.live.asked import Ask
from polyhead.live.frozen import write_live_page
from polyhead.live.session import Cancelled, Session
from polyhead.reports.serve import HOST, SAFE_HEADERS

MOST_BYTES = 2**20
"""Of one question."""
MOST_NAME = 120
"""Characters of a folder's name; edits that need more are told by a digest."""


class _Page(Config):
    page: str = Field(pattern=r"^[\w-]{1,64}$")
    """The random name of the page (tab) that asks; each has at most one question at work."""


class _Question(_Page):
    ask: Ask


class Live:
    """One session served at a port."""

    def __init__(self, session: Session, out: Path, port: int) -> None:
        """
        Args:
            session: That answers.
            out: Folder of frozen pages.
            port: Where it is served.
        """
        self.session, self.out = session, out
        self.token, self.port = secrets.token_urlsafe(16), port
        self.work = Path(tempfile.mkdtemp(prefix="polyhead-live-"))
        self.at_work: dict[str, threading.Event] = {}
        self._at_work_lock, self._graph_lock = threading.Lock(), threading.Lock()
        write_live_page(self.work / "page", session.about(), None)
        (self.work / "graphs").mkdir()

    @property
    def address(self) -> str:
        """What to open: the only path under which anything is found."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def close(self) -> None:
        """Cancel what is at work and remove what was written aside."""
        with self._at_work_lock:
            for event in self.at_work.values():
                event.set()
        shutil.rmtree(self.work, ignore_errors=True)

    def app(self) -> ASGIApp:
        """The application, with its guard around it."""
        api = {"run": self.run, "text": self.text, "cancel": self.cancel, "graph": self.graph, "freeze": self.freeze}
        routes = [Route(f"/api/{name}", answer, methods=["POST"]) for name, answer in api.items()]
        graphs = Mount("/graphs", StaticFiles(directory=self.work / "graphs", html=True))
        page = Mount("/", StaticFiles(directory=self.work / "page", html=True))
        refused = {PolyheadError: _refused, Cancelled: _cancelled}
        inside = Starlette(routes=[Mount(f"/{self.token}", routes=[*routes, graphs, page])], exception_handlers=refused)
        return Guard(inside, self.token, self.port)

    async def run(self, request: Request) -> Response:
        """The answer to a prompt, but for the continuations."""
        return await self._answered(request, self.session.look)

    async def text(self, request: Request) -> Response:
        """The continuations of a prompt."""
        return await self._answered(request, self.session.texts)

    async def graph(self, request: Request) -> Response:
        """The address of a graph's page, below the token."""

        def draw(ask: Ask, check: Callable[[], None]) -> dict[str, Any]:
            slug = self._slug(ask)
            with self._graph_lock:  # two pages may ask for one graph
                check()
                folder = self.session.graph(ask, self.work / "graphs" / slug, check)
            return {"path": f"graphs/{slug}/{folder.name}/"}

        return await self._answered(request, draw)

    async def freeze(self, request: Request) -> Response:
        """The static page of an answer."""

        def write(ask: Ask, check: Callable[[], None]) -> dict[str, Any]:
            answer = self.session.answer(ask, check)
            index = write_live_page(self.out / self._slug(ask), self.session.about(), answer)
            return {"written": str(index)}

        return await self._answered(request, write)

    async def cancel(self, request: Request) -> Response:
        """Cancel what a page has at work."""
        page = _Page.parse(await _body(request)).page
        with self._at_work_lock:
            event = self.at_work.get(page)
        if event is not None:
            event.set()
        return _json({"cancelled": event is not None})

    def _slug(self, ask: Ask) -> str:
        """A folder's name for a prompt and its edits."""
        slug = slug_of(ask.prompt, self.session.tokens(ask.prompt)[0].tolist())
        edits = "".join(f"-{e.head or f'{e.dictionary}-{e.latent}'}-{e.do}-{e.value:g}" for e in ask.edits)
        if len(slug + edits) > MOST_NAME:
            edits = f"-{len(ask.edits)}-edits-{hashlib.sha256(edits.encode()).hexdigest()[:12]}"
        return file_name(slug + edits)

    async def _answered(self, request: Request, answer: Callable[[Ask, Callable[[], None]], Any]) -> Response:
        question = _Question.parse(await _body(request))
        with self._working(question.page) as check:
            return _json(await run_in_threadpool(answer, question.ask, check))

    @contextmanager
    def _working(self, page: str) -> Any:
        """Note that a page has a question at work, in place of the one that it had before."""
        event = threading.Event()
        with self._at_work_lock:
            former = self.at_work.get(page)
            if former is not None:
                former.set()
            self.at_work[page] = event

        def check() -> None:
            if event.is_set():
                raise Cancelled

        try:
            yield check
        finally:
            with self._at_work_lock:
                if self.at_work.get(page) is event:
                    del self.at_work[page]


class Guard:
    """Answers only requests to this machine by its own name, from its own page, that know the token."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app, self.token = app, token
        self.hosts = {f"{HOST}:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]
                names = {name for name, _ in own}
                message["headers"] = [*(h for h in message["headers"] if h[0].lower() not in names), *own]
            await send(message)

        refusal = self._refusal(scope) if scope["type"] == "http" else (403, "Only pages are served")
        if refusal is not None:
            if scope["type"] != "http":
                return await send({"type": "websocket.close", "code": 1008})
            status, words = refusal
            return await PlainTextResponse(words, status)(scope, receive, safe)
        await self.app(scope, receive, safe)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value.decode("latin-1"))
        hosts = headers.get(b"host", [])
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return 403, "Only requests to this machine by its own name are answered"
        if any(origin != f"http://{hosts[0]}" for origin in headers.get(b"origin", [])):
            return 403, "Pages of other sites get no answer"
        if any(site not in ("same-origin", "none") for site in headers.get(b"sec-fetch-site", [])):
            return 403, "Pages of other sites get no answer"
        first, slash, _ = scope["path"].removeprefix("/").partition("/")
        if not slash or not secrets.compare_digest(first.encode(), self.token.encode()):
            return 403, "Open the address that polyhead printed: it holds a token"
        if scope["method"] == "POST" and headers.get(b"content-type") != ["application/json"]:
            return 415, "Questions are JSON"
        return None


async def _body(request: Request) -> dict[str, Any]:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MOST_BYTES:
            raise PolyheadError(f"the question has more than {MOST_BYTES:,} bytes; shorten the prompt")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PolyheadError(f"the question is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise PolyheadError("the question is no JSON object")
    return value


def _json(value: Any, status: int = 200) -> Response:
    return Response(json_text(value, ensure_ascii=True), status, media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, 400)


async def _cancelled(request: Request, error: Exception) -> Response:
    return _json({"cancelled": True}, 409)


def bind(port: int) -> socket.socket:
    """A socket on the loopback address; port 0 takes any free one.

    Raises:
        PolyheadError: the port is taken or not allowed.
    """
    with ExitStack() as stack:
        made = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((HOST, port))
            made.listen()  # who opens the address at once waits until the server is there
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise PolyheadError(
                f"port {port} cannot be used ({reason}); choose another, or 0 for any free one"
            ) from None
        stack.pop_all()
        return made


def serve_live(session: Session, *, out: Path, port: int = 0, ready: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted.

    Args:
        session: That answers.
        out: Folder of frozen pages.
        port: Any free one where it is 0.
        ready: Called once with the address to open.

    Raises:
        PolyheadError: the port is taken or not allowed.
    """
    with bind(port) as taken:
        live = Live(session, out, taken.getsockname()[1])
        try:
            config = uvicorn.Config(live.app(), log_level="warning", access_log=False, server_header=False, ws="none")
            if ready is not None:
                ready(live.address)
            uvicorn.Server(config).run(sockets=[taken])
        finally:
            live.close()
