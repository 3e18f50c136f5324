"""Datasets whose elements are tensors of the TensorFlow face: `tf.data`.

They are the datasets of `ranvier.data` with another face: the same nodes, values and
order. What users and their functions are shown are tensors, and ragged and sparse
ones; what they give may be any of these, arrays or Python values.
"""

import functools

from ranvier.autodiff.function._failures import ReadsDataset, ReadsIterator
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.data import (
    _csv,
    _dataset,
    _examples,
    _experimental,
    _files,
    _optional,
    _sql,
    io,
)
from ranvier.data._face import Face
from ranvier.data._iterator import DatasetIterator
from ranvier.data._program import Text
from ranvier.data.io._face import shown
from ranvier.data.io._wav import decode_wav, encode_wav
from ranvier.tensors import RaggedTensor, SparseTensor, Tensor, convert_to_tensor
from ranvier.tensors._tensor import is_traced


class TensorFace(Face):
    """Values as tensors."""

    def wrap(self, value):
        if isinstance(value, (Tensor, RaggedTensor, SparseTensor)):
            return value
        if isinstance(value, Text) or is_traced(value):
            return Tensor(value)
        return convert_to_tensor(value)

    def unwrap(self, value):
        return super().unwrap(self.known(value))

    def known(self, value):
        if tracing_state.tracing and is_traced(getattr(value, "_value", None)):
            raise ReadsDataset(
                "A data set cannot be made of values that a program computes. Make it "
                "outside of the function."
            )
        return value

    def unwrap_traced(self, value):
        if isinstance(value, list):
            return [self.unwrap_traced(item) for item in value]
        return value._value if isinstance(value, Tensor) else value

    def iterator(self, node):
        return TensorIterator(node, self)

    def optional(self):
        return Optional


TENSORS = TensorFace()


class Optional(_optional.Optional):
    """A tensor or a structure of tensors, or nothing."""

    _face = TENSORS


class TensorIterator(DatasetIterator):
    """An iterator over tensors.

    A `tf.function` that reads one made outside of it runs as Python: in a program the
    element would be a constant.
    """

    def __init__(self, node, face):
        super().__init__(node, face)
        self._is_outside = not tracing_state.tracing

    def __next__(self):
        if self._is_outside and tracing_state.tracing:
            raise ReadsIterator(
                "An element of an iterator would be a constant of the program. Pass "
                "the element as an argument, or loop over the data set."
            )
        return super().__next__()

    next = __next__


def bare(value):
    """Returns what a tensor holds while it is traced; anything else as it is."""
    if isinstance(value, Tensor) and (
        isinstance(value._value, Text) or is_traced(value._value)
    ):
        return value._value
    return value


def _kept_outside(method):
    """Returns a method that does not run while a program is traced."""

    @functools.wraps(method)
    def wrapped(*args, **kwargs):
        if tracing_state.tracing:
            raise ReadsDataset(
                f"The result of `Dataset.{method.__name__}` would be a constant of the "
                "program. Pass it as an argument, or loop over the data set."
            )
        return method(*args, **kwargs)

    return wrapped


class Dataset(_dataset.Dataset):
    """A dataset of tensors: `ranvier.data.Dataset`, shown as `tf.data` does.

    Example:
        >>> for x in Dataset.range(2).map(lambda x: x * 10):
        ...     print(x)
        tf.Tensor(0, shape=(), dtype=int64)
        tf.Tensor(10, shape=(), dtype=int64)
    """

    _face = TENSORS

    reduce = _kept_outside(_dataset.Dataset.reduce)
    get_single_element = _kept_outside(_dataset.Dataset.get_single_element)


class _TensorFiles(Dataset):
    """A source that reads files; what is made of it is a plain `Dataset`."""

    _plain = Dataset

    @classmethod
    def _of(cls, node):
        return cls._plain(node)


def _of_tensors(files):
    """Returns a class of datasets that read files, with tensors as elements."""
    described = files.__doc__.partition("    Example:")[0]  # that one shows arrays
    members = {"__doc__": described, "__module__": __name__, "_face": TENSORS}
    return type(files.__name__, (files, _TensorFiles), {**members, "_plain": Dataset})


TextLineDataset = _of_tensors(_files.TextLineDataset)
TFRecordDataset = _of_tensors(_files.TFRecordDataset)
FixedLengthRecordDataset = _of_tensors(_files.FixedLengthRecordDataset)
CsvDataset = _of_tensors(_csv.CsvDataset)
SqlDataset = _of_tensors(_sql.SqlDataset)


# `tf.data.experimental`.

make_csv_dataset = functools.partial(_csv.make_csv_dataset, dataset_class=Dataset)
make_batched_features_dataset = functools.partial(
    _examples.make_batched_features_dataset, dataset_class=Dataset
)
Counter = Dataset.counter
RandomDataset = Dataset.random
sample_from_datasets = Dataset.sample_from_datasets
load = Dataset.load


def from_list(elements, name=None):
    """Makes a dataset of a list of elements of one structure."""
    return Dataset._of(_experimental.from_list(elements)._data_node)


# `tf.io`: the functions of `ranvier.data.io`, with tensors as results.

io_functions = io.wrapped(TENSORS.wrap, bare)
audio_functions = {
    function.__name__: shown(function, TENSORS.wrap, bare)
    for function in (decode_wav, encode_wav)
}
