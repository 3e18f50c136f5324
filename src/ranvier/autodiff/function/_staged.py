"""The variables of a translated statement, as the state of a branch or loop."""

import contextlib

import numpy as np

from ranvier.autodiff.function._branches import same_template
from ranvier.autodiff.function._failures import ShapeNotKnown
from ranvier.autodiff.function._values import Parts, Slot
from ranvier.core import _tree
from ranvier.tensors._constant import convert_to_tensor
from ranvier.tensors._dtype import as_dtype
from ranvier.tensors._errors import InaccessibleTensorError
from ranvier.tensors._tensor import Tensor, is_traced

_NUMBERS = (bool, int, float, np.generic, np.ndarray)


def staged(value):
    """Returns a value with tensors in place of numbers, also in structures."""
    if isinstance(value, _NUMBERS):
        return convert_to_tensor(value)
    if _tree.is_nested(value):
        return _tree.map_structure(
            lambda x: convert_to_tensor(x) if isinstance(x, _NUMBERS) else x, value
        )
    return value


def is_undefined(value) -> bool:
    """Tells whether a value stands for a variable that has none."""
    return type(value).__name__ in ("Undefined", "UndefinedReturnValue")


class State:
    """The values of a statement's variables, by name.

    Args:
        names: the names.
        values: the values, some perhaps undefined.

    Attributes:
        defined: the values of those that have one, numbers as tensors.
    """

    # What the loops that are being traced append to lists, innermost last.
    lists: list = []

    def __init__(self, names, values):
        self.names = names
        self.values = values
        self._undefined = [i for i, v in enumerate(values) if is_undefined(v)]
        self._defined = [i for i, v in enumerate(values) if not is_undefined(v)]
        self.defined = [staged(values[i]) for i in self._defined]
        self._outcome = None

    def as_outputs(self):
        """Returns all values, those of a branch: numbers as tensors."""
        return tuple([v if is_undefined(v) else staged(v) for v in self.values])

    def name(self, number) -> str:
        """Returns the name of one of the defined variables."""
        return self.names[self._defined[number]]

    def filled(self, defined):
        """Returns the values with others for the defined variables."""
        values = list(self.values)
        for place, value in zip(self._defined, defined, strict=True):
            values[place] = value
        return tuple(values)

    def split(self, values):
        """Returns the values after a step: of the defined, and of the others."""
        defined = [staged(values[i]) for i in self._defined]
        others = [staged(values[i]) for i in self._undefined]
        if any(type(v).__name__ == "UndefinedReturnValue" for v in self.values):
            for place in self._undefined:
                if type(self.values[place]).__name__ == "UndefinedReturnValue":
                    if not is_undefined(values[place]):
                        raise NotImplementedError(
                            "a return statement cannot be placed inside this loop over "
                            "tensors: assign to a variable, `break`, and return after "
                            "the loop"
                        )
        return defined, others

    def joined(self, defined, others):
        """Returns all values after the loop."""
        values = list(self.filled(defined))
        for place, value in zip(self._undefined, others, strict=True):
            values[place] = value
        return tuple(values)

    # Lists that the body appends to.

    @contextlib.contextmanager
    def appending(self):
        """Context of the body: notes what is appended to lists."""
        self._appended = _Appended()
        State.lists.append(self._appended)
        try:
            yield self._appended
        finally:
            State.lists.pop()

    def extend_lists(self, outputs, count):
        """Puts what each step appended into the lists."""
        self._appended.extend(outputs, count)


class _Appended:
    """What one step of a loop appends to Python's lists."""

    def __init__(self):
        self._lists: dict = {}

    def note(self, target):
        """Called before a list is appended to."""
        self._lists.setdefault(id(target), (target, len(target)))

    def outputs(self):
        """Takes the step's elements off the lists, and returns them."""
        # What is no tensor is a side effect of Python, seen once.
        self._lists = {k: v for k, v in self._lists.items() if _grew(*v)}
        found = []
        for target, length in self._lists.values():
            found.append([staged(x) for x in target[length:]])
            del target[length:]
        return found

    def extend(self, outputs, count):
        """Appends the elements of all steps."""
        for (target, _), elements in zip(self._lists.values(), outputs, strict=True):
            for step in range(count):
                for element in elements:
                    target.append(_tree.map_structure(lambda x, i=step: x[i], element))

    def refuse(self):
        """Raises if something was appended: the number of steps is not known."""
        for target, length in self._lists.values():
            if _grew(target, length):
                del target[length:]
                raise InaccessibleTensorError(
                    "A list cannot grow in a loop whose number of steps depends on a "
                    "tensor. Use a `tf.TensorArray` with a `size`: "
                    "`array = array.write(i, value)`."
                )


def _grew(target, length) -> bool:
    """Tells whether tensors of the program were appended to a list."""
    return any(
        isinstance(x, Tensor) and is_traced(x._value)
        for x in _tree.flatten(target[length:])
    )


# Do the branches, or the values before and after a step, fit together?


def compare_branches(names, templates, types):
    """Raises unless two branches define the same variables alike.

    Args:
        names: the variables.
        templates: of the results of the branch for false, and of that for true.
        types: the types of their arrays.
    """
    other, main = templates
    other_types, main_types = types
    for name, x, y in zip(names, main, other, strict=True):
        for value, place in ((x, "main"), (y, "else")):
            opposite = y if value is x else x
            if not is_undefined(value) or is_undefined(opposite):
                continue
            if type(value).__name__ == "UndefinedReturnValue":
                raise ValueError(
                    f"the {place} branch must also have a return statement."
                )
            raise ValueError(f"'{name}' must also be initialized in the {place} branch")
        if is_undefined(x):
            continue
        if not same_template(x, y):
            raise TypeError(
                f"'{name}' does not have the same nested structure in the main and "
                f"else branches: {_shown(x)} and {_shown(y)}"
            )
        for a, b in zip(_slots(x), _slots(y), strict=True):
            a, b = main_types[a], other_types[b]
            if a.dtype != b.dtype:
                raise TypeError(
                    f"'{name}' has dtype {_dtype(a)} in the main branch, but dtype "
                    f"{_dtype(b)} in the else branch"
                )
            if a.shape != b.shape:
                raise ShapeNotKnown(
                    f"'{name}' has shape {a.shape} in the main branch, but shape "
                    f"{b.shape} in the else branch: a program's shapes are fixed"
                )


def check_invariants(shapes):
    """Raises if sizes may change from step to step, which no program allows.

    Raises:
        ShapeNotKnown: so that the function runs as Python.
    """
    if hasattr(shapes, "is_fully_defined"):
        if not shapes.is_fully_defined():
            raise ShapeNotKnown(
                f"A variable of a loop has the shape {shapes}: a program's shapes are "
                "fixed."
            )
    elif isinstance(shapes, dict):
        check_invariants(list(shapes.values()))
    elif isinstance(shapes, (list, tuple)):
        for shape in shapes:
            check_invariants(shape)


def compare_steps(state, before, after, types_before, types_after):
    """Raises unless a loop's variables keep their kinds.

    Args:
        state: the `State`.
        before: templates of the variables before the loop.
        after: templates after a step.
        types_before: types of the arrays before the loop.
        types_after: types of the arrays after a step.
    """
    offset = min(_slots(before), default=0)
    shift = min(_slots(after), default=0)
    for number, (x, y) in enumerate(zip(before, after, strict=True)):
        name = state.name(number)
        if is_undefined(y):
            raise ValueError(f"'{name}' is not defined after one iteration.")
        if not same_template(x, y):
            raise TypeError(
                f"'{name}' does not have the same nested structure after one "
                f"iteration: {_shown(x)} before, {_shown(y)} after"
            )
        for i, j in zip(_slots(x), _slots(y), strict=True):
            a, b = types_before[i - offset], types_after[j - shift]
            if a.dtype != b.dtype:
                raise TypeError(
                    f"'{name}' has dtype {_dtype(a)} before the loop, but dtype "
                    f"{_dtype(b)} after one iteration"
                )
            if tuple(a.shape) != tuple(b.shape):
                raise ValueError(
                    f"'{name}' has shape {_shape(a)} before the loop, but shape "
                    f"{_shape(b)} after one iteration. Use "
                    "tf.autograph.experimental.set_loop_options to set shape "
                    "invariants."
                )


def _slots(template):
    """Returns the numbers of the arrays in a template."""
    found = []
    for leaf in _tree.flatten(template):
        if type(leaf) is Slot:
            found.append(leaf.number)
        elif type(leaf) is Parts:
            found += _slots(list(leaf.parts))
    return found


def _shown(template):
    def leaf(value):
        return "tensor" if isinstance(value, (Slot, Parts)) else value

    return _tree.map_structure(leaf, template)


def _dtype(aval):
    return as_dtype(aval.dtype).name


def _shape(aval):
    return f"({', '.join(map(str, aval.shape))}{',' * (len(aval.shape) == 1)})"
