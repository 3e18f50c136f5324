"""TensorArrays that a loop on traced values writes: tensors of a fixed size."""

import copy

from ranvier.autodiff.function._branches import trace_block
from ranvier.autodiff.function._failures import GrowsUnknown
from ranvier.autodiff.function._values import put_together, struct_of, take_apart
from ranvier.tensors._tensor_array import TensorArray


def prepare(state, run, steps=None):
    """Makes the TensorArrays among a loop's variables ready to be its state.

    Args:
        state: the `State`; its `defined` values are replaced.
        run: runs the loop's body once on defined values.
        steps: the number of steps, which an array of dynamic size grows by; or None.

    Raises:
        ValueError: if an array's size after the loop cannot be known before.
    """
    places = [i for i, v in enumerate(state.defined) if isinstance(v, TensorArray)]
    places = [i for i in places if state.defined[i]._buffer is None]
    if not places:
        return
    # The shape of the elements is known once one is written.
    written = list(state.defined)
    for place in places:
        written[place] = copy.copy(state.defined[place])
        written[place]._elements = list(written[place]._elements)
    if not all(written[place]._shape.is_fully_defined() for place in places):
        arrays: list = []
        template = take_apart(written, arrays)

        def probe(*arrays):
            with state.appending() as lists:
                run(put_together(template, arrays))
            lists.outputs()
            return []

        trace_block(probe, [struct_of(x) for x in arrays])
    for place in places:
        array = state.defined[place]
        array._shape = array._shape.merge_with(written[place]._shape)
        if array._dynamic:
            if steps is None and not array._elements:
                name = state.name(place)
                raise GrowsUnknown(
                    f"'{name}' is a TensorArray that grows in a loop whose number of "
                    "steps is not known: a program's shapes are fixed. Give it a "
                    "`size`."
                )
            array._elements = [*array._elements, *[None] * (steps or 0)]
        if array._shape.is_fully_defined():
            state.defined[place] = array._like(array.stack())
