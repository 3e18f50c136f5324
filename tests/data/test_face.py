"""A dataset may show its values as objects of another class."""

import numpy as np

from ranvier.data import Dataset
from ranvier.data._face import Face


class Boxed:
    """A value that only `+` and `*` are known of."""

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Boxed(self.value + other)

    def __mul__(self, other):
        return Boxed(self.value * other)

    def __eq__(self, other):
        return Boxed(self.value == other)


class BoxFace(Face):
    def wrap(self, value):
        return Boxed(value)

    def unwrap(self, value):
        return super().unwrap(value.value if isinstance(value, Boxed) else value)

    def unwrap_traced(self, value):
        return value.value if isinstance(value, Boxed) else value


class BoxDataset(Dataset):
    _face = BoxFace()


def shown(dataset):
    assert isinstance(dataset, BoxDataset)
    elements = list(dataset)
    assert all(isinstance(element, Boxed) for element in elements)
    return [np.asarray(element.value).tolist() for element in elements]


def test_functions_see_and_return_boxes():
    dataset = BoxDataset.range(4).map(lambda x: x * 2)
    assert dataset._data_node.function._traceable
    assert shown(dataset) == [0, 2, 4, 6]
    slow = BoxDataset.range(4).map(lambda x: Boxed(int(x.value)) + 1)
    assert shown(slow) == [1, 2, 3, 4]
    assert shown(dataset.filter(lambda x: x == 4)) == [4]


def test_derived_datasets_keep_the_face():
    dataset = BoxDataset.from_tensor_slices([1, 2, 3])
    assert shown(dataset.batch(2)) == [[1, 2], [3]]
    assert shown(dataset.shuffle(1).take(2).repeat(2)) == [1, 2, 1, 2]
    assert shown(dataset.flat_map(lambda x: BoxDataset.from_tensors(x.value))) == [
        1,
        2,
        3,
    ]
    windows = dataset.window(2).flat_map(lambda w: w.batch(2))
    assert shown(windows) == [[1, 2], [3]]
    assert dataset.reduce(np.int32(0), lambda s, x: s + x.value).value == 6
    assert list(dataset.as_numpy_iterator()) == [1, 2, 3]
