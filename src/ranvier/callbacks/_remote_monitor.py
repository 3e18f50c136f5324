"""RemoteMonitor: the metrics of every epoch sent to a web server."""

import http.client
import json
import warnings

import numpy as np

from ranvier.callbacks._callback import Callback

# The next epoch waits for the answer.
_TIMEOUT_SECONDS = 10


class RemoteMonitor(Callback):
    """Posts the metrics of every epoch to a server.

    A server that cannot be reached, or refuses, gives a warning; training goes on.

    Args:
        root: address of the server.
        path: path on the server.
        field: name of the form field with the metrics, as JSON.
        headers: dictionary of further HTTP headers.
        send_as_json: whether to send plain JSON rather than a form.

    Example:
        >>> monitor = RemoteMonitor("http://localhost:9000", send_as_json=True)
    """

    def __init__(
        self,
        root="http://localhost:9000",
        path="/publish/epoch/end/",
        field="data",
        headers=None,
        send_as_json=False,
    ):
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch, logs=None):
        import urllib.request  # takes its time, and few runs need it

        event = {"epoch": epoch}
        for name, value in (logs or {}).items():
            is_array = isinstance(value, (np.ndarray, np.generic))
            event[name] = value.tolist() if is_array else value
        text = json.dumps(event)
        if self.send_as_json:
            content_type, body = "application/json", text
        else:
            content_type = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode({self.field: text})
        request = urllib.request.Request(
            self.root + self.path,
            data=body.encode(),
            headers={"Content-Type": content_type, **(self.headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):
                pass
        except (OSError, http.client.HTTPException) as error:
            warnings.warn(
                "Could not reach RemoteMonitor root server at "
                f"{self.root + self.path}: {error}",
                stacklevel=2,
            )
