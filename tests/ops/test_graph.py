"""Operations and functions of the graph: configs, calls, and what does not fit."""

import numpy as np
import pytest

import ranvier as rv
from ranvier import Function, KerasTensor, Operation


class Scale(Operation):
    def __init__(self, factor, offset=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.offset = factor, offset

    def call(self, x):
        return x * self.factor + self.offset


class Nameless(Operation):
    def __init__(self, factor):
        super().__init__()

    def call(self, x):
        return x


class Positional(Operation):
    def __init__(self, *factors):
        super().__init__()


class Own(Operation):
    def __init__(self, factor, name=None):
        super().__init__(name=name)
        self.factor = factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@pytest.mark.parametrize(
    ("operation", "config"),
    [
        (Scale(2.0, name="s"), {"factor": 2.0, "offset": 1.0, "name": "s"}),
        (Nameless(3), {"factor": 3}),
        (Own(4, name="o"), {"factor": 4, "name": "o"}),
    ],
)
def test_configs_of_operations(operation, config):
    assert operation.get_config() == config
    assert type(operation).from_config(config).get_config() == config


@pytest.mark.parametrize("operation", [Positional(1, 2), Scale(object())])
def test_what_cannot_be_saved_is_told(operation):
    with pytest.raises(NotImplementedError, match="get_config"):
        operation.get_config()


def test_input_and_output_are_those_of_the_first_call():
    scale, a, b = Scale(2.0), KerasTensor((2,)), KerasTensor((3,))
    first = scale(a)
    scale(b)
    assert scale.input is a and scale.output is first
    with pytest.raises(AttributeError, match="never been called"):
        Scale(1.0).output  # noqa: B018


def test_a_function_leaves_out_what_makes_its_inputs():
    x = rv.Input((3,))
    middle = x * 2
    function = Function(middle, (middle + 1) ** 2)
    # Automatic names end in numbers.
    kinds = {operation.name.split("_")[0] for operation in function.operations}
    assert kinds == {"add", "power"}
    assert function(np.ones((1, 3), "float32")).tolist() == [[4.0] * 3]


def test_shapes_of_a_function():
    a, b = KerasTensor((None, 3)), KerasTensor((None, 2))
    function = Function({"a": a, "b": b}, [a * 2, rv.ops.concatenate([a, b], axis=1)])
    shapes = function.compute_output_shape({"a": (7, 3), "b": (7, 2)})
    assert shapes == [(7, 3), (7, 5)]


def test_what_does_not_fit_a_function_is_told():
    a, b = KerasTensor((2, 3)), KerasTensor((2, 3))
    function = Function([a, b], a + b)
    ones = np.ones((2, 3), "float32")
    with pytest.raises(ValueError, match="invalid input structure"):
        function(ones)
    with pytest.raises(ValueError, match="incompatible inputs"):
        function([np.ones((2, 3, 3)), ones])
    with pytest.raises(ValueError, match="incompatible inputs"):
        function([np.ones((4, 3)), ones])
    with pytest.raises(ValueError, match="`outputs` argument cannot be empty"):
        Function(a, [])
    with pytest.raises(ValueError, match="`inputs` argument cannot be empty"):
        Function([], a)
    with pytest.raises(ValueError, match="is not connected to `inputs`"):
        Function(a, b * 2)
    with pytest.raises(ValueError, match=r"path `good\.1` is not connected"):
        Function(a, {"fine": a + 1, "good": [a * 2, b * 2]})
