"""StringLookup: strings to the places they have in a vocabulary."""

from ranvier.core._hash_bins import hash_bins
from ranvier.core._registry import builtin
from ranvier.layers.preprocessing._index_lookup import IndexLookup
from ranvier.layers.preprocessing._strings import as_strings, check_strings, to_text
from ranvier.layers.preprocessing._table import StringTable


@builtin("keras.layers")
class StringLookup(IndexLookup):
    """Maps strings to integers, or to encodings of them.

    The vocabulary is given, or learned by `adapt`: the most frequent strings first. Ids
    begin with that of the mask token (mode `"int"` only), then come those of unknown
    strings.

    Args:
        max_tokens: size of the vocabulary at most, special tokens included.
        num_oov_indices: number of ids for unknown strings: with several, a string's
            hash tells which; with 0, unknown strings are an error.
        mask_token: the string that stands for nothing: its id is 0 in mode `"int"`,
            it is left out in others.
        oov_token: what unknown ids become with `invert`.
        vocabulary: list of strings, or the path of a file with one a line.
        idf_weights: weights of the strings, for mode `"tf_idf"`.
        invert: map ids to strings instead.
        output_mode: `"int"`; `"one_hot"` (of each string), `"multi_hot"`, `"count"`
            or `"tf_idf"` (of each row).
        pad_to_max_tokens: encode in `max_tokens` columns, however few strings there
            are.
        sparse: return sparse tensors.
        encoding: of the bytes of a vocabulary.
        name: optional name.
        salt: key of the hash function (SipHash64 instead of FarmHash64), one or two
            integers.
        **kwargs: further entries of configs.

    Example:
        >>> layer = StringLookup(vocabulary=["a", "b", "c"])
        >>> layer([["a", "c"], ["b", "?"]]).tolist()
        [[1, 3], [2, 0]]
        >>> layer = StringLookup(output_mode="multi_hot")
        >>> layer.adapt(["b", "a", "b"])
        >>> layer.get_vocabulary(), layer([["a", "b"]]).tolist()
        (['[UNK]', 'b', 'a'], [[0, 1, 1]])
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        name=None,
        salt=None,
        **kwargs,
    ):
        self.encoding = encoding
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary_dtype="string",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            name=name,
            salt=salt,
            **kwargs,
        )

    def _as_array(self, data):
        return as_strings(data, self)

    def _token(self, value):
        if not isinstance(value, (str, bytes)):
            kind = TypeError if isinstance(value, (list, tuple)) else ValueError
            raise kind(
                f"A vocabulary of layer '{self.name}' ({type(self).__name__}) consists "
                f"of strings. Received {value!r} (of type {type(value).__name__}) as a "
                "token."
            )
        return to_text(value, self.encoding)

    def _table_of(self, tokens, ids):
        return StringTable(tokens, ids)

    def _oov_bins(self, values):
        return hash_bins(values, self.num_oov_indices, self.salt)

    def _check_tokens(self, values):
        if values.dtype == object:
            check_strings(values.tolist(), self)

    def _stored(self, token):
        return token.encode()

    def get_config(self):
        """Returns the arguments of the constructor, and the size of the outputs."""
        config = {**super().get_config(), "encoding": self.encoding}
        del config["vocabulary_dtype"]
        return config
