"""The position of an iterator can be saved and taken up anywhere in a pass."""

import json

import numpy as np
import pytest

from ranvier.data import Dataset

PIPELINES = {
    "range": lambda: Dataset.range(40),
    "rows": lambda: Dataset.from_tensor_slices((np.arange(40), ["x"] * 40)),
    "generator": lambda: Dataset.from_generator(lambda: iter(range(40))),
    "random": lambda: Dataset.random(seed=3).take(40),
    "map": lambda: Dataset.range(40).map(lambda x: x * 2),
    "map in Python": lambda: Dataset.range(40).map(lambda x: int(x) * 2),
    "filter": lambda: Dataset.range(80).filter(lambda x: x % 2 == 0),
    "batch": lambda: Dataset.range(101).batch(3),
    "unbatch": lambda: Dataset.range(40).batch(7).unbatch(),
    "rebatch": lambda: Dataset.range(80).batch(7).rebatch(2),
    "rebatch sizes": lambda: Dataset.range(80).batch(7).rebatch([2, 3]),
    "padded batch": lambda: (
        Dataset.range(40).map(lambda n: np.full(int(n) % 4, n)).padded_batch(2)
    ),
    "shuffle": lambda: Dataset.range(40).shuffle(10, seed=1),
    "full shuffle": lambda: Dataset.range(40).shuffle(40, seed=1),
    "shuffle, repeat": lambda: Dataset.range(15).shuffle(10, seed=1).repeat(3),
    "shuffle of shuffle": lambda: (
        Dataset.range(40).shuffle(9, 1).map(lambda x: x + 1).shuffle(7, 2)
    ),
    "repeat without end": lambda: Dataset.range(6).shuffle(6, seed=4).repeat().batch(4),
    "take, skip": lambda: Dataset.range(60).skip(7).take(40),
    "shard": lambda: Dataset.range(80).shard(2, 1),
    "concatenate": lambda: Dataset.range(20).concatenate(Dataset.range(20)),
    "enumerate": lambda: Dataset.range(40).enumerate(3),
    "unique": lambda: Dataset.range(80).map(lambda x: x // 2).unique(),
    "scan": lambda: Dataset.range(40).scan(np.int64(0), lambda s, x: (s + x, s)),
    "take while": lambda: Dataset.range(80).take_while(lambda x: x < 40),
    "zip": lambda: Dataset.zip(
        Dataset.range(40), Dataset.range(80).batch(2), Dataset.range(50).shuffle(9, 2)
    ),
    "flat map": lambda: Dataset.range(12).flat_map(lambda n: Dataset.range(n)),
    "interleave": lambda: Dataset.range(7).interleave(
        lambda n: Dataset.range(10 * n, 10 * n + 7), cycle_length=3, block_length=2
    ),
    "interleave, shuffled": lambda: (
        Dataset.range(7)
        .shuffle(7, seed=3)
        .interleave(lambda n: Dataset.range(10 * n, 10 * n + 7), cycle_length=3)
    ),
    "window": lambda: (
        Dataset.range(30)
        .window(4, shift=3, drop_remainder=True)
        .flat_map(lambda w: w.batch(4))
    ),
    "groups": lambda: Dataset.range(60).group_by_window(
        lambda x: x % 3, lambda key, group: group.batch(2), 4
    ),
    "choose": lambda: Dataset.choose_from_datasets(
        [Dataset.range(20), Dataset.range(100, 120)], Dataset.range(2).repeat()
    ),
    "sample": lambda: Dataset.sample_from_datasets(
        [Dataset.range(20), Dataset.range(100, 120)], seed=1
    ),
    "cache": lambda: Dataset.range(15).map(lambda x: x * 3).cache().repeat(3),
    "cache of a shuffle": lambda: (
        Dataset.range(15).shuffle(6, seed=1).cache().repeat(3)
    ),
    "prefetch": lambda: Dataset.range(40).map(lambda x: x * 2).prefetch(5),
    "resample": lambda: Dataset.range(80).rejection_resample(
        lambda x: np.int32(x % 2), [0.9, 0.1], seed=1
    ),
    "long chain": lambda: (
        Dataset.range(200)
        .shuffle(50, seed=1)
        .map(lambda x: x + 1)
        .filter(lambda x: x % 3 != 0)
        .batch(4)
        .prefetch(2)
        .repeat(2)
    ),
}


def plain(element):
    if isinstance(element, tuple):
        return [plain(value) for value in element]
    return element if isinstance(element, bytes) else np.asarray(element).tolist()


def rest_of(iterator, limit=30):
    return [plain(element) for _, element in zip(range(limit), iterator)]


@pytest.mark.parametrize("name", list(PIPELINES))
@pytest.mark.parametrize("taken", [0, 1, 5, 17, 24])
def test_another_iterator_goes_on(name, taken):
    iterator = iter(PIPELINES[name]())
    for _ in range(taken):
        next(iterator, None)
    state = json.loads(json.dumps(iterator.get_state()))
    expected = rest_of(iterator)
    other = iter(PIPELINES[name]())
    next(other, None)  # being somewhere else does not matter
    other.set_state(state)
    assert rest_of(other) == expected


@pytest.mark.parametrize("kind", ["cache", "snapshot"])
@pytest.mark.parametrize("taken", [0, 5, 15, 17])
@pytest.mark.parametrize("finished", [False, True])
def test_goes_on_with_what_is_kept_in_files(kind, taken, finished, tmp_path):
    def pipeline(run):
        ds = Dataset.range(15).shuffle(6, seed=1)
        return getattr(ds, kind)(str(tmp_path / f"kept{run}")).repeat(2)

    expected = rest_of(iter(pipeline("alone")))
    iterator = iter(pipeline("resumed"))
    found = [plain(next(iterator)) for _ in range(taken)]
    state = json.loads(json.dumps(iterator.get_state()))
    if finished:
        rest_of(iterator)
    other = iter(pipeline("resumed"))
    other.set_state(state)
    assert found + rest_of(other) == expected


@pytest.mark.parametrize("name", list(PIPELINES))
def test_saving_changes_nothing(name):
    iterator, found = iter(PIPELINES[name]()), []
    for _, element in zip(range(30), iterator):
        found.append(plain(element))
        iterator.get_state()
    assert found == rest_of(iter(PIPELINES[name]()))


def test_state_is_small():
    ds = Dataset.range(10_000).map(lambda x: x).shuffle(5_000, seed=1).batch(32)
    iterator = iter(ds)
    for _ in range(50):
        next(iterator)
    assert len(json.dumps(iterator.get_state())) < 1000
