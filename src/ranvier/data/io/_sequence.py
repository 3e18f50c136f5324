"""`parse_sequence_example`: examples with lists of features, one a time step."""

import numpy as np

from ranvier.data.io import _features, _ragged
from ranvier.data.io._lists import NAMES, NUMPY_DTYPE
from ranvier.data.io._messages import message_class
from ranvier.data.io._parse import Batch, make_sparse, pad
from ranvier.data.io._scan import BYTES, FLOATS, INTS, decode
from ranvier.data.io._spec import as_key, plan
from ranvier.data.io._values import to_strings
from ranvier.tensors._errors import InvalidArgumentError

_CONTEXT = (
    _features.VarLenFeature,
    _features.FixedLenFeature,
    _features.RaggedFeature,
)
_SEQUENCE = (
    _features.VarLenFeature,
    _features.FixedLenSequenceFeature,
    _features.RaggedFeature,
)
_KINDS = {"bytes_list": BYTES, "float_list": FLOATS, "int64_list": INTS}


def parse_sequence_example(
    serialized,
    context_features=None,
    sequence_features=None,
    example_names=None,
    name=None,
):
    """Parses a batch of serialised `SequenceExample` messages.

    Args:
        serialized: a list, array or tensor of strings.
        context_features: a dict of `FixedLenFeature`, `VarLenFeature` and
            `RaggedFeature` for what holds for an example as a whole.
        sequence_features: a dict of `FixedLenSequenceFeature`, `VarLenFeature` and
            `RaggedFeature` for lists with an item a time step.
        example_names: names of the examples, used in messages.
        name: ignored.

    Returns:
        Three dicts: the context; the sequences, with axes for batch and time; and the
        number of steps in each example, for features of fixed length.

    Raises:
        ValueError: if the configurations are wrong.
        InvalidArgumentError: if an example is damaged or does not fit them.
    """
    strings = to_strings(serialized, "serialized")
    if strings.ndim > 1:
        raise InvalidArgumentError(
            f"Expected serialized to be a vector, got shape: {list(strings.shape)}"
        )
    single = strings.ndim == 0
    records = strings.ravel().tolist()
    names = None if example_names is None else to_strings(example_names).ravel()
    return _parse(records, context_features, sequence_features, names, single)


def parse_single_sequence_example(
    serialized,
    context_features=None,
    sequence_features=None,
    example_name=None,
    name=None,
):
    """Parses one serialised `SequenceExample` message.

    Args:
        serialized: a string, or a scalar array or tensor of one.
        context_features: see `parse_sequence_example`.
        sequence_features: see `parse_sequence_example`.
        example_name: the example's name, used in messages.
        name: ignored.

    Returns:
        Two dicts: the context, and the sequences, whose first axis is time.

    Raises:
        ValueError: if the configurations are wrong.
        InvalidArgumentError: if the example is damaged or does not fit them.

    Example:
        >>> from ranvier.data import io
        >>> steps = [
        ...     io.Feature(bytes_list=io.BytesList(value=words))
        ...     for words in ([b"a", b"b"], [b"c", b"d"])
        ... ]
        >>> lists = {"words": io.FeatureList(feature=steps)}
        >>> example = io.SequenceExample(
        ...     feature_lists=io.FeatureLists(feature_list=lists)
        ... ).SerializeToString()
        >>> words = _features.FixedLenSequenceFeature([2], "string")
        >>> context, sequences = parse_single_sequence_example(
        ...     example, sequence_features={"words": words}
        ... )
        >>> sequences["words"].tolist()
        [[b'a', b'b'], [b'c', b'd']]
    """
    strings = to_strings(serialized, "serialized")
    if strings.ndim:
        raise ValueError(
            "Input serialized must be a scalar. Received an array of shape "
            f"{strings.shape}; use `parse_sequence_example` for a batch."
        )
    names = None if example_name is None else to_strings(example_name).ravel()
    records = [strings.item()]
    return _parse(records, context_features, sequence_features, names, True)[:2]


def _parse(records, context_features, sequence_features, names, single):
    if not (context_features or sequence_features):
        raise ValueError(
            "Must provide at least one of `context_features` and `sequence_features`"
        )
    message = message_class("SequenceExample")
    messages = [decode(message, record, "sequence example") for record in records]
    context, sequences, lengths = {}, {}, {}
    if context_features:
        checked = plan(context_features, _CONTEXT, "context_features")
        example = message_class("Example")
        contexts = [
            example(features=message.context).SerializeToString()
            for message in messages
        ]
        context = Batch(contexts, checked, names, single).results()
    if sequence_features:
        checked = plan(sequence_features, _SEQUENCE, "sequence_features")
        reader = _Sequences(messages, checked, names, single)
        for column in checked.columns:
            sequences[column.key] = reader.result(column)
            if isinstance(column.feature, _features.FixedLenSequenceFeature):
                steps = reader.lists(column.key)[2]
                lengths[column.key] = steps[0] if single else steps
    return context, sequences, lengths


class _Sequences:
    """The feature lists of examples on their way to arrays.

    Args:
        messages: the examples.
        checked: the plan.
        names: what messages call the examples, or None.
        single: whether the result is that of a single example.
    """

    def __init__(self, messages, checked, names, single):
        self._messages = messages
        self._kinds = checked.kinds
        self._names = names
        self._single = single
        self._decoded = {}

    def result(self, column):
        """Returns the sequences of one feature."""
        if isinstance(column.feature, _features.FixedLenSequenceFeature):
            return self._fixed(column)
        if isinstance(column.feature, _features.RaggedFeature):
            return self._ragged(column)
        return self._variable(column)

    def lists(self, key, required=False):
        """Returns the values of a feature.

        Returns:
            All values, how many there are in each step, and how many steps there are
            in each example.
        """
        key = as_key(key)
        if key not in self._decoded:
            self._decoded[key] = self._read(key.decode(), self._kinds[key], required)
        return self._decoded[key]

    def _read(self, key, kind, required):
        values, lengths, steps = [], [], []
        for row, message in enumerate(self._messages):
            found = message.feature_lists.feature_list
            if key not in found:
                if required:
                    raise InvalidArgumentError(
                        f"{self._title(row)}Feature list '{key}' is required but could "
                        "not be found.  Did you mean to set `allow_missing=True`?"
                    )
                steps.append(0)
                continue
            features = found[key].feature
            for step, feature in enumerate(features):
                which = feature.WhichOneof("kind")
                if which is not None and _KINDS[which] != kind:
                    raise InvalidArgumentError(
                        f"{self._title(row)}Feature list: {key}, Index: {step}.  Data "
                        f"types don't match. Expected type: {NAMES[kind]}, but it is: "
                        f"{NAMES[_KINDS[which]]}"
                    )
                new = getattr(feature, which).value if which else ()
                values.extend(new)
                lengths.append(len(new))
            steps.append(len(features))
        array = np.empty(len(values), NUMPY_DTYPE[kind])
        array[:] = values
        return array, np.array(lengths, np.int64), np.array(steps, np.int64)

    def _fixed(self, column):
        values, lengths, steps = self.lists(
            column.key, required=not column.feature.allow_missing
        )
        if (lengths != column.size).any():
            step = int(np.argmax(lengths != column.size))
            row = int(np.searchsorted(np.cumsum(steps), step, side="right"))
            raise InvalidArgumentError(
                f"{self._title(row)}Key: {column.key}, Index: "
                f"{step - int(steps[:row].sum())}.  Number of {NAMES[column.kind]} "
                f"values != expected.  values size: {lengths[step]} but output shape: "
                f"{list(column.shape)}"
            )
        return pad(values, steps * column.size, column, self._single)

    def _variable(self, column):
        values, lengths, steps = self.lists(column.key)
        step = np.repeat(_ragged.positions(steps), lengths)
        indices = [step, _ragged.positions(lengths)]
        shape = [steps.max(initial=0), lengths.max(initial=0)]
        if not self._single:
            example = np.repeat(np.arange(len(steps)), steps)
            indices = [np.repeat(example, lengths), *indices]
            shape = [len(steps), *shape]
        return make_sparse(np.stack(indices, axis=1), values, shape)

    def _ragged(self, column):
        feature = column.feature
        values, lengths, steps = self.lists(feature.value_key or column.key)
        rows = _ragged.Rows.of_lengths(values, lengths)
        for partition in reversed(feature.partitions):
            if hasattr(partition, "key"):
                numbers, counts, other = self.lists(partition.key)
                if not np.array_equal(other, steps):
                    raise InvalidArgumentError(
                        f"Feature {column.key}: values and partitions are not aligned"
                    )
                rows = rows.cut(partition, numbers, counts, column.key)
            else:
                rows = rows.cut_evenly(partition.length, column.key)
        rows = _ragged.Rows(rows.values, [_ragged.splits_of(steps), *rows.levels])
        if self._single:
            rows = rows.only()
        return rows.tensor(feature.row_splits_dtype)

    def _title(self, row):
        if self._names is not None and row < len(self._names):
            return f"Name: {self._names[row].decode(errors='replace')}, "
        return "Name: <unknown>, "
