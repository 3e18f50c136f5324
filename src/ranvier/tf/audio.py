"""`tf.audio`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.data._tensor_face import audio_functions

decode_wav = audio_functions["decode_wav"]
encode_wav = audio_functions["encode_wav"]

__getattr__ = _absent("tf.audio")

__all__ = ["decode_wav", "encode_wav"]
