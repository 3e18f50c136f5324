"""Checks of the arguments of lookup and hashing layers."""

from ranvier.layers.preprocessing._choices import choice


def check_lookup_arguments(
    layer_class,
    oov_method,
    max_tokens,
    num_oov_indices,
    pad_to_max_tokens,
    invert,
    output_mode,
    sparse,
    idf_weights,
):
    """Raises for arguments of `IndexLookup` that have no such values.

    Raises:
        ValueError: naming the argument.
    """
    modes = ("int", "one_hot", "multi_hot", "count", "tf_idf")
    choice("output_mode", output_mode, modes, layer_class)
    choice("oov_method", oov_method, ("floormod", "farmhash"), layer_class)
    if max_tokens is not None and max_tokens <= 1:
        raise ValueError(
            "If set, `max_tokens` must be greater than 1. "
            f"Received: max_tokens={max_tokens}"
        )
    if pad_to_max_tokens and max_tokens is None:
        raise ValueError(
            "If pad_to_max_tokens is True, must set `max_tokens`. "
            f"Received: max_tokens={max_tokens}"
        )
    if num_oov_indices < 0:
        raise ValueError(
            "`num_oov_indices` must be greater than or equal to 0. "
            f"Received: num_oov_indices={num_oov_indices}"
        )
    if invert and output_mode != "int":
        raise ValueError(
            "`output_mode` must be `'int'` when `invert` is true. "
            f"Received: output_mode={output_mode}"
        )
    if sparse and output_mode == "int":
        raise ValueError(
            "`sparse` may only be true if `output_mode` is `'one_hot'`, `'multi_hot'`, "
            f"`'count'` or `'tf_idf'`. Received: sparse={sparse} and "
            f"output_mode={output_mode}"
        )
    if idf_weights is not None and output_mode != "tf_idf":
        raise ValueError(
            "`idf_weights` should only be set if `output_mode` is `'tf_idf'`. "
            f"Received: idf_weights={idf_weights} and output_mode={output_mode}"
        )


def check_salt_is_used(salt, oov_method) -> None:
    """Raises if integers are given a salt that their method does not use.

    Raises:
        ValueError: telling which method does.
    """
    if salt is not None and oov_method != "farmhash":
        raise ValueError(
            "`salt` can only be used when `oov_method='farmhash'`. "
            f"Received: oov_method={oov_method}"
        )


def key_of_salt(salt, layer_class):
    """Returns the key of the hash function for a salt: a list of two integers, or None.

    Raises:
        ValueError: if it is neither an integer nor two.
    """
    if salt is None:
        return None
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return list(salt)
    if isinstance(salt, int):
        return [salt, salt]
    raise ValueError(
        f"The `salt` argument for `{layer_class}` can only be a tuple of size 2 "
        f"integers, or a single integer. Received: salt={salt}."
    )
