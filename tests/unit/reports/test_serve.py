"""The server: this machine only, the report folder only, clear words about a taken port."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.reports import serve, write_report
from polyhead.reports.serve import ReportServer, make_server


@pytest.fixture
def server(run_dir: Path) -> Iterator[ReportServer]:
    with make_server(write_report(run_dir)) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()


def ask(server: ReportServer, path: str, *, host: str | None = None, method: str = "GET") -> http.client.HTTPResponse:
    """One request over a real socket, its path sent as it is; the body is read."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    connection.putrequest(method, path, skip_host=host is not None, skip_accept_encoding=True)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    reply = connection.getresponse()
    reply.body = reply.read()  # type: ignore[attr-defined]
    connection.close()
    return reply


def test_serves_the_report_on_the_loopback_address(server: ReportServer):
    assert server.server_address[0] == "127.0.0.1"
    reply = ask(server, f"/{server.token}/")
    assert reply.status == 200
    assert b"polyhead report" in reply.body
    assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert server.address == f"http://127.0.0.1:{server.server_address[1]}/{server.token}/"
    script = next(p for p in server.folder.rglob("*.js"))
    reply = ask(server, f"/{server.token}/{script.relative_to(server.folder)}?v=1")
    assert (reply.status, reply.body) == (200, script.read_bytes())


def test_nothing_is_handed_out_without_the_token(server: ReportServer):
    other = make_server(server.folder)
    other.server_close()
    assert other.token != server.token
    for path in ("/", "/index.html", f"/{other.token}/index.html", f"/{server.token}", f"/{server.token}x/index.html"):
        reply = ask(server, path)
        assert reply.status == 403, path
        assert b"polyhead report" not in reply.body
        assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert ask(server, path, method="HEAD").status == 403


def test_another_host_gets_nothing(server: ReportServer):
    port = server.server_address[1]
    path = f"/{server.token}/index.html"
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", ""):
        assert ask(server, path, host=host).status == 403, host
    assert ask(server, path, host=f"localhost:{port}").status == 200


def test_links_out_of_the_folder_listings_and_odd_paths(server: ReportServer, tmp_path: Path):
    (tmp_path / "secret.txt").write_text("secret")
    (server.folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (server.folder / "away").symlink_to(tmp_path)
    (server.folder / "empty").mkdir()
    (server.folder / "near.txt").symlink_to(server.folder / "index.html")
    at = f"/{server.token}"
    for path in ("/link.txt", "/away/secret.txt", "/away/", "/empty/", "/empty", "/nowhere.html"):
        assert ask(server, at + path).status in (301, 404), path
        assert b"secret" not in ask(server, at + path).body
    assert ask(server, f"{at}/empty/").status == 404
    assert ask(server, f"{at}/near.txt").status == 200
    for path in ("/%00", "/index.html%00.js", "/a%0ab", "/%5c..%5csecret.txt", "/%7f"):
        assert ask(server, at + path).status == 400, path
    for path in ("/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd"):
        assert ask(server, at + path).status == 404, path
    assert ask(server, at + "/", method="POST").status == 501


def test_a_taken_port_and_a_missing_report_are_one_line(run_dir: Path):
    report = write_report(run_dir)
    with make_server(report) as server:
        with pytest.raises(PolyheadError, match="cannot be used"):
            serve(report, server.server_address[1])
    with pytest.raises(ArtifactError, match="there is no report"):
        serve(run_dir / "records", 0)
