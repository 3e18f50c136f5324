"""Objects whose state is a small JSON file, written whole or not at all."""

import json
import os

import numpy as np

from ranvier.core._files import atomic_path


class Stateful:
    """Base of what a search can save and take up again."""

    def get_state(self):
        """Returns the state as a dictionary ready for JSON."""
        raise NotImplementedError

    def set_state(self, state):
        """Takes up what `get_state` returned."""
        raise NotImplementedError

    def save(self, fname):
        """Writes the state to a file and returns what was written."""
        return save_json(fname, self.get_state())

    def reload(self, fname):
        """Takes up the state from a file."""
        self.set_state(load_json(fname))


def save_json(path, obj) -> str:
    """Writes an object to a JSON file that is always complete."""
    text = json.dumps(obj, default=_plain)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return text


def load_json(path):
    """Reads a JSON file.

    Raises:
        ValueError: naming the file, if it is no JSON.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(
            f"{os.fspath(path)} is damaged: {error}. Delete the project's folder, or "
            "pass `overwrite=True` to begin anew."
        ) from error


def _plain(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be saved as JSON")
