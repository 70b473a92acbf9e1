"""The live server: this machine, its own page and those who know the token only; questions that are no questions."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polyhead.core.errors import PolyheadError
from polyhead.live.asked import Ask
from polyhead.live.session import Cancelled, Session
from polyhead.models.load import load_model
from polyhead.runs.graph import find_dictionaries

pytest.importorskip("starlette", reason="the extra polyhead[live] is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")
from starlette.testclient import TestClient

from polyhead.live.server import HOST, MOST_BYTES, Live, bind

PAGE = "abc"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(load_model("bundled"), *find_dictionaries(["bundled"], "bundled"))


@pytest.fixture
def live(session: Session, tmp_path: Path) -> Iterator[Live]:
    made = Live(session, tmp_path / "frozen", 8123)
    yield made
    made.close()


@pytest.fixture
def client(live: Live) -> TestClient:
    return TestClient(live.app(), base_url=f"http://{HOST}:{live.port}", raise_server_exceptions=True)


def ask(client: TestClient, live: Live, name: str, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, (str, bytes)) else json.dumps(body)
    told = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return client.post(f"/{live.token}/api/{name}", content=content, headers=told)


def question(prompt: str, *edits: dict[str, Any]) -> dict[str, Any]:
    return {"page": PAGE, "ask": {"prompt": prompt, "edits": list(edits), "n_tokens": 2}}


def test_the_page_and_its_answers(client: TestClient, live: Live):
    index = client.get(f"/{live.token}/")
    assert index.status_code == 200
    assert "connect-src 'self'" in index.text
    for name in ("assets/live.js", "assets/live.css", "data/live.js"):
        assert client.get(f"/{live.token}/{name}").status_code == 200
    reply = ask(client, live, "run", question("def f(x):"), Origin=f"http://{HOST}:8123", Sec_Fetch_Site="same-origin")
    assert reply.status_code == 200
    assert reply.json()["prompt"] == "def f(x):"
    assert reply.json()["text_before"] is None
    text = ask(client, live, "text", question("def f(x):")).json()
    assert text == live.session.texts(Ask(prompt="def f(x):", n_tokens=2))
    assert reply.headers["content-type"] == "application/json"
    for name in ("Cross-Origin-Resource-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"):
        assert reply.headers[name] == index.headers[name] != ""
    assert "access-control-allow-origin" not in reply.headers


def test_nothing_is_handed_out_without_the_token(client: TestClient, live: Live):
    for path in (
        "/",
        "/api/run",
        "/assets/live.js",
        f"/{live.token}",
        f"/{live.token}x/",
        "/x/api/run",
        f"//{live.token}/",
    ):
        for method in ("GET", "POST", "OPTIONS", "HEAD"):
            reply = client.request(method, path, headers={"Content-Type": "application/json"})
            assert reply.status_code == 403, (method, path)
            assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_another_host_or_origin_gets_nothing(client: TestClient, live: Live):
    for host in ("evil.example", "evil.example:8123", HOST, f"{HOST}:8124", "localhost", "[::1]:8123", ""):
        assert client.get(f"/{live.token}/", headers={"Host": host}).status_code == 403, host
        assert ask(client, live, "run", question("a"), Host=host).status_code == 403, host
    for origin in (
        "http://evil.example",
        "null",
        f"https://{HOST}:8123",
        f"http://{HOST}:8124",
        "http://localhost:8123",
    ):
        assert ask(client, live, "run", question("a"), Origin=origin).status_code == 403, origin
    for site in ("cross-site", "same-site"):
        assert ask(client, live, "run", question("a"), Sec_Fetch_Site=site).status_code == 403
        assert client.get(f"/{live.token}/", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.get(f"/{live.token}/", headers={"Host": "localhost:8123"}).status_code == 200
    local = {"Host": "localhost:8123", "Origin": "http://localhost:8123"}
    assert ask(client, live, "run", question("a"), **local).status_code == 200


def test_forms_of_other_sites_cannot_ask(client: TestClient, live: Live):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert ask(client, live, "run", question("a"), Content_Type=kind).status_code == 415
    assert client.get(f"/{live.token}/api/run").status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "no JSON"),
        ("[1]", "no JSON object"),
        ("[" * 100_000, "no JSON"),
        ('{"page": "abc"}', "ask"),
        ({"page": "../x", "ask": {"prompt": "a"}}, "page"),
        ({"page": PAGE, "ask": {"prompt": 3}}, "prompt"),
        ({"page": PAGE, "ask": {"prompt": "a", "n_tokens": 10_000}}, "n_tokens"),
        ({"page": PAGE, "ask": {"prompt": "a", "prompts": "b"}}, "unknown key"),
        ('{"page": "abc", "ask": {"prompt": "a", "edits": [{"head": "L0H0", "value": NaN}]}}', "value"),
        ('{"page": "abc", "ask": {"prompt": "a\\ud800b"}}', "surrogate"),
        (question(""), "empty"),
        (question("x " * 300), "at most 256"),
        (question("a", {"head": "L9H9"}), "no head L9H9"),
        (b"x" * (MOST_BYTES + 1), "bytes"),
        (b"\xff\xfe", "no JSON"),
    ],
)
def test_what_is_no_question_gets_one_line(client: TestClient, live: Live, body: Any, words: str):
    reply = ask(client, live, "run", body)
    assert reply.status_code == 400, reply.text
    error = reply.json()["error"]
    assert words in error
    assert "\n" not in error
    assert reply.text.isascii()


def test_paths_out_of_the_folder_are_not_served(client: TestClient, live: Live, tmp_path: Path):
    (tmp_path / "secret").write_text("secret")
    for path in (
        "../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "graphs/../../page/index.html%00",
        "data/..%2f..%2fsecret",
    ):
        reply = client.get(f"/{live.token}/{path}")
        assert reply.status_code in (403, 404), path
        assert "root:" not in reply.text


def test_a_new_question_or_cancel_ends_the_one_at_work(client: TestClient, live: Live, monkeypatch: pytest.MonkeyPatch):
    started, answers = threading.Event(), []

    def slow(asked: Any, check: Any) -> dict[str, Any]:
        if asked.prompt == "quick":
            return {"quick": True}
        started.set()
        for _ in range(1000):
            check()
            threading.Event().wait(0.01)
        return {"slow": True}

    monkeypatch.setattr(live.session, "look", slow)
    live_client = TestClient(live.app(), base_url=f"http://{HOST}:{live.port}")
    for stop in ("cancel", "run"):
        started.clear()
        work = threading.Thread(target=lambda: answers.append(ask(live_client, live, "run", question("slow"))))
        work.start()
        assert started.wait(10)
        other = ask(client, live, "run", {"page": "another", "ask": {"prompt": "quick"}})
        assert other.json() == {"quick": True}
        assert ask(client, live, "cancel", {"page": "another"}).json() == {"cancelled": False}
        assert work.is_alive()
        told = ask(client, live, stop, {"page": PAGE} if stop == "cancel" else question("quick"))
        work.join(10)
        assert told.json() == ({"cancelled": True} if stop == "cancel" else {"quick": True})
        assert (answers[-1].status_code, answers[-1].json()) == (409, {"cancelled": True})
    assert live.at_work == {}
    with live._working("x") as check:
        check()
        live.close()
        with pytest.raises(Cancelled):
            check()


def test_freeze_writes_a_page_that_holds_the_answer(client: TestClient, live: Live):
    asked = question("def <b>f</b>(x):", {"head": "L3H2", "value": 0.0})
    index = Path(ask(client, live, "freeze", asked).json()["written"])
    assert index.parent.parent == live.out
    assert "connect-src" not in index.read_text()
    data = (index.parent / "data" / "live.js").read_text()
    answer = ask(client, live, "run", asked).json() | ask(client, live, "text", asked).json()
    text = json.loads(data.split(",", 1)[1].rsplit("'", 1)[0][1:].replace("\\'", "'").replace("\\\\", "\\"))["answer"]
    assert {**text, "milliseconds": 0} == {**answer, "milliseconds": 0}
    assert "<b>" not in data
    assert ask(client, live, "freeze", asked).json()["written"] == str(index)


def test_the_port_is_on_the_loopback_address_and_may_be_taken():
    with bind(0) as first:
        host, port = first.getsockname()
        assert host == "127.0.0.1"
        first.listen()
        with pytest.raises(PolyheadError, match=f"port {port} cannot be used"):
            bind(port)
    with pytest.raises(PolyheadError, match="port 70000 cannot be used"):
        bind(70_000)


def test_the_command_serves_and_ends(tmp_path: Path):
    command = [sys.executable, "-m", "polyhead", "live", "--no-open-browser", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[0]
            host, port = address.split("/")[2].split(":")
            with socket.create_connection((host, int(port)), timeout=60) as connection:
                connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
                assert b" 403 " in connection.recv(4096).split(b"\r\n")[0]
            process.terminate()
            assert process.wait(60) in (0, 143)
        finally:
            process.kill()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_without_its_packages_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys):
    from polyhead.cli.app import main

    monkeypatch.setitem(sys.modules, "starlette", None)
    monkeypatch.delitem(sys.modules, "polyhead.live.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SystemExit) as ended:
        main(["live"])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "pip install 'polyhead[live]'" in error
    assert error.count("\n") == 1
