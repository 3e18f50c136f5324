"""IndexLookup: what StringLookup and IntegerLookup share."""

import pathlib

import numpy as np

from ranvier.core import _config
from ranvier.core._errors import NotBuiltError
from ranvier.core._variable import Variable
from ranvier.layers.preprocessing import _vocabulary
from ranvier.layers.preprocessing._adapt import Adaptable
from ranvier.layers.preprocessing._categories import encode_categories
from ranvier.layers.preprocessing._composite import (
    flat_of,
    padded_rows,
    row_splits_of,
    with_flat,
)
from ranvier.layers.preprocessing._host_layer import HostLayer
from ranvier.layers.preprocessing._lookup_arguments import (
    check_lookup_arguments,
    check_salt_is_used,
    key_of_salt,
)
from ranvier.layers.preprocessing._table import ABSENT
from ranvier.ops._symbolic import KerasTensor
from ranvier.tensors._errors import FailedPreconditionError

# The id of what takes no part in the outputs: encodings leave out what is below zero.
_DROPPED = -2
_FORMER_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


class IndexLookup(Adaptable, HostLayer):
    """Base of the layers that map tokens to their places in a vocabulary.

    A subclass says how tokens are read (`_as_array`, `_token`), kept (`_table_of`) and
    hashed (`_oov_bins`).

    Args:
        max_tokens: size of the vocabulary at most, special tokens included.
        num_oov_indices: number of ids for tokens out of the vocabulary.
        mask_token: the token that stands for nothing.
        oov_token: what ids of unknown tokens are turned into with `invert`.
        vocabulary_dtype: `"string"` or `"int64"`.
        vocabulary: the tokens, or the path of a file with one a line.
        idf_weights: weights of the tokens, for `"tf_idf"`.
        invert: map ids to tokens instead.
        output_mode: `"int"`, `"one_hot"`, `"multi_hot"`, `"count"` or `"tf_idf"`.
        sparse: return sparse tensors.
        pad_to_max_tokens: encode in `max_tokens` columns, however few tokens there are.
        oov_method: `"floormod"` or `"farmhash"`, how unknown integers get their id.
        name: optional name.
        salt: key of the hash function, one or two integers.
        **kwargs: `vocabulary_size`, `has_input_vocabulary`, as configs have them.
    """

    def __init__(
        self,
        max_tokens,
        num_oov_indices,
        mask_token,
        oov_token,
        vocabulary_dtype,
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        name=None,
        salt=None,
        **kwargs,
    ):
        output_mode = _FORMER_MODES.get(output_mode, output_mode)
        check_lookup_arguments(
            type(self).__name__,
            oov_method,
            max_tokens,
            num_oov_indices,
            pad_to_max_tokens,
            invert,
            output_mode,
            sparse,
            idf_weights,
        )
        if vocabulary_dtype != "string":
            check_salt_is_used(salt, oov_method)
        frozen_size = kwargs.pop("vocabulary_size", None)
        has_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        for ignored in ("trainable", "dtype"):
            kwargs.pop(ignored, None)
        if kwargs:
            raise ValueError(f"Unrecognized keyword argument(s): {kwargs}")
        super().__init__(name=name)
        self.invert = invert
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.output_mode = output_mode
        self.sparse = sparse
        self.pad_to_max_tokens = pad_to_max_tokens
        self.vocabulary_dtype = vocabulary_dtype
        self.oov_method = oov_method
        self.salt = key_of_salt(salt, type(self).__name__)
        # A file is no part of the config: its tokens are saved as an asset.
        self.input_vocabulary = None if isinstance(vocabulary, str) else vocabulary
        self.input_idf_weights = idf_weights
        self._has_input_vocabulary = has_vocabulary
        self._frozen_vocab_size = frozen_size
        self._idf_weights = None
        self._set_tokens([])
        if output_mode == "tf_idf" and has_vocabulary and idf_weights is None:
            raise ValueError(
                "When specifying the `vocabulary` argument, in TF-IDF output mode, the "
                "`idf_weights` argument must also be provided."
            )
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        self.reset_state()

    # What subclasses say.

    def _as_array(self, data):
        """Returns data as an array of tokens."""
        raise NotImplementedError

    def _token(self, value):
        """Returns one token as the vocabulary keeps it."""
        raise NotImplementedError

    def _table_of(self, tokens, ids):
        """Returns the table from tokens to ids."""
        raise NotImplementedError

    def _oov_bins(self, values):
        """Returns which of the ids for unknown tokens each value gets."""
        raise NotImplementedError

    # Vocabulary.

    @property
    def _oov_start(self):
        masks = self.mask_token is not None and self.output_mode == "int"
        return 1 if masks else 0

    @property
    def _token_start(self):
        return self._oov_start + self.num_oov_indices

    @property
    def _special_tokens(self):
        masks = [self.mask_token] * self._oov_start
        return masks + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens=True):
        """Returns the tokens in the order of their ids.

        Args:
            include_special_tokens: whether the mask and unknown tokens, which come
                first, are among them.
        """
        special = self._special_tokens if include_special_tokens else []
        return [*special, *self._tokens]

    def vocabulary_size(self):
        """Returns the number of tokens, special ones included."""
        return self._token_start + len(self._tokens)

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Sets the vocabulary, and its weights in mode `"tf_idf"`.

        Args:
            vocabulary: the tokens, with or without the special ones in front; or the
                path of a text file with one a line, without special ones.
            idf_weights: a weight for each token.

        Raises:
            ValueError: for repeated or reserved tokens, too many of them, or weights
                that are missing or do not fit.
            RuntimeError: if the layer's outputs would change their size.
        """
        if self.output_mode == "tf_idf":
            if idf_weights is None:
                raise ValueError(
                    "`idf_weights` must be set if output_mode is 'tf_idf'."
                )
        elif idf_weights is not None:
            raise ValueError(
                "`idf_weights` should only be set if output_mode is `'tf_idf'`. "
                f"Received: output_mode={self.output_mode} and "
                f"idf_weights={idf_weights}"
            )
        if isinstance(vocabulary, (str, pathlib.Path)):
            if self.output_mode == "tf_idf":
                raise ValueError(
                    "output_mode `'tf_idf'` does not support loading a vocabulary from "
                    "file."
                )
            lines = _vocabulary.read_lines(vocabulary)
            tokens = [self._token(line) for line in lines]
            _vocabulary.check_distinct(tokens)
            given, has_special = tokens, False
        else:
            given = [self._token(value) for value in _vocabulary.as_list(vocabulary)]
            special = self._special_tokens
            has_special = given[: len(special)] == special
            tokens = given[len(special) :] if has_special else given
            _vocabulary.check_tokens(self, given, tokens, special)
        size = self._token_start + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                "Attempted to set a vocabulary larger than the maximum vocab size. "
                f"Received vocabulary size is {size}; `max_tokens` is "
                f"{self.max_tokens}."
            )
        weights = None
        if self.output_mode == "tf_idf":
            weights = _vocabulary.check_weights(idf_weights, given)
            if not has_special:
                front = np.full(self._token_start, weights.mean())
                weights = np.concatenate([front, weights])
        self._freeze_size(size)
        self._set_tokens(tokens)
        self._set_weights(weights)

    def _set_tokens(self, tokens):
        self._tokens = tokens
        if self.invert:
            return
        ids = list(range(self._token_start, self._token_start + len(tokens)))
        if self.mask_token is not None:
            tokens = [*tokens, self._token(self.mask_token)]
            ids = [*ids, 0 if self.output_mode == "int" else _DROPPED]
        self._table = self._table_of(tokens, ids)

    def _set_weights(self, weights):
        if weights is None:
            return
        if self.pad_to_max_tokens:
            weights = np.pad(weights, (0, max(0, self.max_tokens - len(weights))))
        # A variable, so that programs read its value anew; but no weight of the layer,
        # as in Keras.
        variable = Variable(
            np.asarray(weights, _config.floatx()), trainable=False, name="idf_weights"
        )
        self.__dict__["_idf_weights"] = variable

    @property
    def idf_weights(self):
        """The weights of all columns in mode `"tf_idf"`; None until they are known."""
        return self._idf_weights

    def _freeze_size(self, size):
        if self.output_mode == "int" or self.pad_to_max_tokens:
            self._frozen_vocab_size = size
            return
        if self._frozen_vocab_size is not None and size != self._frozen_vocab_size:
            raise RuntimeError(
                f"When using `output_mode={self.output_mode}` and "
                "`pad_to_max_tokens=False`, the vocabulary size cannot be changed "
                "after the layer is called. Old vocab size is "
                f"{self._frozen_vocab_size}, new vocab size is {size}"
            )
        self._frozen_vocab_size = size

    # Learning the vocabulary.

    def reset_state(self):
        """Forgets the counts of `update_state`."""
        self._counter = _vocabulary.TokenCounter(self._token)

    def _prepare_whole(self, data):
        """Each entry of a vector is a document."""
        if data is not flat_of(data):
            return data
        data = self._as_array(data)
        return data[:, None] if data.ndim == 1 else data

    def update_state(self, data):
        """Counts the tokens of a batch: rows are documents, a vector is one.

        Args:
            data: array, list, ragged or sparse tensor of tokens.

        Raises:
            ValueError: if the layer was given its vocabulary.
        """
        if self._has_input_vocabulary:
            raise ValueError(
                f"Cannot adapt layer '{self.name}' after setting a static vocabulary "
                "via `vocabulary` argument or `set_vocabulary()` method."
            )
        values = self._as_array(flat_of(data))
        self._check_tokens(values.reshape(-1))
        self._counter.add(values.reshape(-1))
        if self.output_mode == "tf_idf":
            self._counter.add_documents(_documents(data, values))

    def finalize_state(self):
        """Makes the vocabulary of the tokens counted, the most frequent ones first.

        Of equally frequent tokens the one that sorts last comes first, as in Keras.
        """
        counter = self._counter
        if self._has_input_vocabulary or not counter.counts:
            self._freeze_size(self.vocabulary_size())
            return
        size = self.max_tokens and self.max_tokens - self._token_start
        tokens = counter.most_frequent([self.mask_token, self.oov_token], size)
        weights = None
        if self.output_mode == "tf_idf":
            idf = counter.idf(tokens)
            # The tokens that are left out are unknown one by one: take the mean.
            front = np.full(self._token_start, idf.mean() if len(idf) else 0.0)
            weights = np.concatenate([front, idf])
        self._freeze_size(self._token_start + len(tokens))
        self._set_tokens(tokens)
        self._set_weights(weights)
        self.reset_state()

    # Calling.

    def on_host(self, inputs):
        """Returns ids, or tokens with `invert`; -2 where an input is left out."""
        self._check_has_vocabulary()
        if self.invert:
            return self._on_values(inputs, _as_integers, self._invert)
        ids = self._on_values(inputs, self._as_array, self._find)
        if self.output_mode == "int" or ids is flat_of(ids):
            return ids
        return padded_rows(ids, flat_of(ids), _DROPPED)

    def _on_values(self, inputs, read, function):
        flat = flat_of(inputs)
        array = read(flat)
        result = function(array.reshape(-1)).reshape(array.shape)
        return result if flat is inputs else with_flat(inputs, result)

    def on_device(self, values):
        """Returns ids as they are, or encoded."""
        if self.output_mode == "int":
            return values
        if self.output_mode != "tf_idf":
            return encode_categories(values, self.output_mode, self._depth, "int64")
        counts = encode_categories(values, "count", self._depth, _config.floatx())
        weights = self._idf_weights
        return counts * (weights.numpy() if isinstance(counts, np.ndarray) else weights)

    def _find(self, values):
        """Returns the ids of a one-dimensional array of tokens."""
        if self.num_oov_indices == 1 and values.dtype != object:
            return self._table.find(values, self._oov_start)
        ids = self._table.find(values)
        unknown = np.flatnonzero(ids == ABSENT)
        if len(unknown) > 0:
            ids[unknown] = self._ids_of_unknown(values[unknown])
        return ids

    def _ids_of_unknown(self, values):
        self._check_tokens(values)
        if self.num_oov_indices == 0:
            shown = [self._token(value) for value in values[:10].tolist()]
            raise ValueError(
                "When `num_oov_indices=0` all inputs should be in vocabulary, found "
                f"OOV values {shown}, consider setting `num_oov_indices=1`. (In layer "
                f"'{self.name}'.)"
            )
        if self.num_oov_indices == 1:
            return self._oov_start
        return self._oov_start + self._oov_bins(values)

    def _check_tokens(self, values):
        """Raises for values that are no tokens at all."""

    def _invert(self, ids):
        known = np.array([self._stored(t) for t in self.get_vocabulary()], object)
        known = np.append(known, self._stored(self.oov_token))
        inside = (ids >= 0) & (ids < len(known) - 1)
        return known[np.where(inside, ids, len(known) - 1)]

    def _stored(self, token):
        """Returns a token as `invert` gives it."""
        return token

    @property
    def _depth(self):
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size

    def _check_has_vocabulary(self):
        if not self._tokens:
            raise FailedPreconditionError(
                f"Layer '{self.name}' ({type(self).__name__}) has no vocabulary yet. "
                "You must set the layer's vocabulary before calling it. Either pass a "
                "`vocabulary` argument to the layer, or call `adapt` with some sample "
                "data."
            )

    # Symbolic calls.

    @property
    def compute_dtype(self):
        """The dtype of the tokens."""
        return self.vocabulary_dtype

    @property
    def variable_dtype(self):
        """The dtype of the tokens."""
        return self.vocabulary_dtype

    @property
    def input_dtype(self):
        """The dtype of an input made for the layer."""
        return "int64" if self.invert else self.vocabulary_dtype

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs."""
        shape = tuple(input_shape)
        if self.output_mode == "int":
            return shape
        if self.output_mode == "one_hot":
            squeeze = len(shape) > 1 and shape[-1] == 1
            return (*(shape[:-1] if squeeze else shape), self._depth)
        return (*shape[:-1], self._depth)

    def compute_output_spec(self, inputs):
        """Returns a symbolic output."""
        dtype = "int64" if self.output_mode == "int" else _config.floatx()
        if self.invert:
            dtype = self.vocabulary_dtype
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=dtype)

    # Saving.

    def get_config(self):
        """Returns the arguments of the constructor, and the size of the outputs."""
        return {
            **super().get_config(),
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "vocabulary_dtype": self.vocabulary_dtype,
            "idf_weights": _vocabulary.listed(self.input_idf_weights),
            "vocabulary": _vocabulary.listed(self.input_vocabulary),
            "vocabulary_size": self._frozen_vocab_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }

    def get_build_config(self):
        """Returns an empty dictionary: there is nothing to build."""
        return {}

    def build_from_config(self, config):
        """Nothing to build."""
        self.built = True

    def save_own_variables(self, store):
        """Stores the weights of the tokens."""
        if self.output_mode == "tf_idf" and self._idf_weights is not None:
            store["idf_weights"] = self._idf_weights.numpy()

    def load_own_variables(self, store):
        """Takes the weights of the tokens from `save_own_variables`."""
        if self.output_mode == "tf_idf":
            self._set_weights(np.asarray(store["idf_weights"]))

    def save_assets(self, dir_path):
        """Writes the vocabulary into a folder, unless it is part of the config."""
        if self.input_vocabulary is None:
            _vocabulary.write_asset(dir_path, self.get_vocabulary())

    def load_assets(self, dir_path):
        """Reads the vocabulary from a folder of `save_assets`."""
        if self.input_vocabulary is not None or dir_path is None:
            return
        tokens = [self._token(line) for line in _vocabulary.read_asset(dir_path)]
        if not tokens:
            return
        weights = None
        if self.output_mode == "tf_idf":
            if self._idf_weights is None:
                raise NotBuiltError(
                    f"Layer '{self.name}' has a vocabulary in the file, but no weights."
                )
            weights = self._idf_weights.numpy()[: len(tokens)]
        self.set_vocabulary(tokens, weights)


def _as_integers(x):
    return np.asarray(x).astype(np.int64)


def _documents(data, values):
    """Returns the tokens of each row."""
    if data is not flat_of(data):
        order, splits = row_splits_of(data)
        return np.split(values[order], splits[1:-1])
    return list(values.reshape(len(values), -1)) if values.ndim > 1 else [values]
