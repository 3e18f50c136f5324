"""TextVectorization: texts to the ids of their words, or to encodings of them."""

import numpy as np

from ranvier.core import _config
from ranvier.core._registry import builtin
from ranvier.core._serialization import deserialize_object
from ranvier.layers.preprocessing import _tokens
from ranvier.layers.preprocessing._adapt import Adaptable
from ranvier.layers.preprocessing._choices import choice
from ranvier.layers.preprocessing._composite import (
    Rows,
    flat_of,
    from_splits,
    is_ragged,
)
from ranvier.layers.preprocessing._host_layer import HostLayer
from ranvier.layers.preprocessing._string_lookup import StringLookup
from ranvier.layers.preprocessing._strings import as_strings, check_strings
from ranvier.layers.preprocessing._vocabulary import listed
from ranvier.ops._symbolic import KerasTensor

_FORMER_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


@builtin("keras.layers")
class TextVectorization(Adaptable, HostLayer):
    """Maps texts to the ids of their tokens, or to encodings of all of them.

    A text is standardised, split into tokens, these joined to n-grams if asked for, and
    looked up in a vocabulary that is given or learned by `adapt`.

    Args:
        max_tokens: size of the vocabulary at most, special tokens included.
        standardize: `"lower_and_strip_punctuation"`, `"lower"`,
            `"strip_punctuation"`, None, or a function of an array of `str`.
        split: `"whitespace"`, `"character"`, None, or a function from an array of `str`
            to a list of tokens for each.
        ngrams: an integer for n-grams of up to that many tokens, a tuple of the
            numbers of tokens, or None.
        output_mode: `"int"`, `"multi_hot"`, `"count"` or `"tf_idf"`.
        output_sequence_length: number of ids for each text, cut or padded with 0.
        pad_to_max_tokens: encode in `max_tokens` columns, however few tokens there are.
        vocabulary: list of tokens, or the path of a file with one a line.
        idf_weights: weights of the tokens, for mode `"tf_idf"`.
        sparse: return sparse tensors.
        ragged: return ragged tensors in mode `"int"`.
        encoding: of `bytes`.
        name: optional name.
        **kwargs: `dtype`, `trainable`, and further entries of configs.

    Example:
        >>> layer = TextVectorization()
        >>> layer.adapt(["To be!", "or not to be"])
        >>> layer.get_vocabulary()
        ['', '[UNK]', 'to', 'be', 'or', 'not']
        >>> layer(["To be or to sleep", "be"]).tolist()
        [[2, 3, 4, 2, 1], [3, 0, 0, 0, 0]]
    """

    def __init__(
        self,
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        name=None,
        **kwargs,
    ):
        output_mode = _FORMER_MODES.get(output_mode, output_mode)
        _check_arguments(
            standardize, split, ngrams, output_mode, output_sequence_length, ragged
        )
        has_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        size = kwargs.pop("vocabulary_size", None)
        super().__init__(name=name, **kwargs)
        self._standardize = standardize
        self._split = split
        self._ngrams_arg = ngrams
        self._ngrams = (
            tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
        )
        self._ragged = ragged
        self._output_mode = output_mode
        self._output_sequence_length = output_sequence_length
        self._encoding = encoding
        self._has_input_vocabulary = has_vocabulary
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            sparse=sparse,
            has_input_vocabulary=has_vocabulary,
            encoding=encoding,
            vocabulary_size=size,
        )

    # Vocabulary.

    def adapt(self, data, batch_size=None, steps=None):
        """Learns the vocabulary from texts; forgets an earlier one.

        Args:
            data: a list or array of texts, or an iterable of batches of them.
            batch_size: accepted as in Keras.
            steps: number of batches to read of an iterable.
        """
        super().adapt(data, steps)

    def _prepare_whole(self, data):
        data = as_strings(data, self)
        return data[:, None] if data.ndim == 1 else data

    def update_state(self, data):
        """Counts the tokens of a batch of texts."""
        self._lookup_layer.update_state(self._tokens_of(self._texts_of(data)))

    def finalize_state(self):
        """Makes the vocabulary of the tokens counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self):
        """Forgets the tokens counted."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens=True):
        """Returns the tokens in the order of their ids.

        Args:
            include_special_tokens: whether padding and unknown tokens are among them.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self):
        """Returns the number of tokens, special ones included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Sets the vocabulary; see `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights=idf_weights)

    # Calling.

    @property
    def sparse(self):
        """Whether the outputs are sparse tensors."""
        return self._lookup_layer.sparse

    def on_host(self, inputs):
        """Returns the ids of the tokens, rows padded to one length."""
        texts = self._texts_of(inputs)
        ids = self._lookup_layer.on_host(self._tokens_of(texts))
        if self._output_mode != "int":
            return ids[0] if self._split is not None and texts.ndim == 0 else ids
        width = self._output_sequence_length
        if not isinstance(ids, Rows):
            return ids if width is None else self._fitted(ids, width)
        if self._ragged and texts.ndim == 0:
            return ids.flat_values[:width]
        if self._ragged:
            return _ragged_tensor(ids, width)
        rows = from_splits(ids.flat_values, ids.row_splits, 0, width)
        return rows if is_ragged(texts) else rows.reshape(*texts.shape, rows.shape[-1])

    def _fitted(self, ids, width):
        """Returns ids with a last axis cut to a width, or padded with zeros."""
        if ids.ndim == 0:
            raise ValueError(
                f"Layer '{self.name}' (TextVectorization) with `split=None` and an "
                "`output_sequence_length` takes rows of tokens. Received one token."
            )
        ids = ids[..., :width]
        missing = width - ids.shape[-1]
        if missing <= 0 or self._ragged:
            return ids
        return np.pad(ids, [(0, 0)] * (ids.ndim - 1) + [(0, missing)])

    def on_device(self, values):
        """Returns ids as they are, or encoded."""
        return self._lookup_layer.on_device(values)

    def _texts_of(self, inputs):
        """Returns the texts as an array, without a last axis of one text."""
        if is_ragged(inputs) and self._split is not None:
            raise ValueError(
                f"Layer '{self.name}' (TextVectorization) splits texts: the input rank "
                "must be 1 or the last shape dimension must be 1. Received a ragged "
                "tensor: pass `split=None` for rows of tokens, or its `flat_values`."
            )
        texts = as_strings(flat_of(inputs), self)
        if texts.dtype == object:
            check_strings(texts.reshape(-1).tolist(), self)
        texts = _tokens.standardized(texts, self._standardize, self._encoding)
        if is_ragged(inputs):  # rows of tokens already: of use without a split
            return Rows(texts, np.asarray(inputs.row_splits))
        if self._split is None or texts.ndim < 2:
            return texts
        if texts.shape[-1] != 1:
            raise ValueError(
                f"Layer '{self.name}' (TextVectorization) splits texts: the input rank "
                "must be 1 or the last shape dimension must be 1. Received: "
                f"inputs.shape={texts.shape} with rank={texts.ndim}"
            )
        return texts[..., 0]

    def _tokens_of(self, texts):
        """Returns the tokens: `Rows` with one for each text, or texts as they are."""
        tokens = texts
        if self._split is not None:
            flat = flat_of(texts).reshape(-1)
            tokens = _tokens.tokenized(flat, self._split, self._encoding)
        if self._ngrams is None:
            return tokens
        if is_ragged(tokens):
            return _tokens.ngrams(tokens, self._ngrams)
        # An array of tokens stays one: texts with fewer n-grams get empty ones.
        rows = tokens.reshape(-1, tokens.shape[-1])
        rows = _tokens.ngrams(_tokens.as_rows(list(rows)), self._ngrams)
        padded = from_splits(rows.flat_values, rows.row_splits, b"")
        return padded.reshape(*tokens.shape[:-1], padded.shape[-1])

    # Symbolic calls.

    @property
    def compute_dtype(self):
        """`"string"`, the dtype of the inputs."""
        return "string"

    @property
    def variable_dtype(self):
        """`"string"`, the dtype of the vocabulary."""
        return "string"

    @property
    def input_dtype(self):
        """The dtype of an input made for the layer."""
        return "string"

    def compute_output_shape(self, input_shape):
        """Returns the shape of the outputs."""
        shape = tuple(input_shape)
        if self._output_mode == "int":
            return (shape[0], self._output_sequence_length)
        if self._split is not None:
            shape = (*shape, None)
        elif len(shape) <= 1:
            shape = (*shape, 1)
        return self._lookup_layer.compute_output_shape(shape)

    def compute_output_spec(self, inputs):
        """Returns a symbolic output."""
        dtype = "int64" if self._output_mode == "int" else _config.floatx()
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=dtype)

    # Saving.

    def get_config(self):
        """Returns the arguments of the constructor, and the size of the vocabulary."""
        lookup = self._lookup_layer
        return {
            **super().get_config(),
            "max_tokens": lookup.max_tokens,
            "standardize": self._standardize,
            "split": self._split,
            "ngrams": self._ngrams_arg,
            "output_mode": self._output_mode,
            "output_sequence_length": self._output_sequence_length,
            "pad_to_max_tokens": lookup.pad_to_max_tokens,
            "sparse": lookup.sparse,
            "ragged": self._ragged,
            "vocabulary": listed(lookup.input_vocabulary),
            "idf_weights": listed(lookup.input_idf_weights),
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds a layer from its config."""
        config = dict(config)
        for key in ("standardize", "split"):
            if not isinstance(config[key], str):
                config[key] = deserialize_object(config[key])
        if isinstance(config["ngrams"], list):
            config["ngrams"] = tuple(config["ngrams"])
        return super().from_config(config)

    def save_own_variables(self, store):
        """Stores the weights of the tokens."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store):
        """Takes the weights of the tokens from `save_own_variables`."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path):
        """Writes the vocabulary into a folder, unless it is part of the config."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path):
        """Reads the vocabulary from a folder of `save_assets`."""
        self._lookup_layer.load_assets(dir_path)


def _ragged_tensor(rows, width):
    """Returns rows, cut to a width, as a ragged tensor."""
    from ranvier.tensors import RaggedTensor  # only who asks for one needs it

    values, splits = rows.flat_values, rows.row_splits
    if width is not None:
        lengths = np.diff(splits)
        columns = np.arange(len(values)) - np.repeat(splits[:-1], lengths)
        values = values[columns < width]
        splits = np.concatenate([[0], np.cumsum(np.minimum(lengths, width))])
    return RaggedTensor.from_row_splits(values, splits)


def _check_arguments(standardize, split, ngrams, output_mode, length, ragged):
    layer = "TextVectorization"
    choice("standardize", standardize, _tokens.STANDARDIZE, layer, True, True)
    choice("split", split, _tokens.SPLIT, layer, True, True)
    modes = ("int", "one_hot", "multi_hot", "count", "tf_idf")
    choice("output_mode", output_mode, modes, layer)
    is_tuple = isinstance(ngrams, tuple) and all(isinstance(n, int) for n in ngrams)
    if not (ngrams is None or isinstance(ngrams, int) or is_tuple):
        raise ValueError(
            "`ngrams` must be None, an integer, or a tuple of integers. "
            f"Received: ngrams={ngrams}"
        )
    if output_mode == "int" and not (length is None or isinstance(length, int)):
        raise ValueError(
            "`output_sequence_length` must be either None or an integer when "
            f"`output_mode` is 'int'. Received: output_sequence_length={length}"
        )
    if output_mode != "int" and length is not None:
        raise ValueError(
            "`output_sequence_length` must not be set if `output_mode` is not 'int'. "
            f"Received: output_sequence_length={length}."
        )
    if ragged and output_mode != "int":
        raise ValueError(
            "`ragged` must not be true if `output_mode` is not `'int'`. Received: "
            f"ragged={ragged} and output_mode={output_mode}"
        )
