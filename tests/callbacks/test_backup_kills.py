"""Real processes are killed at random moments: the outcome is the same, bit by bit.

Started again each time by the same command, until they come to their end.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import pytest

SCRIPT = pathlib.Path(__file__).with_name("resumable.py")
ROOT = SCRIPT.parents[2]

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="needs SIGKILL, which Windows has not"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Programs are compiled by the first process only."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "JAX_PLATFORMS": "cpu",
        "RANVIER_COMPILATION_CACHE": str(tmp_path_factory.mktemp("programs")),
    }


class Run:
    """Starts the script again and again, over one folder."""

    def __init__(self, kind, save_freq, folder, environment):
        self.folder = folder
        self.command = [sys.executable, SCRIPT, kind, str(save_freq), str(folder)]
        self.environment = environment
        self.begins = []  # where each process took up the training

    def start(self):
        """Returns a process that has just begun or gone on to train."""
        process = subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )
        begin = read_until(process, lambda line: line.startswith("begins: "))
        self.begins.append(begin.removeprefix("begins: "))
        return process

    def finish(self):
        """Runs to the end; returns what came out."""
        process = self.start()
        rest, _ = process.communicate(timeout=300)
        assert process.returncode == 0, rest
        return json.loads((self.folder / "outcome").read_text())

    def kill(self, epoch, delay, while_writing):
        """Starts a process and kills it.

        Args:
            epoch: when at least this epoch has ended,
            delay: and so many seconds have passed,
            while_writing: after the next file has been begun, if it is to be that.

        Returns:
            Whether a file was half written then.
        """
        process = self.start()
        read_until(process, lambda line: int(line.removeprefix("ended: ")) >= epoch)
        while while_writing and not self.left_overs() and process.poll() is None:
            pass
        time.sleep(delay)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        return bool(self.left_overs())

    def left_overs(self):
        return list((self.folder / "backup").glob(".*.tmp"))


def read_until(process, is_it):
    lines = []
    while not lines or not is_it(lines[-1]):
        lines.append(process.stdout.readline().rstrip("\n"))
        assert lines[-1], "\n".join(lines)
    return lines[-1]


def assert_survives(kind, save_freq, kills, folder, environment):
    """Compares a run in one piece with one that is killed so many times.

    Returns:
        How many of the kills hit the writing of a file.
    """
    whole = Run(kind, save_freq, folder / "whole", environment)
    expected = whole.finish()
    draw = random.Random(f"{kind} {save_freq}")
    run = Run(kind, save_freq, folder / "parts", environment)
    # Not in the last epochs: the process must not come to its end before.
    epochs = expected["epochs"][: -len(expected["epochs"]) // 3]
    hits = 0
    for i, epoch in enumerate(sorted(draw.sample(epochs, kills))):
        hits += run.kill(epoch, 0.02 * draw.random() ** 3, while_writing=i % 2)
    actual = run.finish()
    print(f"\n{kind} {save_freq}: {hits} hits while writing; began at {run.begins}")
    for part in expected:
        assert actual[part] == expected[part], (part, run.begins)
    assert whole.begins == ["epoch 0"] and run.begins[-1] != "epoch 0"
    return hits


def test_some_kills(tmp_path, environment):
    assert_survives("watched", 4, 5, tmp_path, environment)


KINDS = [
    ("watched", "epoch"),
    ("watched", 7),
    ("averages", "epoch"),
    ("averages", 4),
    ("generators", 1),
    ("generators", 13),
    ("datasets", "epoch"),
    ("datasets", 6),
    ("streams", 5),
    ("pipelines", "epoch"),
    ("pipelines", 5),
    ("large", 3),
    ("large", "epoch"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "save_freq"), KINDS)
def test_many_kills(kind, save_freq, tmp_path, environment):
    hits = assert_survives(kind, save_freq, 4, tmp_path, environment)
    assert hits or kind != "large"
