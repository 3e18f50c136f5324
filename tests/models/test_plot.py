"""plot_model and model_to_dot: the same boxes, arrows and words as Keras's."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import keras
import pytest

import ranvier as rv
from ranvier.utils import model_to_dot, model_to_svg, plot_model

OPTIONS = {
    "show_shapes": True,
    "show_dtype": True,
    "show_layer_activations": True,
    "show_trainable": True,
}


def stack(k):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(3, "relu", name="a"),
            k.layers.Dropout(0.5, name="b"),
            k.layers.Dense(1, name="c", trainable=False),
        ],
        name="stack",
    )


def branches(k):
    x = k.Input((4,), name="x")
    a = k.layers.Dense(3, "tanh", name="a")(x)
    b = k.layers.Concatenate(name="b")([x, a])
    return k.Model(x, [k.layers.Dense(1, name="c")(b), a], name="branches")


def nested(k):
    x = k.Input((4,), name="x")
    inner = k.Sequential(
        [k.Input((4,)), k.layers.Dense(3, name="i1"), k.layers.Dense(2, name="i2")],
        name="inner",
    )
    return k.Model(x, k.layers.Dense(1, name="c")(inner(x)), name="nested")


def shared(k):
    layer = k.layers.Dense(2, name="shared")
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    return k.Model([x, y], k.layers.Add(name="sum")([layer(x), layer(y)]))


def subclassed(k):
    class Net(k.Model):
        def __init__(self):
            super().__init__(name="net")
            self.d = k.layers.Dense(2)

        def call(self, x):
            return self.d(x)

    model = Net()
    model(k.ops.ones((1, 3)))
    return model


def nodes_of(graph):
    """Yields the nodes of a graph and of its clusters."""
    yield from (n for n in graph.get_nodes() if n.get_name() != "node")
    for cluster in graph.get_subgraphs():
        yield from nodes_of(cluster)


def words_of(graph):
    """Returns the text of each box, and the arrows between their first words."""
    texts = {}
    for node in nodes_of(graph):
        cells = re.findall(r"<td[^>]*>(.*?)</td>", node.get_label())
        texts[node.get_name()] = [re.sub(r"<.*?>", "", cell) for cell in cells]
    names = {key: cells[0].split()[0] for key, cells in texts.items()}
    arrows = {
        (names[e.get_source()], names[e.get_destination()]) for e in graph.get_edges()
    }
    return {tuple(cells) for cells in texts.values()}, arrows


@pytest.mark.parametrize("make", [stack, branches, nested, shared, subclassed])
@pytest.mark.parametrize("expand", [False, True])
def test_boxes_and_arrows_are_keras_s(make, expand):
    options = {**OPTIONS, "expand_nested": expand, "show_layer_names": True}
    ours = words_of(model_to_dot(make(rv), **options))
    theirs = words_of(keras.utils.model_to_dot(make(keras), **options))
    if expand and make is nested:
        # Keras leaves out the arrow between the layers of the inner model.
        assert theirs[1] == {("x", "i1"), ("i2", "c")}
        theirs[1].add(("i1", "i2"))
    assert ours == theirs


@pytest.mark.parametrize("option", [None, *OPTIONS])
def test_each_option_adds_its_words(option):
    options = {option: True} if option else {}
    ours = words_of(model_to_dot(branches(rv), **options))
    theirs = words_of(keras.utils.model_to_dot(branches(keras), **options))
    assert ours == theirs


@pytest.mark.parametrize("rankdir", ["TB", "LR", "BT", "RL"])
@pytest.mark.parametrize("make", [stack, branches, nested, shared, subclassed])
def test_svg_is_well_formed_and_nothing_overlaps(make, rankdir):
    text = model_to_svg(
        make(rv), rankdir=rankdir, show_layer_names=True, expand_nested=True, **OPTIONS
    )
    root = ElementTree.fromstring(text)
    width, height = float(root.get("width")), float(root.get("height"))
    boxes = [
        tuple(float(r.get(k)) for k in ("x", "y", "width", "height"))
        for r in root.iter("{http://www.w3.org/2000/svg}rect")
        if r.get("fill") == "#fff"
    ]
    for i, (x, y, w, h) in enumerate(boxes):
        assert 0 <= x and x + w <= width and 0 <= y and y + h <= height
        for a, b, c, d in boxes[i + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y


def test_names_are_escaped():
    model = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1, name="a<b&c")])
    assert "a&lt;b&amp;c" in model_to_svg(model, show_layer_names=True)
    assert "a&lt;b&amp;c" in model_to_dot(model).to_string()


@pytest.mark.parametrize("suffix", ["svg", "html", "png", "pdf"])
def test_files(suffix, tmp_path):
    import shutil

    if suffix in ("png", "pdf") and shutil.which("dot") is None:
        pytest.skip("needs Graphviz")
    file = tmp_path / f"model.{suffix}"
    assert plot_model(nested(rv), file, expand_nested=True, dpi=50, **OPTIONS) is None
    start = {"svg": b"<svg", "html": b"<!doc", "png": b"\x89PNG", "pdf": b"%PDF"}
    assert file.read_bytes().startswith(start[suffix])


def test_without_graphviz_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImportError, match=r"apt install graphviz.*model\.svg"):
        plot_model(stack(rv), tmp_path / "model.png")


def test_errors_are_keras_s():
    for k in (rv, keras):
        unbuilt = k.Sequential([k.layers.Dense(1)])
        with pytest.raises(ValueError, match="built"):
            k.utils.model_to_dot(unbuilt)
        with pytest.raises(ValueError, match="layer_range"):
            k.utils.plot_model(stack(k), layer_range=["a", "b"])
        with pytest.raises(ValueError, match="Unrecognized"):
            k.utils.model_to_dot(stack(k), colour=True)
    with pytest.raises(ValueError, match="rankdir"):
        model_to_dot(stack(rv), rankdir="up")


def test_notebooks_show_models_and_histories():
    import numpy as np

    model = stack(rv)
    page = model._repr_html_()
    assert page.startswith("<svg") and "Total params" in page
    model.compile("sgd", "mse")
    history = model.fit(np.ones((4, 4)), np.ones(4), epochs=2, verbose=0)
    assert "<td>loss</td>" in history._repr_html_()
    assert "Sequential" in rv.Sequential([rv.layers.Dense(1)])._repr_html_()


def test_drawing_libraries_are_loaded_only_when_used():
    code = (
        "import sys, ranvier as rv\n"
        "m = rv.Sequential([rv.Input((2,)), rv.layers.Dense(1)])\n"
        "m._repr_html_(); rv.utils.model_to_svg(m)\n"
        "assert not {'pydot', 'matplotlib', 'IPython'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
