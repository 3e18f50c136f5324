"""Reading and writing at places that are computed."""

import numpy as np
from jax.lax import GatherScatterMode

from ranvier.export._onnx_rules import Untranslatable, output_of, rule
from ranvier.export._onnx_values import constant, is_one, is_static


@rule("gather")
def _gather(graph, equation, x, places):
    params = equation.params
    numbers = params["dimension_numbers"]
    shape, dtype = output_of(equation)
    indexed = list(numbers.start_index_map)
    batch = list(numbers.operand_batching_dims)
    gone = (*numbers.collapsed_slice_dims, *batch)
    offset = [axis for axis in range(len(x.shape)) if axis not in gone]
    whole = [axis for axis in offset if axis not in indexed]
    sizes = params["slice_sizes"]
    room = [x.shape[axis] - sizes[axis] for axis in indexed]
    places, valid = _bounded(graph, places, room, params["mode"])
    fill = constant(_fill_value(params["fill_value"], dtype), dtype)
    if len(places.shape) == 1 and not batch:
        taken = graph.reshape(_piece(graph, x, places, indexed, sizes), shape)
        return taken if valid is None else graph.select(valid, taken, fill, shape)
    x, places, indexed, whole = _without_pieces(graph, x, places, indexed, whole, sizes)
    if any(sizes[axis] != 1 for axis in indexed) or any(
        sizes[axis] != x.shape[axis] for axis in whole
    ):
        raise Untranslatable("it takes pieces of more than one entry")
    if len(indexed) == 1 and not batch:
        taken, labels = _take(graph, x, places, indexed[0], whole)
    else:
        taken, labels = _take_many(graph, x, places, numbers, indexed, whole)
    # Into the order of the result, with axes of one entry where it keeps them.
    from_x, from_places = iter(offset), iter(range(len(places.shape) - 1))
    target = [
        ("x", next(from_x)) if axis in numbers.offset_dims else ("i", next(from_places))
        for axis in range(len(shape))
    ]
    taken = graph.transpose(taken, [labels.index(t) for t in target if t in labels])
    taken = graph.reshape(taken, shape)
    if valid is None:
        return taken
    flags = [places.shape[key] if kind == "i" else 1 for kind, key in target]
    return graph.select(graph.reshape(valid, flags), taken, fill, shape)


def _without_pieces(graph, x, places, indexed, whole, sizes):
    """Cuts out beforehand the pieces that begin at one place for all."""
    if places.array is None:
        return x, places, indexed, whole
    columns = places.array.reshape(-1, len(indexed))
    cut = [
        i
        for i, axis in enumerate(indexed)
        if not is_one(sizes[axis]) and (columns[:, i] == columns[:1, i]).all()
    ]
    for i in cut:
        axis, start = indexed[i], int(columns[0, i])
        x = graph.slice(x, [start], [start + sizes[axis]], [axis])
        whole = sorted([*whole, axis])
    kept = [i for i in range(len(indexed)) if i not in cut]
    places = constant(places.array[..., kept])
    return x, places, [indexed[i] for i in kept], whole


def _piece(graph, x, places, indexed, sizes):
    """Takes one piece of an array."""
    sizes = [sizes[axis] for axis in indexed]
    if places.array is not None:
        starts = places.array.tolist()
        ends = [start + size for start, size in zip(starts, sizes, strict=True)]
        return graph.slice(x, starts, ends, indexed)
    shape = list(x.shape)
    for axis, size in zip(indexed, sizes, strict=True):
        shape[axis] = size
    end = graph.compute("Add", [places, graph.vector(sizes)])
    return graph.node("Slice", [x, places, end, graph.vector(indexed)], shape, x.dtype)


def _take(graph, x, places, axis, whole):
    """Takes entries along one axis; returns them with labels of their axes."""
    places = graph.reshape(places, places.shape[:-1])
    before = [("x", a) for a in whole if a < axis]
    after = [("x", a) for a in whole if a > axis]
    shape = [
        *(x.shape[a] for _, a in before),
        *places.shape,
        *(x.shape[a] for _, a in after),
    ]
    taken = graph.node("Gather", [x, places], shape, x.dtype, axis=axis)
    return taken, [*before, *(("i", i) for i in range(len(places.shape))), *after]


def _take_many(graph, x, places, numbers, indexed, whole):
    """Takes entries by several axes, perhaps for each row; returns them with labels."""
    batch, own = numbers.operand_batching_dims, numbers.start_indices_batching_dims
    free = [i for i in range(len(places.shape) - 1) if i not in own]
    x = graph.transpose(x, [*batch, *indexed, *whole])
    places = graph.transpose(places, [*own, *free, len(places.shape) - 1])
    rest = x.shape[len(batch) + len(indexed) :]
    taken = graph.node(
        "GatherND",
        [x, places],
        (*places.shape[:-1], *rest),
        x.dtype,
        batch_dims=len(batch),
    )
    return taken, [*(("i", i) for i in (*own, *free)), *(("x", a) for a in whole)]


def _bounded(graph, places, limits, mode):
    """Returns places within limits, and which were (None: all, or no matter)."""
    if places.array is not None and is_static(limits):
        numbers = places.array.astype(np.int64)
        if ((numbers >= 0) & (numbers <= np.array(limits, np.int64))).all():
            return constant(numbers), None
    places = graph.cast(places, "int64")
    if mode == GatherScatterMode.PROMISE_IN_BOUNDS:
        return places, None
    inside = graph.compute("Max", [places, constant(0, "int64")])
    inside = graph.compute("Min", [inside, graph.vector(limits)], places.shape)
    if mode == GatherScatterMode.CLIP:
        return inside, None
    equal = graph.compute("Equal", [places, inside], dtype="bool")
    last = constant(np.array([-1], np.int64))
    flags = graph.cast(equal, "int32")
    flags = graph.node(
        "ReduceMin", [flags, last], places.shape[:-1], "int32", keepdims=0
    )
    return inside, graph.cast(flags, "bool")


def _fill_value(value, dtype):
    if value is not None:
        return value
    kind = np.dtype(dtype).kind
    if kind == "f":
        return np.nan
    if kind == "b":
        return True
    limits = np.iinfo(dtype)
    return limits.max if kind == "u" else limits.min


_WRITES = {
    "scatter": "none",
    "scatter-add": "add",
    "scatter-max": "max",
    "scatter-min": "min",
    "scatter-mul": "mul",
}


@rule(*_WRITES)
def _scatter(graph, equation, x, places, updates):
    params = equation.params
    numbers = params["dimension_numbers"]
    shape, dtype = output_of(equation)
    indexed = list(numbers.scatter_dims_to_operand_dims)
    whole = [axis for axis in range(len(shape)) if axis not in indexed]
    kept = [
        axis for axis in range(len(shape)) if axis not in numbers.inserted_window_dims
    ]
    if numbers.operand_batching_dims or kept != whole:
        raise Untranslatable("it writes pieces of more than one entry, or row by row")
    window = [updates.shape[axis] for axis in numbers.update_window_dims]
    if window != [shape[axis] for axis in whole]:
        raise Untranslatable("it writes parts of rows")
    if dtype not in ("float32", "float64", "int32", "int64"):
        raise Untranslatable(f"it writes into {dtype}")
    limits = [shape[axis] - 1 for axis in indexed]
    places, valid = _bounded(graph, places, limits, params["mode"])
    order = indexed + whole
    rows = [a for a in range(len(updates.shape)) if a not in numbers.update_window_dims]
    x = graph.transpose(x, order)
    updates = graph.transpose(updates, [*rows, *numbers.update_window_dims])
    if valid is not None:
        # What lies outside is written to a row more, which is then cut off.
        x, places = _with_waste(graph, x, places, valid)
    result = graph.node(
        "ScatterND",
        [x, places, updates],
        x.shape,
        dtype,
        reduction=_WRITES[equation.primitive.name],
    )
    if valid is not None:
        result = graph.slice(result, [0], [shape[order[0]]], [0])
    return graph.transpose(result, np.argsort(order))


def _with_waste(graph, x, places, valid):
    size, *rest = x.shape
    row = graph.expand(constant(np.zeros([1] * len(x.shape)), x.dtype), (1, *rest))
    x = graph.node("Concat", [x, row], (size + 1, *rest), x.dtype, axis=0)
    valid = graph.reshape(valid, (*valid.shape, 1))
    waste = [size] + [0] * (places.shape[-1] - 1)
    return x, graph.select(valid, places, graph.vector(waste), places.shape)


@rule("dynamic_slice")
def _dynamic_slice(graph, equation, x, *starts):
    shape, dtype = output_of(equation)
    first, end = _window(graph, x, starts, shape)
    axes = graph.vector(range(len(shape)))
    return graph.node("Slice", [x, first, end, axes], shape, dtype)


@rule("dynamic_update_slice")
def _dynamic_update_slice(graph, equation, x, update, *starts):
    shape, dtype = output_of(equation)
    first, end = _window(graph, x, starts, update.shape)
    after = graph.compute("Sub", [graph.vector(shape), end])
    pads = graph.node("Concat", [first, after], (2 * len(shape),), "int64", axis=0)
    ones = graph.expand(constant(np.ones([1] * len(shape)), "int32"), update.shape)
    zero = constant(0, "int32")
    mask = graph.cast(graph.node("Pad", [ones, pads, zero], shape, "int32"), "bool")
    given = dtype
    update = graph.cast(update, "int32") if given in ("int16", "uint16") else update
    zero = constant(0, update.dtype)
    moved = graph.node("Pad", [update, pads, zero], shape, update.dtype)
    return graph.select(mask, graph.cast(moved, given), x, shape)


def _window(graph, x, starts, sizes):
    """Returns first places and ends of a window that is kept inside an array."""
    parts = [graph.reshape(graph.cast(start, "int64"), (1,)) for start in starts]
    count = len(parts)
    first = graph.node("Concat", parts, (count,), "int64", axis=0)
    room = graph.vector([size - part for size, part in zip(x.shape, sizes)])
    first = graph.compute("Max", [first, constant(0, "int64")])
    first = graph.compute("Min", [first, room], (count,))
    return first, graph.compute("Add", [first, graph.vector(sizes)])
