"""`tf.dtypes`: names only."""

from ranvier.core._aliases import absent as _absent
from ranvier.tensors._dtype import (
    DType,
    as_dtype,
    dtypes,
)
from ranvier.tensors._math import (
    cast,
    complex,
    saturate_cast,
)

bfloat16 = dtypes["bfloat16"]
bool = dtypes["bool"]
complex64 = dtypes["complex64"]
complex128 = dtypes["complex128"]
double = dtypes["float64"]
float16 = dtypes["float16"]
float32 = dtypes["float32"]
float64 = dtypes["float64"]
half = dtypes["float16"]
int8 = dtypes["int8"]
int16 = dtypes["int16"]
int32 = dtypes["int32"]
int64 = dtypes["int64"]
resource = dtypes["resource"]
string = dtypes["string"]
uint8 = dtypes["uint8"]
uint16 = dtypes["uint16"]
uint32 = dtypes["uint32"]
uint64 = dtypes["uint64"]
variant = dtypes["variant"]

__getattr__ = _absent("tf.dtypes")

__all__ = [
    "DType",
    "as_dtype",
    "bfloat16",
    "bool",
    "cast",
    "complex",
    "complex64",
    "complex128",
    "double",
    "float16",
    "float32",
    "float64",
    "half",
    "int8",
    "int16",
    "int32",
    "int64",
    "resource",
    "saturate_cast",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "variant",
]
