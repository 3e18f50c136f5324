"""Every layer, activation and kind of model, through both formats."""

import pytest

import ranvier as rv
from tests.export.exporting import FORMATS, assert_same, exported, functional, rows
from tests.layers.cases import CASES
from tests.saving import kinds

ACTIVATIONS = [
    name
    for name in rv.activations.__all__
    if name not in ("get", "serialize", "deserialize", "threshold")
]


@pytest.mark.parametrize(
    # What a trace needs is tested by the first; JAX does the rest of the second.
    "format",
    ["onnx", pytest.param("stablehlo", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_layers(case, format, tmp_path):
    model = functional(lambda: case.make(rv.layers), case.inputs)
    served = exported(model, tmp_path, format)
    x = rows(case.inputs, 7)
    assert_same(served(x), model(x))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name, tmp_path):
    x = 3 * kinds.data(6)
    model = functional(lambda: rv.layers.Activation(name), x)
    assert_same(exported(model, tmp_path, "onnx")(x), model(x))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.__name__)
def test_models(kind, format, tmp_path):
    model, x, _ = kind(rv)
    expected = model.predict(x, verbose=0)
    served = exported(model, tmp_path, format)
    assert_same(served(x), expected)
