"""plot_model and model_to_dot: pictures of a model, with graphviz or without."""

import html
import os
import re
import shutil

from ranvier.callbacks._output import print_message
from ranvier.core import _errors
from ranvier.models._picture import picture_of
from ranvier.models._svg import svg_of

_NO_GRAPHVIZ = (
    "Drawing a model as .{suffix} needs pydot (pip install 'ranvier[plot]') and the "
    "program `dot` of Graphviz (on Debian or Ubuntu: apt install graphviz). A picture "
    "that needs neither: plot_model(model, to_file='model.svg') or '.html'."
)


def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """Draws a model's layers and how they are connected into a file.

    Args:
        model: a built model.
        to_file: the file; its suffix says the kind of picture. `.svg` and `.html` need
            no other program; `.png`, `.pdf` and the like need Graphviz.
        show_shapes: whether boxes tell the shapes of inputs and outputs.
        show_dtype: whether they tell the outputs' dtype.
        show_layer_names: whether they tell the layers' names.
        rankdir: `"TB"` for a picture from top to bottom, `"LR"` from left to right.
        expand_nested: whether layers of nested models are drawn, in a frame.
        dpi: dots per inch.
        show_layer_activations: whether boxes tell the activations.
        show_trainable: whether they tell which layers are trained.
        splines: how Graphviz draws the arrows: `"ortho"`, `"curved"`, `"polyline"`...

    Returns:
        In a notebook an image to show, else None.

    Raises:
        ImportError: if Graphviz is needed and missing.
        ValueError: for a model that is not built.

    Example:
        >>> import os, tempfile
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.Input((4,)), rv.layers.Dense(2)])
        >>> file = os.path.join(tempfile.mkdtemp(), "model.svg")
        >>> plot_model(model, file, show_shapes=True)
        >>> os.path.getsize(file) > 500
        True
    """
    options = {
        "show_shapes": show_shapes,
        "show_dtype": show_dtype,
        "show_layer_names": show_layer_names,
        "rankdir": rankdir,
        "expand_nested": expand_nested,
        "show_layer_activations": show_layer_activations,
        "show_trainable": show_trainable,
    }
    _check(kwargs, rankdir)
    to_file = os.fspath(to_file)
    suffix = os.path.splitext(to_file)[1][1:].lower() or "png"
    if suffix in ("svg", "html"):
        text = model_to_svg(model, **options)
        if suffix == "html":
            text = (
                '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>'
                f"{html.escape(model.name)}</title></head><body>{text}</body></html>\n"
            )
        with open(to_file, "w", encoding="utf-8") as file:
            file.write(text)
        return _shown(to_file, suffix)
    picture_of(model)  # says first what is wrong with the model
    if shutil.which("dot") is None:
        raise ImportError(_NO_GRAPHVIZ.format(suffix=suffix))
    dot = model_to_dot(model, dpi=dpi, splines=splines, **options)
    dot.write(to_file, format=suffix)
    return _shown(to_file, suffix)


def _shown(file, suffix):
    """Returns the image in a notebook, None elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import SVG, Image
    except ImportError:
        return None
    if get_ipython() is None:
        return None
    try:
        return SVG(filename=file) if suffix == "svg" else Image(filename=file)
    except Exception as error:  # a kind of file that notebooks do not show
        print_message(f"The picture is in {file}; it cannot be shown here: {error}")
        return None


_COLOURS = {"Trainable": "#d5ecd4", "Non-trainable": "#f6d5d5"}


def model_to_svg(
    model,
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    show_layer_activations=False,
    show_trainable=False,
) -> str:
    """Returns a picture of a model as SVG text, drawn without other programs.

    Args:
        model: a built model.
        show_shapes: as in `plot_model`, as are the others.
        show_dtype: whether boxes tell the outputs' dtype.
        show_layer_names: whether they tell the layers' names.
        rankdir: `"TB"` or `"LR"`.
        expand_nested: whether layers of nested models are drawn.
        show_layer_activations: whether boxes tell the activations.
        show_trainable: whether they tell which layers are trained.
    """
    picture = picture_of(model, expand_nested)
    labels = [
        _label(
            box,
            show_shapes,
            show_dtype,
            show_layer_names,
            show_layer_activations,
            show_trainable,
        )
        for box in picture.boxes
    ]
    return svg_of(picture, labels, rankdir)


def _label(box, shapes, dtype, name, activation, trainable):
    """Returns the title of a box and its lines, `(label, value)` each."""
    title = f"{box.name} ({box.kind})" if name else box.kind
    lines = []
    if activation and box.activation:
        lines.append(("Activation", box.activation))
    if shapes and box.input_shape is not None:
        lines.append(("Input shape", box.input_shape))
    if shapes and box.output_shape is not None:
        lines.append(("Output shape", box.output_shape))
    if dtype:
        lines.append(("Output dtype", box.dtype))
    if trainable and box.trainable is not None:
        lines.append(("", "Trainable" if box.trainable else "Non-trainable"))
    return title, lines


def model_to_dot(
    model,
    show_shapes=False,
    show_dtype=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    subgraph=False,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """Returns a model's picture as a graph of pydot.

    Args:
        model: a built model.
        show_shapes: as in `plot_model`, as are the others.
        show_dtype: whether boxes tell the outputs' dtype.
        show_layer_names: whether they tell the layers' names.
        rankdir: `"TB"` or `"LR"`.
        expand_nested: whether layers of nested models are drawn.
        dpi: dots per inch.
        subgraph: return a cluster, to be put in another graph.
        show_layer_activations: whether boxes tell the activations.
        show_trainable: whether they tell which layers are trained.
        splines: how arrows are drawn.

    Returns:
        A `pydot.Dot`, or `pydot.Cluster` if `subgraph`.

    Raises:
        ImportError: if pydot is missing.
        ValueError: for a model that is not built.

    Example:
        >>> import ranvier as rv
        >>> model = rv.Sequential([rv.Input((4,)), rv.layers.Dense(2)])
        >>> len(model_to_dot(model).get_nodes()) - 1  # one holds the defaults
        1
    """
    _check(kwargs, rankdir)
    picture = picture_of(model, expand_nested)
    pydot = _errors.require("pydot", "plot")
    if subgraph:
        dot = pydot.Cluster(_plain(model.name), label=_quoted(model.name))
        dot.set("style", "dashed")
        dot.set("labeljust", "l")
    else:
        dot = pydot.Dot()
        for key, value in (
            ("rankdir", rankdir),
            ("concentrate", True),
            ("dpi", dpi),
            ("splines", splines),
        ):
            dot.set(key, value)
        dot.set_node_defaults(shape="record")
    clusters = {(): dot}
    for place, box in enumerate(picture.boxes):
        label = _label(
            box,
            show_shapes,
            show_dtype,
            show_layer_names,
            show_layer_activations,
            show_trainable,
        )
        node = pydot.Node(
            str(place),
            label=_table(*label),
            shape="plain",
            fontname="Helvetica",
            margin=0,
        )
        _cluster(pydot, clusters, box.groups).add_node(node)
    for start, end in picture.arrows:
        dot.add_edge(pydot.Edge(str(start), str(end), penwidth=2))
    return dot


def _cluster(pydot, clusters, groups):
    """Returns the cluster of a nested model, made when first needed."""
    if groups not in clusters:
        parent = _cluster(pydot, clusters, groups[:-1])
        name = _plain("_".join(groups))
        cluster = pydot.Cluster(name, label=_quoted(groups[-1]))
        cluster.set("style", "dashed")
        cluster.set("labeljust", "l")
        parent.add_subgraph(cluster)
        clusters[groups] = cluster
    return clusters[groups]


def _plain(text):
    return re.sub(r"\W", "_", text)


def _quoted(text):
    return '"' + text.replace('"', r"\"") + '"'


def _table(title, lines):
    """Returns a label in Graphviz's own HTML."""
    rows = [
        '<tr><td bgcolor="#1f2d3d"><font point-size="16" color="white"><b>'
        f"{html.escape(title)}</b></font></td></tr>"
    ]
    for name, value in lines:
        text = f"{name}: <b>{html.escape(value)}</b>" if name else f"<b>{value}</b>"
        colour = {"Trainable": "#d5ecd4", "Non-trainable": "#f6d5d5"}.get(
            value, "white"
        )
        rows.append(
            f'<tr><td bgcolor="{colour}" align="left"><font point-size="14">{text}'
            "</font></td></tr>"
        )
    return (
        '<<table border="0" cellborder="1" cellspacing="0" cellpadding="8">'
        f"{''.join(rows)}</table>>"
    )


def _check(others, rankdir):
    if "layer_range" in others:
        raise ValueError("Argument `layer_range` is no longer supported.")
    if others:
        raise ValueError(f"Unrecognized keyword arguments: {others}")
    if rankdir not in ("TB", "LR", "BT", "RL"):
        raise ValueError(
            f"`rankdir` must be 'TB', 'LR', 'BT' or 'RL'. Received: rankdir={rankdir!r}"
        )
