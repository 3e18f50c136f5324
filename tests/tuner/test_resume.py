"""A search that is killed goes on: no trial that ended is lost or run again."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).parents[2]

BLACK_BOX = """
import sys, time
from ranvier import tuner

cls, directory = sys.argv[1:]


class Search(getattr(tuner, cls)):
    def run_trial(self, trial, *args, **kwargs):
        hp = trial.hyperparameters
        score = sum((7.3 * hp.get(name) + 1) % 3.1 for name in ("a", "b"))
        time.sleep(0.01)
        with open(directory + "/ran.txt", "a") as file:
            file.write(trial.trial_id + "\\n")
        return score


hp = tuner.HyperParameters()
hp.Int("a", 1, 5)
hp.Float("b", 0, 1, step=0.1)
hp.values = {}
kwargs = {"Hyperband": {"max_epochs": 27}, "RandomSearch": {"max_trials": 50}}
search = Search(
    seed=3, hyperparameters=hp, directory=directory, **kwargs.get(cls, {})
)
print("ready", flush=True)
search.search(verbose=0)
print("done", flush=True)
"""

MODELS = """
import sys
from ranvier import tuner
from tests.tuner.helpers import search

executor, directory = sys.argv[1:]
workers = {"executor": executor, "workers": 2} if executor else {}
print("ready", flush=True)
search(
    tuner.RandomSearch,
    directory,
    max_trials=20,
    population_size=5,
    epochs=20,
    **workers,
)
print("done", flush=True)
"""


def start(script, cls, directory):
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-c", script, cls, str(directory)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )


def run_whole(script, cls, directory):
    with start(script, cls, directory) as run:
        assert "done" in run.communicate()[0]


def trials(directory):
    found = {}
    for path in sorted(directory.glob("untitled_project/trial_*/trial.json")):
        state = json.loads(path.read_text())
        found[state["trial_id"]] = state
    return found


def ended(directory):
    return {
        i: (state["hyperparameters"]["values"], state["score"])
        for i, state in trials(directory).items()
        if state["status"] == "COMPLETED"
    }


def kill_and_resume(script, cls, directory, delays):
    """Runs a search to its end through kills; returns what was run before each."""
    told = []
    for delay in delays:
        with start(script, cls, directory) as run:
            for line in run.stdout:
                if line == "ready\n":
                    break
            time.sleep(delay)
            run.send_signal(signal.SIGKILL)
            assert run.wait() == -signal.SIGKILL
        told.append(ended(directory))
    run_whole(script, cls, directory)
    return told


@pytest.mark.parametrize("cls", ["RandomSearch", "GridSearch", "Hyperband"])
def test_kills(cls, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    run_whole(BLACK_BOX, cls, whole)
    told = kill_and_resume(BLACK_BOX, cls, parts, [0.15, 0.2])
    final = ended(parts)
    assert final == ended(whole)
    assert told[-1]  # the kills came in the middle
    assert len(told[-1]) < len(final)
    for before in told:
        assert {i: final[i] for i in before} == before
    ran = (parts / "ran.txt").read_text().split()
    for i in told[-1]:
        # What had ended was not run again. A kill between a run and its end means
        # another run: one more for each kill at most.
        assert ran.count(i) <= 1 + len(told)
    assert len(ran) <= len(final) + len(told)


def written(directory):
    """Tells when the files of the trials that have ended were written."""
    return {
        i: (directory / "untitled_project" / f"trial_{i}" / "trial.json").stat()
        for i in ended(directory)
    }


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["", "processes", "ray"])
def test_kills_of_a_population(executor, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run_whole(MODELS, "", whole)
    before: dict = {}
    for _ in range(2):
        with start(MODELS, executor, parts) as run:
            while len(ended(parts)) < len(before) + 4 and run.poll() is None:
                time.sleep(0.1)
            run.send_signal(signal.SIGKILL)
            assert run.wait() == -signal.SIGKILL
        before = written(parts)
        assert len(before) < 20  # the kill came in the middle
    run_whole(MODELS, executor, parts)
    final, expected = ended(parts), ended(whole)
    assert len(final) == 20
    for i, (values, score) in expected.items():
        assert final[i][0] == values
        assert final[i][1] == pytest.approx(score, rel=1e-4)
    after = written(parts)  # what had ended was not touched again
    assert {i: after[i].st_mtime_ns for i in before} == {
        i: stat.st_mtime_ns for i, stat in before.items()
    }


@pytest.mark.slow
def test_ctrl_c_ends_a_population_and_it_goes_on(tmp_path):
    told = {}
    with start(MODELS, "", tmp_path) as run:
        while len(told) < 4 and run.poll() is None:
            time.sleep(0.2)
            told = ended(tmp_path)
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=60) == -signal.SIGINT  # by a KeyboardInterrupt
    told = ended(tmp_path)
    run_whole(MODELS, "", tmp_path)
    final = ended(tmp_path)
    assert 4 <= len(told) < len(final) == 20
    assert {i: final[i] for i in told} == told


def test_an_end_that_the_oracle_did_not_come_to_save(tmp_path, monkeypatch):
    """A kill between the two files of a trial's end."""
    from ranvier import tuner

    class Search(tuner.GridSearch):
        ran = 0

        def run_trial(self, trial, *args, **kwargs):
            Search.ran += 1
            return float(trial.hyperparameters.Int("a", 1, 4))

    class Killed(BaseException):
        pass

    first = Search(directory=tmp_path, max_trials=3)
    save = first.oracle.save

    def killed(*args):
        if first.oracle.end_order:
            raise Killed
        return save(*args)

    monkeypatch.setattr(first.oracle, "save", killed)
    with pytest.raises(Killed):
        first.search(verbose=0)
    again = Search(directory=tmp_path, max_trials=3)
    again.search(verbose=0)
    assert [t.score for t in again.oracle.trials.values()] == [1.0, 2.0, 3.0]
    assert Search.ran == 3


def test_a_beginning_that_the_oracle_did_not_come_to_save(tmp_path):
    from ranvier import tuner

    class Search(tuner.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            return trial.hyperparameters.Float("a", 0, 1)

    Search(directory=tmp_path, max_trials=2, seed=1).search(verbose=0)
    oracle_file = tmp_path / "untitled_project" / "oracle.json"
    text = oracle_file.read_text()
    longer = Search(directory=tmp_path, max_trials=3, seed=1)
    longer.search(verbose=0)
    expected = [t.score for t in longer.oracle.trials.values()]
    oracle_file.write_text(text)  # as if killed right after the third trial's file
    again = Search(directory=tmp_path, max_trials=3, seed=1)
    assert len(again.oracle.trials) == 2
    again.search(verbose=0)
    assert [t.score for t in again.oracle.trials.values()] == expected


def test_a_damaged_file_is_named(tmp_path):
    from ranvier import tuner

    class Search(tuner.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            return trial.hyperparameters.Float("a", 0, 1)

    Search(directory=tmp_path, max_trials=1).search(verbose=0)
    (tmp_path / "untitled_project" / "oracle.json").write_text("{")
    with pytest.raises(ValueError, match=r"oracle\.json is damaged.*overwrite=True"):
        Search(directory=tmp_path, max_trials=1)
    fresh = Search(directory=tmp_path, max_trials=1, overwrite=True)
    assert not fresh.oracle.trials
