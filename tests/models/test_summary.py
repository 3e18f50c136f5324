"""Summaries: the same text as Keras's, for the same models."""

import keras
import numpy as np
import pytest

import ranvier as rv


def known_sequential(k):
    layers = [k.layers.Dense(300, name="hidden"), k.layers.Dense(1, name="out")]
    return k.Sequential([k.Input((8,), name="in"), *layers], name="known")


def unbuilt_sequential(k):
    layers = [k.layers.Dense(3, name="d"), k.layers.Dropout(0.1, name="drop")]
    return k.Sequential(layers, name="deferred")


def compiled(k):
    model = known_sequential(k)
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    model.layers[0].trainable = False
    return model


def chain(k):
    x = k.Input((None, 5), name="in")
    y = k.ops.multiply(x, 2.0)
    y._keras_history.operation.name = "twice"
    y = k.layers.Dense(2, name="d")(y)
    return k.Model(x, k.layers.BatchNormalization(name="norm")(y), name="chain")


def graph(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, name="shared")
    tower = k.Sequential(
        [k.layers.Dense(3, name="t1"), k.layers.BatchNormalization(name="t2")],
        name="tower",
    )
    inner_input = k.Input((3,), name="i")
    inner_output = k.layers.Dense(2, name="j")(inner_input)
    inner = k.Model(inner_input, inner_output, name="inner")
    total = k.layers.Add(name="total")([shared(a), tower(shared(b))])
    return k.Model([a, b], [inner(total), total], name="graph")


def subclassed(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__(name="net")
            self.a = k.layers.Dense(3, name="a")
            self.b = k.layers.Dense(1, name="b")

        def call(self, x):
            return self.b(self.a(x))

    return Net()


def called(k):
    model = subclassed(k)
    model(np.ones((1, 2), "float32"))
    return model


MODELS = [
    known_sequential,
    unbuilt_sequential,
    compiled,
    chain,
    graph,
    subclassed,
    called,
]
OPTIONS = [
    {"line_length": 100},
    {"line_length": 110, "show_trainable": True},
    {"line_length": 120, "expand_nested": True, "show_trainable": True},
    {"line_length": 90, "positions": [0.3, 0.5, 0.7, 1.0]},
]


def text_of(model, **options):
    pages = []
    model.summary(print_fn=pages.append, **options)
    assert len(pages) == 1
    return pages[0]


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_text_is_that_of_keras(make, options):
    if "positions" in options and make is not graph:
        options = {"line_length": 90, "positions": [0.3, 0.7, 1.0]}
    assert text_of(make(rv), **options) == text_of(make(keras), **options)


@pytest.mark.parametrize("names", [("a", "shared"), ("total", "tow.*"), (".*", ".*")])
def test_layer_range(names):
    ours, theirs = graph(rv), graph(keras)
    assert text_of(ours, layer_range=names) == text_of(theirs, layer_range=names)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"layer_range": ("a",)}, "must be two names"),
        ({"layer_range": ("a", "nowhere")}, "does not match"),
        ({"line_length": 8}, "no room"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        graph(rv).summary(**options)


def test_sequential_inside_a_subclassed_model():
    class Outer(rv.Model):
        def __init__(self):
            super().__init__(name="outer")
            self.stack = rv.Sequential([rv.layers.Dense(3, name="d")], name="stack")

        def call(self, x):
            return self.stack(x)

    model = Outer()
    model(np.ones((1, 2), "float32"))
    lines = text_of(model, expand_nested=True, line_length=80).splitlines()
    rows = [line for line in lines if "(None, 3)" in line]
    assert ["stack" in rows[0], "└ d" in rows[1]] == [True, True]


def test_printed_without_colors_where_there_is_no_terminal(capsys):
    known_sequential(rv).summary()
    printed = capsys.readouterr().out
    assert "Trainable params: 3,001 (11.72 KB)" in printed
    assert "\x1b" not in printed
