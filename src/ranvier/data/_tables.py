"""Lookup tables made of datasets, by the names of `tf.data.experimental`."""

from ranvier.data._node import pull
from ranvier.tensors import TensorSpec
from ranvier.tensors._lookup import (
    KeyValueTensorInitializer,
    StaticHashTable,
    StaticVocabularyTable,
)


class DatasetInitializer(KeyValueTensorInitializer):
    """Keys and values of a lookup table: the elements of a dataset, which are pairs.

    Args:
        dataset: the dataset.

    Raises:
        ValueError: for a dataset of anything but pairs of scalars.

    Example:
        >>> from ranvier.data import Dataset
        >>> pairs = Dataset.from_tensor_slices((["a", "b"], [10, 20]))
        >>> table = StaticHashTable(DatasetInitializer(pairs), default_value=-1)
        >>> int(table.size())
        2
    """

    def __init__(self, dataset):
        spec = dataset.element_spec
        if not isinstance(spec, tuple) or len(spec) != 2:
            raise ValueError(
                "The elements of a dataset for a table must be pairs of key and value. "
                f"Received: element_spec={spec!r}"
            )
        for part in spec:
            if not isinstance(part, TensorSpec) or part.shape.rank != 0:
                raise ValueError(
                    f"Keys and values must be scalars. Received: element_spec={spec!r}"
                )
        block = pull(dataset._data_node.stream(), 2**62)
        keys, values = ([], []) if block is None else block.columns
        super().__init__(keys, values, *(part.dtype for part in spec))


def table_from_dataset(
    dataset=None,
    num_oov_buckets=0,
    vocab_size=None,
    default_value=None,
    hasher_spec=None,
    key_dtype="string",
    name=None,
):
    """Returns a lookup table of the keys and values that a dataset gives.

    Args:
        dataset: of pairs of key and value.
        num_oov_buckets: how many further values other keys are hashed to.
        vocab_size: how many elements to take; all by default.
        default_value: what other keys get without such buckets; -1 by default.
        hasher_spec: ignored: there is one way of hashing.
        key_dtype: of the keys that are looked up.
        name: ignored.

    Raises:
        ValueError: if both ways of treating other keys are asked for.

    Example:
        >>> from ranvier.data import Dataset
        >>> from ranvier.tensors import convert_to_tensor
        >>> keys = Dataset.from_tensor_slices(["a", "b"])
        >>> pairs = Dataset.zip(keys, Dataset.range(2))
        >>> table_from_dataset(pairs).lookup(convert_to_tensor(["b", "x"])).numpy()
        array([ 1, -1])
    """
    if num_oov_buckets < 0:
        raise ValueError(
            "`num_oov_buckets` must be greater than or equal to 0. Received: "
            f"{num_oov_buckets}"
        )
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"`vocab_size` must be positive. Received: {vocab_size}")
    if num_oov_buckets and default_value is not None:
        raise ValueError("Give one of `num_oov_buckets` and `default_value`, not both.")
    if dataset is None:
        raise ValueError("`dataset` is missing.")
    if vocab_size is not None:
        dataset = dataset.take(vocab_size)
    initializer = DatasetInitializer(dataset)
    if num_oov_buckets:
        return StaticVocabularyTable(initializer, num_oov_buckets)
    return StaticHashTable(initializer, -1 if default_value is None else default_value)


def index_table_from_dataset(
    dataset=None,
    num_oov_buckets=0,
    vocab_size=None,
    default_value=-1,
    hasher_spec=None,
    key_dtype="string",
    name=None,
):
    """Returns a lookup table of the places of the elements of a dataset.

    Arguments are those of `table_from_dataset`; the dataset is one of keys.

    Example:
        >>> from ranvier.data import Dataset
        >>> from ranvier.tensors import convert_to_tensor
        >>> table = index_table_from_dataset(Dataset.from_tensor_slices(["a", "b"]))
        >>> table.lookup(convert_to_tensor(["b", "x"])).numpy()
        array([ 1, -1])
    """
    if dataset is None:
        raise ValueError("`dataset` is missing.")
    pairs = dataset.zip(dataset, dataset.range(2**62))
    if num_oov_buckets:
        default_value = None
    return table_from_dataset(
        pairs, num_oov_buckets, vocab_size, default_value, hasher_spec, key_dtype
    )
