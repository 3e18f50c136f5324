"""Operations that move entries: shapes, order, parts, joints."""

from ranvier.export._onnx_rules import Untranslatable, output_of, rule
from ranvier.export._onnx_values import constant, is_one


@rule("broadcast_in_dim", lazy=True)
def _broadcast_in_dim(graph, equation, x, *sizes):
    shape, _ = output_of(equation)
    axes = equation.params["broadcast_dimensions"]
    x = graph.align(x, len(axes))
    new = [1] * len(shape)
    for axis, size in zip(axes, x.shape, strict=True):
        new[axis] = size
    # Leading axes come by themselves.
    first = min(axes, default=len(shape))
    added = [axis - first for axis in range(first, len(shape)) if axis not in axes]
    if not added:
        return x
    if x.array is not None:
        return constant(x.array.reshape(new[first:]))
    return graph.node("Unsqueeze", [x, graph.vector(added)], new[first:], x.dtype)


@rule("reshape", lazy=True)
def _reshape(graph, equation, x, *sizes):
    aval = equation.invars[0].aval
    if equation.params["dimensions"] is not None:
        raise Untranslatable("it reads its input in another order")
    shape, _ = output_of(equation)
    # Where only axes of one entry come and go, what is not spread out stays so.
    whole = [size for size in aval.shape if not is_one(size)]
    if whole == [size for size in shape if not is_one(size)]:
        x = graph.align(x, len(aval.shape))
        sizes = iter([s for s, size in zip(x.shape, aval.shape) if not is_one(size)])
        return graph.reshape(x, [1 if is_one(size) else next(sizes) for size in shape])
    return graph.reshape(graph.expand(x, aval.shape), shape)


@rule("squeeze", lazy=True)
def _squeeze(graph, equation, x):
    x = graph.align(x, len(equation.invars[0].aval.shape))
    axes = equation.params["dimensions"]
    return graph.reshape(x, [s for i, s in enumerate(x.shape) if i not in axes])


@rule("transpose", lazy=True)
def _transpose(graph, equation, x):
    x = graph.align(x, len(equation.invars[0].aval.shape))
    return graph.transpose(x, equation.params["permutation"])


@rule("rev")
def _rev(graph, equation, x):
    axes = [int(axis) for axis in equation.params["dimensions"]]
    count = len(axes)
    return graph.slice(x, [-1] * count, [-(2**63)] * count, axes, [-1] * count)


@rule("concatenate")
def _concatenate(graph, equation, *values):
    shape, dtype = output_of(equation)
    axis = equation.params["dimension"]
    return graph.node("Concat", values, shape, dtype, axis=axis)


@rule("stack")
def _stack(graph, equation, *values):
    shape, dtype = output_of(equation)
    axis = equation.params["axis"]
    single = [1 if i == axis else size for i, size in enumerate(shape)]
    values = [graph.reshape(value, single) for value in values]
    return graph.node("Concat", values, shape, dtype, axis=axis)


@rule("unstack")
def _unstack(graph, equation, x):
    axis = equation.params["axis"]
    return [
        graph.reshape(graph.slice(x, [i], [i + 1], [axis]), output_of(equation, i)[0])
        for i in range(len(equation.outvars))
    ]


@rule("tile")
def _tile(graph, equation, x):
    shape, dtype = output_of(equation)
    return graph.node("Tile", [x, graph.vector(equation.params["reps"])], shape, dtype)


@rule("split")
def _split(graph, equation, x):
    axis, parts, start = equation.params["axis"], [], 0
    for size in equation.params["sizes"]:
        parts.append(graph.slice(x, [start], [start + size], [axis]))
        start = start + size
    return parts


@rule("slice")
def _slice(graph, equation, x):
    params = equation.params
    axes = list(range(len(x.shape)))
    steps = params["strides"] or [1] * len(axes)
    kept = [
        axis
        for axis in axes
        if steps[axis] != 1 or output_of(equation)[0][axis] != x.shape[axis]
    ]
    if not kept:
        return x
    return graph.slice(
        x,
        [params["start_indices"][axis] for axis in kept],
        [params["limit_indices"][axis] for axis in kept],
        kept,
        [steps[axis] for axis in kept],
    )


@rule("pad")
def _pad(graph, equation, x, value):
    return pad(graph, x, value, equation.params["padding_config"])


def pad(graph, x, value, config):
    """Returns an array with entries put before, after and between those of axes.

    Args:
        graph: the graph.
        x: the array.
        value: what is put there.
        config: `(before, after, between)` for each axis; negative numbers cut off.
    """
    for axis, (_, _, between) in enumerate(config):
        if between:
            x = _spread(graph, x, value, axis, between)
    low, high = ([entry[side] for entry in config] for side in (0, 1))
    if any(_is_negative(n) for n in low + high):
        starts = [-n if _is_negative(n) else 0 for n in low]
        ends = [s + n if _is_negative(n) else s for s, n in zip(x.shape, high)]
        x = graph.slice(x, starts, ends, list(range(len(x.shape))))
        low, high = (
            [0 if _is_negative(n) else n for n in side] for side in (low, high)
        )
    if all(isinstance(n, int) and n == 0 for n in low + high):
        return x
    shape = [size + a + b for size, a, b in zip(x.shape, low, high)]
    fill = graph.reshape(value, ())
    given = x.dtype
    if given in ("int16", "uint16"):  # onnxruntime does not pad these
        x, fill = graph.cast(x, "int32"), graph.cast(fill, "int32")
    padded = graph.node("Pad", [x, graph.vector(low + high), fill], shape, x.dtype)
    return graph.cast(padded, given)


def _is_negative(size):
    return isinstance(size, int) and size < 0


def _spread(graph, x, value, axis, between):
    """Puts entries between those of an axis."""
    shape = list(x.shape)
    x = graph.reshape(x, [*shape[: axis + 1], 1, *shape[axis + 1 :]])
    config = [(0, 0, 0)] * len(x.shape)
    config[axis + 1] = (0, between, 0)
    x = pad(graph, x, value, config)
    size = shape[axis] * (between + 1)
    x = graph.reshape(x, [*shape[:axis], size, *shape[axis + 1 :]])
    return graph.slice(x, [0], [size - between], [axis])


@rule("dim_as_value", lazy=True)
def _dim_as_value(graph, equation, *sizes):
    _, dtype = output_of(equation)
    return graph.cast(graph.scalar(equation.params["dim"]), dtype)
