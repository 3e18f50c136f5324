"""`tf.io`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.data._tensor_face import (
    io_functions,
)
from ranvier.data.io import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    TFRecordOptions,
    TFRecordWriter,
    VarLenFeature,
    gfile,
    write_file,
)

decode_and_crop_jpeg = io_functions["decode_and_crop_jpeg"]
decode_base64 = io_functions["decode_base64"]
decode_bmp = io_functions["decode_bmp"]
decode_compressed = io_functions["decode_compressed"]
decode_csv = io_functions["decode_csv"]
decode_gif = io_functions["decode_gif"]
decode_image = io_functions["decode_image"]
decode_jpeg = io_functions["decode_jpeg"]
decode_json_example = io_functions["decode_json_example"]
decode_png = io_functions["decode_png"]
decode_proto = io_functions["decode_proto"]
decode_raw = io_functions["decode_raw"]
decode_webp = io_functions["decode_webp"]
deserialize_many_sparse = io_functions["deserialize_many_sparse"]
encode_base64 = io_functions["encode_base64"]
encode_jpeg = io_functions["encode_jpeg"]
encode_png = io_functions["encode_png"]
encode_proto = io_functions["encode_proto"]
extract_jpeg_shape = io_functions["extract_jpeg_shape"]
is_jpeg = io_functions["is_jpeg"]
match_filenames_once = io_functions["match_filenames_once"]
matching_files = io_functions["matching_files"]
parse_example = io_functions["parse_example"]
parse_sequence_example = io_functions["parse_sequence_example"]
parse_single_example = io_functions["parse_single_example"]
parse_single_sequence_example = io_functions["parse_single_sequence_example"]
parse_tensor = io_functions["parse_tensor"]
read_file = io_functions["read_file"]
serialize_many_sparse = io_functions["serialize_many_sparse"]
serialize_sparse = io_functions["serialize_sparse"]
serialize_tensor = io_functions["serialize_tensor"]

__getattr__ = _absent("tf.io")

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SparseFeature",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
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
    "gfile",
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
    "write_file",
]
