"""Shuffling: what comes, how early, and that it follows from the seed."""

import numpy as np
import pytest

from ranvier.data import Dataset

N = 200


def order(dataset):
    return [int(x) for x in dataset]


def sources():
    numbers = np.arange(N)
    return {
        "rows": Dataset.from_tensor_slices(numbers),
        "mapped": Dataset.range(N).map(lambda x: x),
        "generated": Dataset.from_generator(lambda: range(N)),
    }


@pytest.mark.parametrize("kind", list(sources()))
@pytest.mark.parametrize("size", [1, 2, 10, 199, 200, 1000])
def test_each_element_once_and_no_earlier_than_the_buffer_allows(kind, size):
    found = order(sources()[kind].shuffle(size, seed=3))
    assert sorted(found) == list(range(N))
    # Element i enters the buffer when i - size elements have gone out.
    assert all(place >= i - size + 1 for place, i in enumerate(found))
    assert (found == list(range(N))) == (size == 1)


@pytest.mark.parametrize("size", [10, 1000])
def test_order_follows_from_seed_and_pass(size):
    def passes(seed, reshuffle=True):
        ds = Dataset.range(N).shuffle(size, seed, reshuffle)
        return [order(ds) for _ in range(3)]

    assert passes(1) == passes(1)
    assert passes(1) != passes(2)
    first, second, third = passes(1)
    assert first != second != third
    assert len({tuple(found) for found in passes(1, reshuffle=False)}) == 1


@pytest.mark.parametrize("size", [10, 1000])
def test_repeat_reshuffles(size):
    found = order(Dataset.range(N).shuffle(size, seed=1).repeat(2))
    assert sorted(found[:N]) == sorted(found[N:])
    assert found[:N] != found[N:]
    kept = Dataset.range(N).shuffle(size, seed=1, reshuffle_each_iteration=False)
    found = order(kept.repeat(2))
    assert found[:N] == found[N:]


@pytest.mark.parametrize("size", [7, 64])
def test_order_does_not_depend_on_blocks(size):
    """Blocks of other sizes, as when elements are large, give the same order."""
    thin = Dataset.range(N).shuffle(size, seed=5)
    wide = Dataset.range(N).map(lambda x: (x, np.zeros(100_000)))
    assert order(thin) == [int(x) for x, _ in wide.shuffle(size, seed=5)]


def test_order_does_not_depend_on_threads():
    def run(threads):
        ds = Dataset.range(N).map(lambda x: int(x), num_parallel_calls=threads)
        return order(ds.shuffle(20, seed=2))

    assert run(None) == run(4)


def test_all_orders_are_equally_likely():
    """Each element comes first in about one of five passes (4 standard errors)."""
    ds = Dataset.range(5).shuffle(5, seed=0)
    firsts = np.bincount([order(ds)[0] for _ in range(1000)], minlength=5)
    assert np.abs(firsts - 200).max() < 4 * np.sqrt(1000 * 0.2 * 0.8)


def test_elements_of_different_shapes():
    ds = Dataset.range(30).map(lambda n: np.full(int(n) % 5, n)).shuffle(8, seed=1)
    found = [x.tolist() for x in ds]
    assert sorted(found) == sorted([n] * (n % 5) for n in range(30))


def test_strings_and_structures():
    words = np.array([f"w{i}" for i in range(40)])
    ds = Dataset.from_tensor_slices({"n": np.arange(40), "w": words}).shuffle(7)
    assert sorted(int(e["n"]) for e in ds) == list(range(40))
    assert all(e["w"] == b"w%d" % e["n"] for e in ds)


def test_sampling_follows_weights():
    parts = [Dataset.from_tensors(i).repeat() for i in range(3)]
    ds = Dataset.sample_from_datasets(parts, weights=[0.5, 0.3, 0.2], seed=1)
    share = np.bincount([int(x) for x in ds.take(4000)]) / 4000
    # Four standard errors of a share.
    np.testing.assert_allclose(share, [0.5, 0.3, 0.2], atol=0.033)
