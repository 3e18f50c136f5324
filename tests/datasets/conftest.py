"""A machine without data sets, and a web server on this one."""

import http.server
import threading

import pytest

from ranvier.datasets import _fetch


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Points every place that is looked in at an empty folder; returns them by name."""
    places = {
        "ours": tmp_path / "data",
        "keras": tmp_path / "keras" / "datasets",
        "system": tmp_path / "system",
        "cache": tmp_path / "cache" / "ranvier" / "datasets",
    }
    monkeypatch.setenv("RANVIER_DATA_HOME", str(places["ours"]))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(_fetch, "SYSTEM_FOLDER", places["system"])
    monkeypatch.setattr(_fetch, "TIMEOUT_SECONDS", 5)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    return places


class Server:
    """Serves `files` by name, and notes in `asked` what was asked for.

    With `stop_after` it sends that many bytes only, and then hangs up as soon as
    `may_hang_up` is set.
    """

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.stop_after: int | None = None
        self.may_hang_up = threading.Event()
        self.may_hang_up.set()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.lstrip("/")
                server.asked.append(name)
                content = server.files.get(name)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: server.stop_after])
                server.may_hang_up.wait()

            def log_message(self, *args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        self._server.serve_forever(poll_interval=0.02)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{name}"

    def close(self):
        self.may_hang_up.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server():
    running = Server()
    yield running
    running.close()
