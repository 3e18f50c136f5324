"""Elements, order, dtypes, specs and errors are those of tf.data.

The values come from `golden/make_golden.py`, run with TensorFlow.
"""

import inspect
import json
import os
import pathlib
import tempfile
import types

import jax.numpy as jnp
import numpy as np
import pytest

import ranvier.data
import ranvier.tensors
from ranvier.data import Dataset, io
from ranvier.data._functions import ElementFunction
from tests.data.golden import experimental_cases, file_cases, odd_cases  # noqa: F401
from tests.data.golden.cases import CASES
from tests.data.golden.record import record

GOLDEN = json.loads(
    (pathlib.Path(__file__).parent / "golden" / "golden.json").read_text()
)
# As a module of this name, so that functions using it are traced.
OURS = types.ModuleType("ranvier.namespace")
vars(OURS).update(
    Dataset=Dataset,
    data=ranvier.data,
    TensorSpec=ranvier.tensors.TensorSpec,
    RaggedTensorSpec=ranvier.tensors.RaggedTensorSpec,
    SparseTensorSpec=ranvier.tensors.SparseTensorSpec,
    dtype=ranvier.tensors.as_dtype,
    cast=lambda x, dtype: x.astype(dtype),
    fill=lambda n: np.full(int(n), n),
    sum=jnp.sum,
    length=lambda x: np.int32(len(x)),
    strlen=lambda s: np.int32(len(s)),
    to_number=lambda s: np.float32(s),
    ragged=ranvier.tensors.ragged_constant,
    sparse=ranvier.tensors.SparseTensor,
    folder=file_cases.make_files(tempfile.mkdtemp()),
    decode_csv=io.decode_csv,
    decode_raw=io.decode_raw,
    stack=jnp.stack,
    base_name=os.path.basename,
)
# Where we differ on purpose.
OUR_ERRORS = {
    "map_no_function": "TypeError",  # ValueError, from AutoGraph
    "flat_map_no_dataset": "TypeError",  # AttributeError of a tensor
    "bucket_4": "InvalidArgumentError",  # InternalError
    "yields_and_fails": "KeyError",  # UnknownError: the generator's own is hidden
    "wrong_filter_none_0": "TypeError",  # ValueError, from AutoGraph
    "wrong_filter_pair_0": "ValueError",  # AttributeError of a tuple
    "wrong_map_raises_0": "IndexError",  # StagingError, from AutoGraph
    "wrong_concatenate_list_0": "TypeError",  # AttributeError of a list
    "wrong_reduce_structure_0": "TypeError",  # InvalidArgumentError
    "wrong_interleave_number_0": "TypeError",  # AttributeError of a tensor
    **{f"yields_string_{i}": "InvalidArgumentError" for i in range(30)},  # Internal...
}
DIFFERENT = {
    # JAX divides int32 in float32, TensorFlow in float64.
    "map_divide_int32": lambda found: found["spec"] == ["float32", []],
    # Number of elements unknown there.
    "experimental_prefetch_to_device_0": lambda found: found["cardinality"] == 6,
    "experimental_copy_to_device_0": lambda found: found["cardinality"] == 6,
}
# What is an error in tf.data, but has an obvious meaning.
MORE_GENERAL = {
    "moved_with_none_padded_0",
    "moved_with_none_window_0",
    "padded_pairs_5",  # a padding value whose dtype can be cast
    "padded_values_0",
    "padded_values_1",
    "padded_matrices_4",  # None and -1 in one shape
}


@pytest.mark.parametrize("name", list(CASES))
def test_case(name):
    expected = GOLDEN["cases"][name]
    found = json.loads(json.dumps(record(OURS, CASES[name])))
    if name in DIFFERENT:
        assert found != expected
        assert DIFFERENT[name](found)
        return
    if name in MORE_GENERAL:
        assert "error" in expected
        assert found["elements"]
        return
    if "error" in expected:
        assert "error" in found, found
        if name in OUR_ERRORS:
            assert OUR_ERRORS[name] in found["error"]
            return
        known = {"Exception", "BaseException", "object", "OpError"}
        assert expected["error"][0] in set(found["error"]) - known, found["error"]
        return
    assert found == expected


FUNCTIONS = [
    name
    for name in CASES
    if name.startswith(("map_", "filter_", "take_while_", "chain_", "decoded_"))
    and "error" not in GOLDEN["cases"][name]
    # NumPy divides integers and raises them to powers in float64, as TensorFlow does.
    and name != "map_divide_int32"
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_that_are_not_compiled_give_the_same(name, monkeypatch):
    monkeypatch.setattr(ElementFunction, "_traceable", False)
    found = json.loads(json.dumps(record(OURS, CASES[name])))
    assert found["elements"] == GOLDEN["cases"][name]["elements"]


def test_every_case_is_recorded():
    assert list(GOLDEN["cases"]) == list(CASES)


@pytest.mark.parametrize("name", list(GOLDEN["Dataset"]))
def test_names_and_arguments(name):
    expected = GOLDEN["Dataset"][name]
    member = inspect.getattr_static(Dataset, name)
    assert member.__doc__ or getattr(Dataset, name).__doc__
    if expected is None:
        return
    found = [
        p.name for p in inspect.signature(getattr(Dataset, name)).parameters.values()
    ]
    if name == "range":  # (*args, **kwargs) there
        expected = [["args"], ["output_type"], ["name"]]
    assert found == [parameter[0] for parameter in expected]


# Names of tf.data and tf.data.experimental that we do not have.
MISSING = {"IteratorSpec"}


@pytest.mark.parametrize("name", GOLDEN["data"])
def test_names_of_the_module(name):
    assert hasattr(ranvier.data, name) != (name in MISSING)


def test_experimental_names_have_docstrings():
    names = ranvier.data.experimental.__all__
    members = [getattr(ranvier.data.experimental, name) for name in names]
    assert all(isinstance(member, int) or member.__doc__ for member in members)
    ds = Dataset.range(6).apply(ranvier.data.experimental.take_while(lambda x: x < 2))
    assert [int(x) for x in ds] == [0, 1]
