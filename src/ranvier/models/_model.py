"""Model: a layer that can be compiled, fitted, evaluated and saved."""

import html
import json

from ranvier.core._registry import builtin
from ranvier.core._serialization import serialize_object
from ranvier.core._variable import standardize_shape
from ranvier.layers._call import signature_of
from ranvier.layers._defaults import default
from ranvier.layers._layer import Layer
from ranvier.layers._shapes import as_tuples, map_shapes
from ranvier.models._state_tree import get_state_tree, set_state_tree
from ranvier.ops._symbolic import KerasTensor, infer_outputs
from ranvier.training._trainer import Trainer


@builtin("keras")
@builtin("keras.models")
class Model(Trainer, Layer):
    """A network with `compile`, `fit`, `evaluate`, `predict`, `save`.

    Three ways to make one: `Sequential([...])`; `Model(inputs, outputs)` from
    symbolic tensors; or a subclass that makes layers in `__init__` and uses them in
    `call`.

    Args:
        inputs: symbolic inputs (functional models).
        outputs: symbolic outputs (functional models).
        name: optional name.

    Example:
        >>> import ranvier as rv
        >>> class Net(rv.Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.head = rv.layers.Dense(1)
        ...     def call(self, x):
        ...         return self.head(x)
        >>> Net()(rv.ops.ones((2, 3))).shape
        (2, 1)
    """

    # What is done to inputs by NumPy ahead of programs: a function, or None.
    host_part = None
    gives_strings = False  # as outputs

    def __new__(cls, *args, **kwargs):
        if cls is Model and _is_functional(args, kwargs):
            from ranvier.models._functional import Functional

            return Functional.__new__(Functional, *args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        Trainer.__init__(self)
        if _is_functional(args, kwargs):
            from ranvier.models._functional import Functional

            if not isinstance(self, Functional):
                _make_functional(type(self), Functional)
            Functional.__init__(self, *args, **kwargs)
            return
        Layer.__init__(self, *args, **kwargs)

    def call(self, *args, **kwargs):
        """Computes the outputs; subclasses write this."""
        raise NotImplementedError(
            f"Model {type(self).__name__} does not have a `call` method implemented."
        )

    # A call need not go through it: the layers build themselves on the way.
    @default
    def build(self, input_shape):
        """Builds the layers by calling the model on symbolic inputs."""
        if not self.built and type(self).call is not Model.call:
            self.build_by_shape(input_shape)
        self.built = True

    def build_by_shape(self, input_shape):
        """Traces `call` on symbolic inputs of a shape (or structure of shapes)."""
        inputs = map_shapes(
            lambda s: KerasTensor(standardize_shape(s), dtype=self.compute_dtype),
            input_shape,
        )
        infer_outputs(self.__call__, (inputs,), {})

    def build_from_config(self, config):
        """Builds from the shapes a file remembers."""
        if config and not self.built:
            shapes = config.get("shapes_dict") or config
            if len(shapes) == 1:
                self.build(as_tuples(next(iter(shapes.values()))))
            else:
                super().build_from_config(config)

    @property
    def layers(self):
        """The layers of the model, one level deep."""
        return list(self._flatten_layers(include_self=False, recursive=False))

    @layers.setter
    def layers(self, value):
        raise AttributeError(
            "The `Model.layers` attribute is reserved for the list of the model's "
            "layers and cannot be set. Please use another name."
        )

    def get_state_tree(self, value_format="backend_tensor"):
        """Returns the values of all variables as nested dictionaries.

        Args:
            value_format: `"backend_tensor"`, or `"numpy_array"` for NumPy arrays.

        Returns:
            A dictionary with the keys `trainable_variables`,
            `non_trainable_variables`, `optimizer_variables` and `metrics_variables`.
            In each, the parts of the variables' paths are the keys.

        Raises:
            ValueError: for another format, or if two variables have one path.

        Example:
            >>> import ranvier as rv
            >>> x = rv.Input((3,))
            >>> model = rv.Model(x, rv.layers.Dense(2, name="out")(x))
            >>> tree = model.get_state_tree(value_format="numpy_array")
            >>> tree["trainable_variables"]["out"]["kernel"].shape
            (3, 2)
        """
        return get_state_tree(self, value_format)

    def set_state_tree(self, state_tree):
        """Assigns values to the variables that a tree of `get_state_tree` names.

        Args:
            state_tree: the dictionary, or a part of one.

        Raises:
            ValueError: for a key or a path that the model does not have.
        """
        set_state_tree(self, state_tree)

    def get_layer(self, name=None, index=None):
        """Returns a layer by name or position.

        Raises:
            ValueError: if there is no such layer, or both or neither are given.
        """
        from ranvier.core._errors import close_names

        layers = self.layers
        if index is not None and name is not None:
            raise ValueError(
                "Provide only a layer name or a layer index. Received: "
                f"index={index}, name={name}."
            )
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(layers)} layers."
                )
            return layers[index]
        if name is None:
            raise ValueError(
                "Provide either a layer name or layer index at `get_layer`."
            )
        for layer in layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in layers]
        raise ValueError(
            f"No such layer: {name}. Existing layers are: {names}."
            f"{close_names(name, names)}"
        )

    @property
    def call_has_training_argument(self):
        """Whether `call` takes `training`."""
        return "training" in signature_of(type(self).call).parameters

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Prints a table of the layers with output shapes and parameter counts.

        Args:
            line_length: width of the table.
            positions: relative positions of the columns.
            print_fn: called with the text instead of printing.
            expand_nested: show the layers of nested models.
            show_trainable: add a column that tells what is frozen.
            layer_range: `[first, last]` names (or patterns) of layers to show.
        """
        from ranvier.models._summary import print_summary

        print_summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )

    def _repr_html_(self):
        """What a notebook shows: a picture of the layers, and the summary."""
        if not self.built:
            return f"<pre>{html.escape(repr(self))}</pre>"
        from ranvier.models._plot import model_to_svg  # not needed elsewhere

        picture = model_to_svg(self, show_shapes=True, show_layer_names=True)
        lines: list[str] = []
        self.summary(print_fn=lines.append)
        text = html.escape("\n".join(lines))
        return f"{picture}<pre>{text}</pre>"

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Writes the model to a `.keras` file."""
        from ranvier.saving import save_model

        save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, **kwargs):
        """Writes the weights to a `.weights.h5` or `.safetensors` file."""
        from ranvier.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite, **kwargs)

    def load_weights(self, filepath, skip_mismatch=False, **kwargs):
        """Reads weights from a file."""
        from ranvier.saving import load_weights

        load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def export(
        self,
        filepath,
        format=None,
        verbose=None,
        input_signature=None,
        **kwargs,
    ):
        """Writes what the model computes in inference, usable without its class.

        Args:
            filepath: the file to write; `saving.load_exported` reads it.
            format: `"onnx"` or `"stablehlo"`; None decides by the file's ending:
                `.onnx`, else StableHLO.
            verbose: whether to say where the file is.
            input_signature: list with a structure of `InputSpec`, symbolic tensors or
                arrays for each argument of a call; None takes the model's own inputs.
            **kwargs: `platforms` (StableHLO) or `opset_version` (ONNX).

        Raises:
            ValueError: for other formats, and for computations that the format cannot
                express, with the layer.
        """
        from ranvier.export import export_model

        export_model(self, filepath, format, verbose, input_signature, **kwargs)

    def to_json(self, **kwargs):
        """Returns the architecture as JSON text (without weights)."""
        return json.dumps(serialize_object(self), **kwargs)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds a model from its config."""
        from ranvier.models._functional import Functional

        if cls in (Model, Functional) or (
            "layers" in config and "input_layers" in config
        ):
            return Functional.from_config(config, custom_objects)
        return super().from_config(config)


def model_from_json(json_string, custom_objects=None):
    """Returns the model of `Model.to_json`, with new weights.

    Args:
        json_string: the text.
        custom_objects: dictionary from names to classes and functions.
    """
    from ranvier.saving._config import model_from_json as checked

    return checked(json_string, custom_objects)


def _is_functional(args, kwargs):
    return (
        len(args) == 2
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
    )


def _make_functional(cls, functional):
    """Puts `Functional` in place of `Model` among a class's bases."""
    if functional in cls.__mro__:
        return
    cls.__bases__ = tuple(
        functional if base is Model else base for base in cls.__bases__
    )
    for base in cls.__bases__:
        if base not in (functional, object) and issubclass(base, Model):
            _make_functional(base, functional)
