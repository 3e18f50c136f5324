"""RemoteMonitor against a real server on this machine."""

import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest

from ranvier.callbacks import RemoteMonitor


@pytest.fixture
def server():
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length).decode()
            received.append((self.path, dict(self.headers), body))
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        running.received = received
        running.root = f"http://127.0.0.1:{running.server_port}"
        yield running
        running.shutdown()
        thread.join()


LOGS = {"loss": 0.5, "each": np.array([1.0, 2.0]), "count": np.int64(3)}
EVENT = {"epoch": 4, "loss": 0.5, "each": [1.0, 2.0], "count": 3}


def test_posts_a_form(server):
    RemoteMonitor(server.root, field="news").on_epoch_end(4, LOGS)
    ((path, headers, body),) = server.received
    assert path == "/publish/epoch/end/"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert json.loads(urllib.parse.parse_qs(body)["news"][0]) == EVENT


def test_posts_json_with_headers_to_a_path(server):
    monitor = RemoteMonitor(
        server.root, path="/here", headers={"X-Token": "abc"}, send_as_json=True
    )
    monitor.on_epoch_end(4, LOGS)
    ((path, headers, body),) = server.received
    assert path == "/here"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Token"] == "abc"
    assert json.loads(body) == EVENT


def test_a_refusal_warns(server):
    with pytest.warns(UserWarning, match="500"):
        RemoteMonitor(server.root, path="/broken").on_epoch_end(0, {"loss": 0.5})


def test_a_missing_server_warns(server):
    port = server.server_port
    server.shutdown()
    server.server_close()
    with pytest.warns(UserWarning, match=f"{port}/publish"):
        RemoteMonitor(f"http://127.0.0.1:{port}").on_epoch_end(0, {"loss": 0.5})
