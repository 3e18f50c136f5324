"""How results are shown to users.

The functions of `ranvier.data.io` return NumPy arrays and bytes, and take anything
with `.numpy()`. A namespace that shows values as objects of its own takes the same
functions wrapped.
"""

import functools

from ranvier.data import _structure

# Functions whose results are values.
FUNCTIONS = (
    "decode_and_crop_jpeg",
    "decode_base64",
    "decode_bmp",
    "decode_compressed",
    "decode_csv",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_json_example",
    "decode_png",
    "decode_proto",
    "decode_raw",
    "decode_webp",
    "deserialize_many_sparse",
    "encode_base64",
    "encode_jpeg",
    "encode_png",
    "encode_proto",
    "extract_jpeg_shape",
    "is_jpeg",
    "match_filenames_once",
    "matching_files",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "read_file",
    "serialize_many_sparse",
    "serialize_sparse",
    "serialize_tensor",
)


def wrapped(wrap, unwrap=None) -> dict:
    """Returns the functions, with every value of their results wrapped.

    Args:
        wrap: a function of a value: an array, `bytes`, or a ragged or sparse tensor.
        unwrap: a function of an argument, or None: arguments are passed as they are.

    Returns:
        A dict of functions by name.

    Example:
        >>> functions = wrapped(lambda value: ("shown", value))
        >>> functions["decode_base64"]("YQ")
        ('shown', b'a')
    """
    from ranvier.data import io

    return {name: shown(getattr(io, name), wrap, unwrap) for name in FUNCTIONS}


def shown(function, wrap, unwrap):
    """Returns a function whose results are shown by `wrap`.

    Args:
        function: returns arrays and bytes, also in structures.
        wrap: makes what users see of a value.
        unwrap: makes arrays of what users give; None where that is not needed.
    """

    def show(result):
        if isinstance(result, list):
            return [show(value) for value in result]
        if isinstance(result, dict):
            return {key: show(value) for key, value in result.items()}
        if isinstance(result, tuple):
            return _structure.rebuild(result, [show(value) for value in result])
        return wrap(result)

    @functools.wraps(function)
    def call(*args, **kwargs):
        if unwrap is not None:
            args = [unwrap(value) for value in args]
            kwargs = {name: unwrap(value) for name, value in kwargs.items()}
        return show(function(*args, **kwargs))

    return call
