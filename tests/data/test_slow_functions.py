"""Slow functions and generators: what is there is handed on; threads keep the order."""

import threading

import numpy as np
import pytest

from ranvier.data import AUTOTUNE, Dataset, experimental


class Watched:
    """A function that counts its calls and takes a while."""

    def __init__(self, seconds=0.03):
        self.seconds = seconds
        self.calls = []
        self._stop = threading.Event()

    def __call__(self, x):
        self.calls.append(int(x))
        self._stop.wait(self.seconds)
        return x


PIPELINES = {
    "map": lambda ds, f: ds.map(f),
    "map twice": lambda ds, f: ds.map(f).map(lambda x: str(x)),
    "batch": lambda ds, f: ds.map(f).batch(1),
    "padded_batch": lambda ds, f: ds.map(f).padded_batch(1),
    "filter": lambda ds, f: ds.filter(lambda x: f(x) >= 0),
    "take_while": lambda ds, f: ds.take_while(lambda x: f(x) >= 0),
    "scan": lambda ds, f: ds.scan(np.int64(0), lambda s, x: (s + x, f(x))),
    "cache": lambda ds, f: ds.map(f).cache(),
    "enumerate": lambda ds, f: ds.map(f).enumerate(),
    "zip": lambda ds, f: Dataset.zip(ds.map(f), ds),
    "interleave": lambda ds, f: ds.batch(25).interleave(
        lambda xs: Dataset.from_tensor_slices(xs).map(f), cycle_length=4
    ),
}


@pytest.mark.parametrize("name", list(PIPELINES))
def test_elements_are_handed_on_while_others_are_still_to_be_made(name):
    function = Watched()
    iterator = iter(PIPELINES[name](Dataset.range(100), function))
    for _ in range(5):
        next(iterator)
    assert len(function.calls) < 20


def test_calls_run_at_the_same_time_and_keep_their_order():
    together = threading.Barrier(4, timeout=20)

    def meet(x):
        together.wait()  # nobody goes on alone
        return x

    ds = Dataset.range(40).map(meet, num_parallel_calls=4)
    assert [int(x) for x in ds] == list(range(40))


def test_datasets_are_read_at_the_same_time_and_keep_their_order():
    running, most, lock = [0], [0], threading.Lock()

    def numbers(i):
        for j in range(6):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            threading.Event().wait(0.03)
            with lock:
                running[0] -= 1
            yield i * 10 + j

    def files(parallel):
        ds = Dataset.range(4).interleave(
            lambda i: Dataset.from_generator(lambda: numbers(int(i))),
            cycle_length=4,
            num_parallel_calls=parallel,
        )
        return [int(x) for x in ds]

    expected = [i * 10 + j for j in range(6) for i in range(4)]
    assert files(None) == expected
    assert most[0] == 1
    assert files(4) == expected
    assert most[0] > 1
    assert files(AUTOTUNE) == expected


def test_datasets_that_share_a_node_are_read_one_after_the_other():
    def order(parallel):
        shared = Dataset.range(8).shuffle(8, seed=3).map(Watched(0.02))
        ds = Dataset.range(3).interleave(
            lambda i: shared.repeat(2), cycle_length=3, num_parallel_calls=parallel
        )
        return [int(x) for x in ds]

    assert order(None) == order(3)


def test_a_pass_goes_on_in_the_middle_of_a_slow_map():
    ds = Dataset.range(60).shuffle(60, seed=2).map(Watched(0.005)).batch(2)
    iterator = iter(ds)
    begun = [next(iterator).tolist() for _ in range(4)]
    state = iterator.get_state()
    rest = [batch.tolist() for batch in iterator]
    again = iter(ds)
    again.set_state(state)
    assert [batch.tolist() for batch in again] == rest
    assert sorted(sum(begun + rest, [])) == list(range(60))


@pytest.mark.parametrize("parallel", [None, 3])
@pytest.mark.parametrize("ahead", [False, True])
def test_reading_goes_on_behind_an_error(parallel, ahead):
    def check(x):
        if x in (3, 4):
            raise ValueError(f"no {x}")
        return str(x)

    ds = Dataset.range(7).map(check, num_parallel_calls=parallel)
    iterator, found = iter(ds.prefetch(2) if ahead else ds), []
    while True:
        try:
            found.append(next(iterator))
        except ValueError as error:
            found.append(str(error))
        except StopIteration:
            break
    assert found == [b"0", b"1", b"2", "no 3", "no 4", b"5", b"6"]


def test_errors_are_left_out_of_slow_pipelines():
    def check(x):
        if x % 5 == 3:
            raise ValueError("no")
        return Watched(0.002)(x)

    ds = Dataset.range(20).map(check).apply(experimental.ignore_errors())
    assert [int(x) for x in ds] == [x for x in range(20) if x % 5 != 3]
