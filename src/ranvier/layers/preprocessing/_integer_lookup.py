"""IntegerLookup: integers to the places they have in a vocabulary."""

import numpy as np

from ranvier.core._hash_bins import hash_bins
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing._composite import is_sparse
from ranvier.layers.preprocessing._index_lookup import IndexLookup
from ranvier.layers.preprocessing._strings import as_array
from ranvier.layers.preprocessing._table import IntegerTable


@builtin("keras.layers")
class IntegerLookup(IndexLookup):
    """Maps integers to small ones, or to encodings of them.

    The vocabulary is given, or learned by `adapt`: the most frequent integers first.
    Ids begin with that of the mask token (mode `"int"` only), then come those of
    unknown integers.

    Args:
        max_tokens: size of the vocabulary at most, special tokens included.
        num_oov_indices: number of ids for unknown integers; with 0 they are an error.
        mask_token: the integer that stands for nothing: its id is 0 in mode `"int"`,
            it is left out in others.
        oov_token: what unknown ids become with `invert`.
        vocabulary: list of integers, or the path of a file with one a line.
        vocabulary_dtype: only `"int64"`.
        idf_weights: weights of the integers, for mode `"tf_idf"`.
        invert: map ids to integers instead.
        output_mode: `"int"`; `"one_hot"` (of each integer), `"multi_hot"`, `"count"`
            or `"tf_idf"` (of each row).
        sparse: return sparse tensors.
        pad_to_max_tokens: encode in `max_tokens` columns, however few integers there
            are.
        oov_method: which of several ids an unknown integer gets: its remainder
            (`"floormod"`), or that of its hash (`"farmhash"`).
        salt: key of the hash function (SipHash64 instead of FarmHash64).
        name: optional name.
        **kwargs: further entries of configs.

    Example:
        >>> layer = IntegerLookup(vocabulary=[12, 36, 1138])
        >>> layer([[12, 1138], [7, 36]]).tolist()
        [[1, 3], [0, 2]]
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs,
    ):
        if vocabulary_dtype != "int64":
            raise ValueError(
                "Only `vocabulary_dtype='int64'` is supported at this time. Received: "
                f"vocabulary_dtype={vocabulary_dtype}"
            )
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary_dtype=vocabulary_dtype,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            name=name,
            **kwargs,
        )

    def on_host(self, inputs):
        """Returns ids, or integers with `invert`. Gaps of sparse tensors are zeros."""
        if is_sparse(inputs):
            from ranvier.tensors import sparse_to_dense  # only who has one needs it

            inputs = sparse_to_dense(inputs)
        return super().on_host(inputs)

    def _as_array(self, data):
        array = as_array(data)
        if array.dtype.kind in "USO" and array.size > 0:
            raise TypeError(
                f"Layer '{self.name}' (IntegerLookup) expects integers. Received an "
                f"array of {array.dtype}: use `StringLookup` for strings."
            )
        return array.astype(np.int64)

    def _token(self, value):
        return int(value)

    def _table_of(self, tokens, ids):
        return IntegerTable(tokens, ids)

    def _oov_bins(self, values):
        if self.oov_method == "floormod":
            return values % self.num_oov_indices
        return hash_bins(values, self.num_oov_indices, self.salt)

    def _invert(self, ids):
        return super()._invert(ids).astype(np.int64)

    def get_config(self):
        """Returns the arguments of the constructor, and the size of the outputs."""
        config = super().get_config()
        for key in ("oov_token", "mask_token"):
            if config[key] is not None:
                config[key] = int(config[key])
        if config["vocabulary"] is not None:
            config["vocabulary"] = [int(token) for token in config["vocabulary"]]
        return config
