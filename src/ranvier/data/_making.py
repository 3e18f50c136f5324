"""The methods of `Dataset` that make one from something else."""

import functools
import operator
import os

import numpy as np

from ranvier.autodiff.function._failures import ReadsDataset
from ranvier.autodiff.function._state import state as tracing_state
from ranvier.core._seeds import make_default_seed
from ranvier.data import _columns, _spec, _structure
from ranvier.data._file_names import file_names, matches
from ranvier.data._mixing import Choose, Draws, Zip
from ranvier.data._options import inherit
from ranvier.data._shuffling import Shuffle
from ranvier.data._sources import Generated, Random, Range, Rows, rows_of
from ranvier.data._storage import Stored
from ranvier.tensors._errors import InvalidArgumentError
from ranvier.tensors._tensor import is_traced


def integer(value, argument) -> int:
    """Returns an integer argument.

    Raises:
        TypeError: for anything else.
        ValueError: for None.
    """
    if value is None:
        raise ValueError(f"`{argument}` must be an integer. Received: {argument}=None")
    if tracing_state.tracing and is_traced(getattr(value, "_value", None)):
        raise ReadsDataset(
            f"`{argument}` must be known when a data set is made. A program computes "
            "it here: make the data set outside of the function."
        )
    try:
        if isinstance(value, bool):
            raise TypeError
        if np.ndim(value):
            raise InvalidArgumentError(
                f"`{argument}` must be a scalar. Received: {argument}={value!r}"
            )
        if isinstance(value, (int, np.integer)):
            return int(value)
        return operator.index(np.asarray(value)[()])
    except TypeError:
        raise TypeError(
            f"`{argument}` must be an integer. Received: {argument}={value!r}"
        ) from None


class Making:
    """Sources and mixtures, as static methods."""

    @classmethod
    def from_tensor_slices(cls, tensors, name=None):
        """Makes a dataset of the rows of arrays.

        Args:
            tensors: an array, a (nested) list of numbers or strings, a ragged or sparse
                tensor, a data frame, or a structure (tuples, dictionaries) of them, all
                with the same number of rows.
            name: ignored.

        Raises:
            ValueError: for scalars, or different numbers of rows.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.from_tensor_slices({"a": [1, 2], "b": ["x", "y"]})
            >>> for element in ds:
            ...     print(element["a"], element["b"])
            1 b'x'
            2 b'y'
        """
        return cls._of(rows_of(_structure.map_values(cls._face.known, _table(tensors))))

    @classmethod
    def from_tensors(cls, tensors, name=None):
        """Makes a dataset of one element.

        Args:
            tensors: a value, or a structure of values.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [x.tolist() for x in Dataset.from_tensors([1, 2])]
            [[1, 2]]
        """
        if not _structure.flatten(tensors):
            raise InvalidArgumentError(
                f"`tensors` must hold at least one value. Received: tensors={tensors!r}"
            )
        element = _structure.map_values(cls._face.unwrap, _table(tensors))
        columns = _structure.map_values(lambda v: _columns.stack([v]), element)
        return cls._of(Rows(columns, 1))

    @classmethod
    def from_generator(
        cls,
        generator,
        output_types=None,
        output_shapes=None,
        args=None,
        output_signature=None,
        name=None,
    ):
        """Makes a dataset of what a generator yields.

        Args:
            generator: a function that returns an iterable; called for each pass.
            output_types: structure of dtypes, where there is no `output_signature`.
            output_shapes: structure of shapes, with `output_types`.
            args: arguments of `generator`, a tuple.
            output_signature: structure of `TensorSpec`s. If there are neither dtypes
                nor a signature, they are taken from what comes.
            name: ignored.

        Raises:
            TypeError: if `generator` cannot be called, or both ways of telling dtypes
                are used.
            InvalidArgumentError: in iteration, for elements that do not match.

        Example:
            >>> from ranvier.data import Dataset
            >>> def count(stop):
            ...     yield from range(stop)
            >>> [int(x) for x in Dataset.from_generator(count, args=(3,))]
            [0, 1, 2]
        """
        if not callable(generator):
            raise TypeError("`generator` must be a Python callable.")
        if output_signature is not None and (
            output_types is not None or output_shapes is not None
        ):
            raise TypeError(
                "The `output_types` and `output_shapes` arguments can not be used "
                "together with the `output_signature` argument."
            )
        spec = output_signature
        if output_types is not None:
            spec = _specs(output_types, output_shapes)
        elif output_shapes is not None:
            raise TypeError("`output_types` is missing: shapes alone tell too little.")
        elif spec is not None:
            spec = _structure.map_values(_spec.as_spec, _lists_to_tuples(spec))
        arguments = [cls._face.unwrap(a) for a in args or ()]
        return cls._of(Generated(functools.partial(generator, *arguments), spec))

    @classmethod
    def range(cls, *args, output_type=np.int64, name=None):
        """Makes a dataset of numbers, like Python's `range`.

        Args:
            *args: `stop`, or `start, stop`, or `start, stop, step`.
            output_type: dtype of the numbers.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.range(1, 10, 3)]
            [1, 4, 7]
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(
                "Invalid `args`. The length of `args` should be between 1 and 3. "
                f"Received: {args}"
            )
        numbers = [integer(value, "args") for value in args]
        start, stop = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
        step = numbers[2] if len(numbers) == 3 else 1
        if step == 0:
            raise InvalidArgumentError("step must be a non-zero integer.")
        dtype = _spec.numpy_dtype(output_type)
        if dtype.kind not in "iuf":
            raise InvalidArgumentError(
                f"Unsupported data type: {_spec.name_of(dtype)}. `output_type` must be "
                "one of numbers."
            )
        return cls._of(Range(start, stop, step, dtype))

    @classmethod
    def counter(cls, start=0, step=1, dtype=np.int64, name=None):
        """Makes a dataset that counts without end.

        Example:
            >>> from ranvier.data import Dataset
            >>> [int(x) for x in Dataset.counter(5, 2).take(3)]
            [5, 7, 9]
        """
        start, step = integer(start, "start"), integer(step, "step")
        return cls._of(Range(start, None, step, _spec.numpy_dtype(dtype)))

    @classmethod
    def random(cls, seed=None, rerandomize_each_iteration=None, name=None):
        """Makes a dataset of random int64 numbers from 0 to 2**32 - 1, without end.

        Args:
            seed: an integer, or None.
            rerandomize_each_iteration: whether each pass has numbers of its own.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> ds = Dataset.random(seed=4).take(3)
            >>> list(ds) == list(ds)
            True
        """
        return cls._of(Random(seed, bool(rerandomize_each_iteration)))

    @classmethod
    def list_files(cls, file_pattern, shuffle=None, seed=None, name=None):
        """Makes a dataset of the names of files.

        Args:
            file_pattern: a glob pattern, or a list (or dataset) of them.
            shuffle: False for sorted names; by default each pass has another order.
            seed: of the orders.
            name: ignored.

        Raises:
            InvalidArgumentError: if no file matches.

        Example:
            >>> import pathlib, tempfile
            >>> from ranvier.data import Dataset
            >>> folder = pathlib.Path(tempfile.mkdtemp())
            >>> _ = (folder / "a.txt").write_text("")
            >>> [name.decode()[-5:] for name in Dataset.list_files(f"{folder}/*.txt")]
            ['a.txt']
        """
        if hasattr(file_pattern, "_data_node"):
            patterns = [os.fsdecode(p) for p in file_pattern.as_numpy_iterator()]
        else:
            patterns = file_names(file_pattern)
        files: list = []
        for pattern in patterns:
            files += matches(pattern)
        if not files:
            raise InvalidArgumentError(
                f"No files matched pattern: {', '.join(patterns)}"
            )
        names = np.array([os.fsencode(file) for file in sorted(files)], object)
        node = Rows(names, len(names))
        if shuffle is None or shuffle:
            node = Shuffle(node, len(names), seed)
        return cls._of(node)

    @classmethod
    def zip(cls, *args, datasets=None, name=None):
        """Puts the elements of datasets side by side, as long as all have one.

        Args:
            *args: datasets, or one structure of datasets.
            datasets: the structure, as a keyword.
            name: ignored.

        Example:
            >>> from ranvier.data import Dataset
            >>> pairs = Dataset.zip(Dataset.range(2), Dataset.range(5, 9))
            >>> [(int(a), int(b)) for a, b in pairs]
            [(0, 5), (1, 6)]
        """
        if not args and datasets is None:
            raise TypeError("Must pass at least one dataset to `zip`.")
        if args and datasets is not None:
            raise TypeError("Both `*args` and `datasets` cannot be set.")
        if datasets is None:
            datasets = args[0] if len(args) == 1 else args
        for value in _structure.flatten(datasets):
            if not hasattr(value, "_data_node"):
                advice = " Pass a tuple of datasets." if isinstance(value, list) else ""
                raise TypeError(
                    "Invalid input to `zip`. Inputs are expected to be (nested) "
                    f"structures of `Dataset` objects.{advice} Received: "
                    f"{type(value).__name__}"
                )
        zipped = cls._of(Zip(_structure.map_values(lambda d: d._data_node, datasets)))
        return inherit(zipped, _structure.flatten(datasets))

    @classmethod
    def choose_from_datasets(cls, datasets, choice_dataset, stop_on_empty_dataset=True):
        """Takes elements from datasets in the order that another dataset tells.

        Args:
            datasets: list of datasets whose elements are of the same kinds.
            choice_dataset: dataset of int64 scalars, numbers of datasets.
            stop_on_empty_dataset: end when a chosen dataset has no more elements;
                else its choices are left out.

        Raises:
            TypeError: if elements have another structure or other dtypes.

        Example:
            >>> from ranvier.data import Dataset
            >>> parts = [Dataset.range(0, 5), Dataset.range(10, 15)]
            >>> order = Dataset.from_tensor_slices(np.array([1, 0, 1]))
            >>> [int(x) for x in Dataset.choose_from_datasets(parts, order)]
            [10, 0, 11]
        """
        nodes = _nodes(datasets)
        if not hasattr(choice_dataset, "_data_node"):
            raise TypeError(
                "Invalid `choice_dataset`. `choice_dataset` should be a `Dataset` but "
                f"is {type(choice_dataset)}."
            )
        if choice_dataset.element_spec != _spec.TensorSpec((), np.int64):
            raise TypeError(
                "`choice_dataset` elements must be scalars of dtype int64. Received "
                f"elements with element_spec={choice_dataset.element_spec!r}"
            )
        return cls._of(
            Choose(nodes, choice_dataset._data_node, bool(stop_on_empty_dataset))
        )

    @classmethod
    def sample_from_datasets(
        cls,
        datasets,
        weights=None,
        seed=None,
        stop_on_empty_dataset=False,
        rerandomize_each_iteration=None,
    ):
        """Takes each element from a dataset drawn at random.

        Args:
            datasets: list of datasets whose elements are of the same kinds.
            weights: probability of each; equal by default. Or a dataset of such lists.
            seed: of the draws.
            stop_on_empty_dataset: end when the dataset drawn has no more elements;
                else the others go on.
            rerandomize_each_iteration: whether each pass draws anew.

        Raises:
            TypeError: if elements have another structure or other dtypes.
            ValueError: for weights that do not fit.

        Example:
            >>> from ranvier.data import Dataset
            >>> parts = [Dataset.range(5), Dataset.range(5)]
            >>> mixed = Dataset.sample_from_datasets(parts, weights=[0.9, 0.1], seed=1)
            >>> len(list(mixed))
            10
        """
        nodes = _nodes(datasets)
        label = "sample_from_datasets"
        if hasattr(weights, "_data_node"):
            choices = _drawn_from(weights, seed)._data_node
        else:
            weights = np.ones(len(nodes)) if weights is None else np.asarray(weights)
            if weights.dtype.kind in "iub":
                raise TypeError(
                    "Invalid `weights`. `weights` must be of dtype `tf.float32` or "
                    f"`tf.float64`. Received: {weights.dtype.name}"
                )
            if (
                weights.shape != (len(nodes),)
                or (weights < 0).any()
                or not weights.any()
            ):
                raise ValueError(
                    f"`weights` must be {len(nodes)} numbers of which none is negative "
                    f"and one is not zero. Received: weights={weights}"
                )
            nodes = [node for node, weight in zip(nodes, weights) if weight]
            if len(nodes) == 1:
                return cls._of(nodes[0])
            weights = weights[weights > 0]
            choices = Draws(weights, seed, bool(rerandomize_each_iteration))
        return cls._of(Choose(nodes, choices, bool(stop_on_empty_dataset), label))

    @classmethod
    def load(
        cls, path, element_spec=None, compression=None, reader_func=None, wait=False
    ):
        """Makes a dataset of what `save` wrote.

        Args:
            path: the folder.
            element_spec: ignored: the folder tells.
            compression: ignored: the folder tells.
            reader_func: called with a dataset of datasets (one here); returns the
                dataset to use.
            wait: ignored.

        Raises:
            FileNotFoundError: if there is no such folder.

        Example:
            >>> import tempfile
            >>> from ranvier.data import Dataset
            >>> folder = tempfile.mkdtemp() + "/numbers"
            >>> Dataset.range(3).save(folder)
            >>> [int(x) for x in Dataset.load(folder)]
            [0, 1, 2]
        """
        dataset = cls._of(Stored(path))
        if reader_func is None:
            return dataset
        return reader_func(cls._of(Rows(_columns.Objects([dataset]), 1)))


def _table(tensors):
    """Returns a data frame as a dictionary of its columns if they differ in dtype."""
    if hasattr(tensors, "dtypes") and hasattr(tensors, "to_numpy"):
        if not isinstance(tensors.dtypes, np.dtype):
            return tensors.to_numpy()
    return tensors


def _lists_to_tuples(spec):
    return tuple(spec) if isinstance(spec, list) else spec


def _specs(types, shapes):
    types = _lists_to_tuples(types)
    if shapes is None:
        return _structure.map_values(lambda t: _spec.TensorSpec(None, t), types)

    def build(kind, shape):
        if isinstance(kind, dict):
            return {key: build(kind[key], shape[key]) for key in kind}
        if isinstance(kind, tuple):
            return tuple(build(k, s) for k, s in zip(kind, shape, strict=True))
        return _spec.TensorSpec(shape, kind)

    return build(types, shapes)


def _nodes(datasets):
    if not datasets:
        raise ValueError("Invalid `datasets`. `datasets` should not be empty.")
    for dataset in datasets:
        if not hasattr(dataset, "_data_node"):
            raise TypeError(
                f"`datasets` must be a list of datasets. Received: {dataset!r}"
            )
    first, *others = [dataset.element_spec for dataset in datasets]
    for i, other in enumerate(others, 1):
        if not _spec.same_kinds(first, other):
            raise TypeError(
                "Invalid `datasets`. `datasets` must have compatible element specs: "
                "the same structure and dtypes.\n"
                f"Dataset 0 element_spec={first!r}.\n"
                f"Dataset {i} element_spec={other!r}."
            )
    return [dataset._data_node for dataset in datasets]


def _drawn_from(weights, seed):
    """Returns a dataset of numbers drawn with the weights that a dataset gives."""
    seed = make_default_seed() if seed is None else int(seed)

    def draw(number, weight):
        key = [seed % 2**64, int(number)]
        cumulated = np.cumsum(np.asarray(weight, np.float64))
        u = np.random.Generator(np.random.Philox(key=key)).random() * cumulated[-1]
        return np.searchsorted(cumulated, u, side="right").astype(np.int64)

    return weights.enumerate().map(draw)
