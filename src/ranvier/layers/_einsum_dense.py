"""EinsumDense: a dense layer over any axes, written as an einsum."""

import re

from ranvier import activations, constraints, initializers, ops, regularizers
from ranvier.core._errors import ShapeError
from ranvier.core._registry import builtin
from ranvier.initializers import VarianceScaling
from ranvier.layers._arguments import drop_unsupported
from ranvier.layers._input_spec import InputSpec
from ranvier.layers._layer import Layer


@builtin("keras.layers")
class EinsumDense(Layer):
    """Computes `activation(einsum(equation, inputs, kernel) + bias)`.

    Args:
        equation: an equation with the inputs' axes and the kernel's, such as
            `"ab,bc->ac"` (a dense layer). `...` may stand for the first axes of
            inputs and result (`"...x,xy->...y"`) or the last ones
            (`"abc...,cd->abd..."`).
        output_shape: shape of a result without the batch, and without the axes that
            `...` stands for; None where a size follows from the inputs.
        activation: name or function; None for a linear layer.
        bias_axes: the result's axes that have a bias, such as `"c"`; None for no
            bias.
        kernel_initializer: initialiser of the kernel.
        bias_initializer: initialiser of the bias.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: `name`, `dtype`, `trainable`, `activity_regularizer`.

    Raises:
        ValueError: when building, if the equation has another form, or does not
            match the shapes.

    Example:
        >>> import numpy as np
        >>> layer = EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d")
        >>> layer(np.ones((2, 3, 4))).shape
        (2, 3, 5)
    """

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        drop_unsupported(type(self), kwargs)
        super().__init__(**kwargs)
        self.equation = equation
        self.partial_output_shape = (
            (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        )
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias = None

    def build(self, input_shape):
        plan = _Plan(self, input_shape)
        self.input_spec = InputSpec(ndim=len(input_shape))
        self.kernel = self.add_weight(
            name="kernel",
            shape=plan.kernel_shape,
            initializer=_with_axes(self.kernel_initializer, plan),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.bias_axes is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=plan.bias_shape,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs, training=None):
        x = ops.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            x = ops.add(x, self.bias)
        return self.activation(x) if self.activation is not None else x

    def compute_output_shape(self, input_shape):
        return _Plan(self, input_shape).output_shape

    def get_config(self):
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "quantization_config": None,
        }


def _with_axes(initializer, plan):
    """Tells a scaling initialiser which axes of the kernel are inputs and outputs."""
    if not isinstance(initializer, VarianceScaling) or (
        initializer.input_axes is not None and initializer.output_axes is not None
    ):
        return initializer
    return type(initializer).from_config(
        {
            **initializer.get_config(),
            "seed": initializer.seed,
            "input_axes": plan.kernel_inputs,
            "output_axes": plan.kernel_outputs,
        }
    )


_FORMS = (
    r"(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)",
    r"\.\.\.(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->\.\.\.(?P<y>[a-zA-Z]+)",
    r"(?P<x>[a-zA-Z]{2,})\.\.\.,(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)\.\.\.",
)


class _Plan:
    """The shapes that follow from an equation and the inputs' shape.

    Attributes:
        kernel_shape: shape of the kernel.
        kernel_inputs: the kernel's axes that are summed over.
        kernel_outputs: its axes that are left in the result.
        bias_shape: shape of the bias, or None.
        output_shape: shape of the result.
    """

    def __init__(self, layer, input_shape):
        self.where = f"Layer '{layer.name}' (EinsumDense), equation '{layer.equation}'"
        equation = layer.equation.replace(" ", "")
        match = next(filter(None, (re.fullmatch(f, equation) for f in _FORMS)), None)
        if match is None:
            raise ValueError(
                f"Invalid einsum equation '{layer.equation}'. Equations must be in the "
                "form [X],[Y]->[Z], ...[X],[Y]->...[Z], or [X]...,[Y]->[Z]... ."
            )
        x, kernel, y = match["x"], match["kernel"], match["y"]
        elided = len(input_shape) - len(x)
        if elided < 0 or (elided and "..." not in equation):
            raise ShapeError(
                f"{self.where}: the inputs must have "
                f"{'at least ' if '...' in equation else ''}{len(x)} axes. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        first = elided if equation.startswith("...") else 0  # index of x's first axis
        left, right = input_shape[:first], input_shape[first + len(x) :]
        x_sizes = dict(zip(x, input_shape[first : first + len(x)], strict=True))
        y_sizes = self._output_sizes(layer, y, left, input_shape, x_sizes)

        self.kernel_shape, self.kernel_inputs, self.kernel_outputs = (), [], []
        for axis, letter in enumerate(kernel):
            if letter in y_sizes:
                self.kernel_outputs.append(axis)
            elif letter in x_sizes:
                self.kernel_inputs.append(axis)
            else:
                raise ValueError(
                    f"{self.where}: axis '{letter}' of the kernel is neither in the "
                    f"inputs '{x}' nor in the result '{y}'."
                )
            size = y_sizes.get(letter)
            self.kernel_shape += (x_sizes.get(letter) if size is None else size,)
        for letter in y:
            if letter not in x and letter not in kernel:
                raise ValueError(
                    f"{self.where}: axis '{letter}' of the result is neither in the "
                    f"inputs '{x}' nor in the kernel '{kernel}'."
                )
        self.output_shape = (*left, *y_sizes.values(), *right)
        self.bias_shape = None
        if layer.bias_axes is not None:
            self.bias_shape = self._bias_shape(layer.bias_axes, y, y_sizes)
            self.bias_shape += (1,) * len(right)

    def _output_sizes(self, layer, y, left, input_shape, x_sizes):
        """Returns `{letter: size}` of the result, without the axes left out."""
        given = list(layer.partial_output_shape)
        if not left:
            given.insert(0, input_shape[0])
        if len(given) != len(y):
            raise ValueError(
                f"{self.where}: `output_shape` must have {len(y) - (not left)} sizes. "
                f"Received: output_shape={layer.partial_output_shape}"
            )
        sizes = dict(zip(y, given, strict=True))
        for letter, size in sizes.items():
            if letter in x_sizes and size not in (None, x_sizes[letter]):
                raise ShapeError(
                    f"{self.where}: input shape and output shape do not match at "
                    f"shared dimension '{letter}': {x_sizes[letter]} and {size}."
                )
        return sizes

    def _bias_shape(self, bias_axes, y, y_sizes):
        unknown = [letter for letter in bias_axes if letter not in y]
        if unknown or not bias_axes:
            raise ValueError(
                f"{self.where}: `bias_axes` must be axes of the result '{y}'. "
                f"Received: bias_axes='{bias_axes}'"
            )
        first = min(y.index(letter) for letter in bias_axes)
        return tuple(y_sizes[a] if a in bias_axes else 1 for a in y[first:])
