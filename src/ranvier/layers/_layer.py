"""Layer: weights and a computation, with Keras's life cycle.

A call goes through one visible sequence (`__call__`): convert the arguments, check
them, build (first time), pass on `training` and masks, run `call`, collect losses
and masks, add a node to the graph if the call was symbolic.
"""

import contextlib
import functools
import inspect
import warnings

import jax
import numpy as np

from ranvier import regularizers
from ranvier.core import _dtypes, _naming, _policy, _scope, _tree
from ranvier.core._dynamic import dynamic_names
from ranvier.core._errors import returned, title
from ranvier.core._registry import builtin
from ranvier.core._results import presented
from ranvier.core._scope import AutocastScope, StateScope
from ranvier.core._variable import standardize_shape
from ranvier.layers._call import (
    BoundCall,
    CallContext,
    contexts,
    get_mask,
    is_tensor,
    set_mask,
    shape_arguments,
    signature_of,
)
from ranvier.layers._configuration import Configuration
from ranvier.layers._defaults import default, overrides
from ranvier.layers._input_spec import check_inputs
from ranvier.layers._shapes import map_shapes
from ranvier.layers._weights import Weights
from ranvier.ops import _remat, cast, convert_to_numpy, divide_no_nan, shape
from ranvier.ops._nodes import Node, Operation
from ranvier.ops._symbolic import KerasTensor, any_symbolic, infer_outputs


@builtin("keras.layers")
class Layer(Weights, Configuration, Operation):
    """Base of all layers: a computation with weights.

    A subclass creates weights in `build(input_shape)` with `add_weight` (or makes
    other layers in `__init__`) and computes in `call`.

    Args:
        activity_regularizer: penalty on the outputs.
        trainable: whether the weights may be trained.
        dtype: dtype or policy of weights and computation; default: the global one.
        autocast: whether floating inputs are cast to the compute dtype.
        name: optional name; automatic if None.

    Example:
        >>> import ranvier as rv
        >>> class Scale(rv.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight(shape=(), initializer="ones")
        ...     def call(self, x):
        ...         return x * self.factor
        >>> Scale()(rv.ops.ones((2,))).tolist()
        [1.0, 1.0]
    """

    # Whether integer results are of 64 bits where a face of the library has them.
    _wide_integers = False

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls)
        # Set up here rather than in `__init__`, so that attributes may be assigned
        # before `super().__init__()` is called.
        instance.__dict__.update(
            _trainable_variables=[],
            _non_trainable_variables=[],
            _layers=[],
            _metrics=[],
            _seed_generators=[],
            _losses=[],
            _init_arguments=(args, kwargs),
            _building=False,
            _locked=False,  # once built: no new weights or sub-layers
            built=False,
            _remat=_remat.current(),
        )
        return instance

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        build = cls.__dict__.get("build")
        if build is not None:
            cls.build = _finishing_build(build)

    @default
    def __init__(
        self,
        *,
        activity_regularizer=None,
        trainable=True,
        dtype=None,
        autocast=True,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        input_shape = kwargs.pop("input_shape", None)
        input_dim = kwargs.pop("input_dim", None)
        if input_dim is not None:
            input_shape = (input_dim,)
        if input_shape is not None:
            # The spelling of older code: `Dense(10, input_shape=(8,))`.
            self._input_shape_arg = standardize_shape(input_shape)
        if kwargs:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                f"{kwargs}"
            )
        self._path = None
        self._parent_path = None
        if not isinstance(trainable, (bool, np.bool_)):
            raise ValueError(
                f"Expected `trainable` of {type(self).__name__} to be a boolean. "
                f"Received: trainable={trainable!r} (of type {type(trainable)})"
            )
        self._trainable = bool(trainable)
        self._dtype_policy = _policy.get(dtype)
        self.autocast = autocast
        self.input_spec = None
        self._build_shapes = None
        self.supports_masking = overrides(type(self), "compute_mask")
        self._convert_input_args = True
        self._allow_non_tensor_positional_args = False
        self._called = False

    # Building.

    def build(self, input_shape):
        """Creates the weights; override it where their shapes depend on the input."""
        if self._layers and any(not layer.built for layer in self._layers):
            if overrides(type(self), "call"):
                self._build_by_tracing(input_shape)
        self._build_shapes = {"input_shape": input_shape}
        self.built = True
        self._locked = True

    def _build_by_tracing(self, input_shape):
        """Builds the sub-layers by tracing `call` on the shapes given."""

        def symbol(shape):
            return KerasTensor(shape, dtype=self.compute_dtype)

        inputs = map_shapes(symbol, input_shape)
        with contextlib.suppress(Exception):
            infer_outputs(self.call, (inputs,), {})

    # Calling.

    @default
    def call(self, *args, **kwargs):
        """Computes the outputs; subclasses write this."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call` method implemented."
        )

    def _require_init(self):
        if "_trainable" not in self.__dict__:
            raise RuntimeError(
                f"In layer '{type(self).__name__}', you forgot to call "
                "`super().__init__()` as the first statement in the `__init__()` "
                "method. Go add it!"
            )

    def __call__(self, *args, **kwargs):
        self._require_init()
        self._called = True
        original = args, kwargs
        signature = signature_of(type(self).call)
        parameters = signature.parameters
        accepts = parameters.__contains__
        outer = contexts.current
        context = outer or CallContext(self)

        # 1. Arrays become tensors of the compute dtype.
        if self._convert_input_args:
            args = _tree.map_structure(self._convert, args)
            kwargs = {
                k: _tree.map_up_to(v, self._convert, v) for k, v in kwargs.items()
            }
        if not self._allow_non_tensor_positional_args:
            for arg in _tree.flatten(args):
                if arg is not None and not is_tensor(arg):
                    raise ValueError(
                        "Only input tensors may be passed as positional arguments. "
                        "The following argument value should be passed as a keyword "
                        f"argument: {arg} (of type {type(arg)})"
                    )

        # 2. `training` given here wins, then that of the outer call, then the default.
        training = kwargs.get("training")
        if "training" in kwargs and not accepts("training"):
            del kwargs["training"]
        bound = BoundCall(signature, (self, *args), kwargs)
        del bound.arguments[next(iter(bound.arguments))]
        bound.first = next(iter(bound.arguments.values()), None)
        if training is None:
            training = bound.given.get("training")
        if training is None:
            training = context.values.get("training")
        if training is None and accepts("training"):
            training = parameters["training"].default
            training = None if training is inspect.Parameter.empty else training
        if contexts.always_training and isinstance(self, contexts.always_training):
            training = True
        if accepts("training") and training is not None:
            if "training" in kwargs or "training" not in bound.given:  # by place
                kwargs["training"] = training

        # 3. Check, then build.
        check_inputs(self.input_spec, bound.first, self.name)
        if not self.built:
            with self._name_scope():
                self._build_for(bound)

        # 4. Masks of the inputs become arguments.
        previous_mask = self._fill_in_masks(bound, kwargs, accepts)

        # 5. Call.
        saved = context.values.get("training")
        context.values["training"] = training
        contexts.current = context
        try:
            if outer is None:
                self._clear_losses()
            with self._name_scope(), self._autocast_scope():
                if any_symbolic(args, kwargs):
                    outputs = self.compute_output_spec(*args, **kwargs)
                else:
                    call = self._remat.call_of(self) if self._remat else self.call
                    outputs = call(*args, **kwargs)
                self.built = True
                if self.activity_regularizer is not None:
                    self._penalize_activity(outputs)
            # 6. Masks of the outputs.
            if self.supports_masking:
                self._set_output_masks(bound.first, outputs, previous_mask)
            elif any(m is not None for m in _tree.flatten(previous_mask)):
                warnings.warn(
                    f"Layer '{self.name}' (of type {type(self).__name__}) was passed "
                    "an input with a mask attached to it. However, this layer does "
                    "not support masking and will therefore destroy the mask "
                    "information. Downstream layers will not see the mask.",
                    stacklevel=2,
                )
        except Exception as error:
            _add_context(error, self, bound)
            raise
        finally:
            context.values["training"] = saved
            contexts.current = outer
        if contexts.observer is not None:
            contexts.observer(self, bound.first, outputs)

        # 7. A symbolic call becomes part of the graph.
        if any_symbolic(*original):
            what = f"`call` of layer '{self.name}' ({type(self).__name__})"
            Node(self, *original, returned(outputs, what, "tensors"))
            return outputs
        # Calls inside of another layer's call go on with arrays.
        return presented(outputs, self._wide_integers) if outer is None else outputs

    def _convert(self, x):
        """Returns a tensor argument in the dtype the layer computes in."""
        if isinstance(x, (list, str, bytes, int, float, bool, type(None))):
            return x
        if isinstance(x, np.ndarray) and x.dtype.kind in "OSU":
            return x
        dtype = getattr(x, "dtype", None)
        if dtype is None:
            if not hasattr(x, "__array__"):
                return x
            x = np.asarray(x)
            if x.dtype.kind in "OSU":
                return x
        name = _dtypes.dtype_of(x)
        wanted = self.input_dtype
        needs_cast = (
            self.autocast
            and _dtypes.is_float_dtype(name)
            and _dtypes.is_float_dtype(wanted)
            and name != wanted
        )
        if isinstance(x, KerasTensor):
            return _keep_mask(x, cast(x, wanted)) if needs_cast else x
        if isinstance(x, jax.Array):
            return _keep_mask(x, x.astype(wanted)) if needs_cast else x
        if isinstance(x, np.ndarray) or not is_tensor(x):
            x = _dense(x)
            if needs_cast:
                return jax.numpy.asarray(x, dtype=jax.dtypes.canonicalize_dtype(wanted))
            return jax.numpy.asarray(_dtypes.narrow(x))
        return _keep_mask(x, cast(x, wanted)) if needs_cast else x

    def _build_for(self, bound):
        if self.__dict__.get("_building"):
            return  # `build` itself calls the layer
        shapes = bound.shapes()
        if not overrides(type(self), "build"):
            # Sub-layers build themselves when `call` reaches them.
            self._build_shapes = shapes
            self._locked = True
            return
        self.build(**shape_arguments(self.build, shapes, bound.arguments, self.name))

    def _fill_in_masks(self, bound, kwargs, accepts):
        names = list(bound.tensors)
        if len(names) == 1:
            if accepts("mask") and bound.arguments.get("mask") is None:
                value = bound.tensors[names[0]]
                kwargs["mask"] = _tree.map_structure(get_mask, value)
        else:
            for name in names:
                key = f"{name}_mask"
                if accepts(key) and bound.arguments.get(key) is None:
                    kwargs[key] = _tree.map_structure(get_mask, bound.tensors[name])
        if kwargs.get("mask") is not None:
            return kwargs["mask"]
        return _tree.map_structure(get_mask, bound.first)

    def _set_output_masks(self, inputs, outputs, previous_mask):
        flat = _tree.flatten(outputs)
        if all(get_mask(x) is not None for x in flat):
            return
        if not overrides(type(self), "compute_mask") and not any(
            m is not None for m in _tree.flatten(previous_mask)
        ):
            return
        masks = self.compute_mask(inputs, previous_mask)
        if masks is None:
            return
        for x, mask in zip(flat, _tree.flatten(masks), strict=False):
            if get_mask(x) is None and mask is not None:
                # A layer that returns its input must not put a mask on it.
                set_mask(x, mask)

    @default
    def compute_mask(self, inputs, previous_mask):
        """Returns the mask of the outputs; by default that of the inputs."""
        return previous_mask

    def compute_output_spec(self, *args, **kwargs):
        """Returns symbolic outputs for symbolic inputs."""
        if overrides(type(self), "compute_output_shape"):
            call = BoundCall(signature_of(type(self).call), (self, *args), kwargs)
            del call.arguments[next(iter(call.arguments))]
            shapes = shape_arguments(
                self.compute_output_shape, call.shapes(), call.arguments, self.name
            )
            result = self.compute_output_shape(**shapes)
            return map_shapes(
                lambda shape: KerasTensor(shape, dtype=self.compute_dtype), result
            )
        return infer_outputs(self.call, args, kwargs)

    @default
    def compute_output_shape(self, *args, **kwargs):
        """Returns the shape of the outputs for given input shapes."""
        if not overrides(type(self), "call"):
            raise NotImplementedError(
                f"Layer {type(self).__name__} does not have a `compute_output_shape` "
                "method implemented, nor a `call` method to trace."
            )
        arguments = [
            map_shapes(lambda s: KerasTensor(s, dtype=self.compute_dtype), a)
            for a in (*args, *kwargs.values())
        ]
        outputs = infer_outputs(self.__call__, tuple(arguments), {})
        return _tree.map_structure(lambda x: x.shape, outputs)

    def symbolic_call(self, *args, **kwargs):
        """Calls the layer on symbolic tensors without adding to the graph."""
        return self.compute_output_spec(*args, **kwargs)

    def stateless_call(
        self,
        trainable_variables,
        non_trainable_variables,
        *args,
        return_losses=False,
        **kwargs,
    ):
        """Calls the layer as a pure function of its variables' values.

        Args:
            trainable_variables: values, in the order of `trainable_variables`.
            non_trainable_variables: values, in that order.
            *args: arguments of the call.
            return_losses: also return the losses added during the call.
            **kwargs: keyword arguments of the call.

        Returns:
            `(outputs, non_trainable_variables)`, and the losses if asked for.

        Raises:
            ValueError: if the layer is not built, or counts of values are wrong.
        """
        if not self.built:
            raise ValueError(
                f"To call stateless_call, {type(self).__name__} must be built (i.e. "
                "its variables must have been already created). You can build it by "
                "calling it on some data."
            )
        pairs = []
        for kind, values in (
            ("trainable_variables", trainable_variables),
            ("non_trainable_variables", non_trainable_variables),
        ):
            variables = getattr(self, kind)
            if len(list(values)) != len(variables):
                raise ValueError(
                    f"Argument `{kind}` must be a list of tensors corresponding 1:1 "
                    f"to {type(self).__name__}().{kind}. Received list with length "
                    f"{len(list(values))}, but expected {len(variables)} variables."
                )
            pairs += zip(variables, values, strict=True)
        with StateScope(pairs) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else None
        updated = [scope.get(v) for v in self.non_trainable_variables]
        return (outputs, updated, losses) if return_losses else (outputs, updated)

    # Losses.

    def add_loss(self, loss):
        """Adds a penalty (a tensor, or a list of them) to the training loss.

        Tensors that are no scalars count by their sum.
        """
        own = self._own_losses()
        for value in _tree.flatten(loss):
            own.append(value)
            if _scope.stacks.state and _scope.stacks.state[-1].collect_losses:
                _scope.stacks.state[-1].losses.append(value)

    def _own_losses(self):
        # Inside a program the losses are traced values of that program alone.
        if _scope.stacks.state:
            return _scope.stacks.state[-1].layer_losses.setdefault(id(self), [])
        return self._losses

    def _penalize_activity(self, outputs):
        for output in _tree.flatten(outputs):
            if isinstance(output, KerasTensor) or not is_tensor(output):
                continue
            loss = self.activity_regularizer(output)
            if output.ndim > 0:
                # Per sample, so that the strength does not depend on the batch size.
                loss = divide_no_nan(loss, cast(shape(output)[0], loss.dtype))
            self.add_loss(loss)

    @property
    def losses(self):
        """The added losses of the last call and the penalties on weights."""
        losses = list(self._own_losses())
        for layer in self._flatten_layers(include_self=False):
            losses.extend(layer._own_losses())
        for variable in self.trainable_weights:
            if variable.regularizer is not None:
                penalty = variable.regularizer(variable)
                name = title(variable.regularizer)
                what = f"The regularizer {name} of '{variable.path}'"
                losses.append(returned(penalty, what, "a scalar"))
        return losses

    def _clear_losses(self):
        for layer in self._flatten_layers():
            layer._own_losses().clear()

    # Attributes.

    @property
    def dtype_policy(self):
        """The dtype policy, or the map of policies that holds it."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value):
        policy = _policy.get(value)
        if isinstance(self._dtype_policy, _policy.DTypePolicyMap) and self.path:
            if not isinstance(policy, _policy.DTypePolicyMap):
                self._dtype_policy[self.path] = policy
                return
        self._dtype_policy = policy

    def _own_policy(self):
        policy = self._dtype_policy
        if isinstance(policy, _policy.DTypePolicyMap):
            return policy[self.path or self.name]
        return policy

    @property
    def dtype(self):
        """The dtype of weights (that of `variable_dtype`)."""
        return self.variable_dtype

    @property
    def compute_dtype(self):
        """The dtype of computations."""
        return self._own_policy().compute_dtype

    @property
    def variable_dtype(self):
        """The dtype of weights."""
        return self._own_policy().variable_dtype

    @property
    def input_dtype(self):
        """The dtype floating inputs are cast to."""
        return self.compute_dtype

    @property
    def path(self):
        """The name with those of the enclosing layers, once built."""
        return self._path

    @property
    def quantization_mode(self):
        """None: layers here are not quantised."""
        return None

    def dynamic_signature(self):
        """Returns the values of all dynamic numbers, for the keys of programs."""
        return tuple(
            (id(layer), name, layer.__dict__.get(name))
            for layer in self._flatten_layers()
            for name in dynamic_names(type(layer))
        )

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def __str__(self):
        return self.__repr__()

    @contextlib.contextmanager
    def _name_scope(self):
        if self._parent_path is None:
            self._parent_path = _naming.current_path()
        with _naming.name_scope(self.name, caller=self):
            if self._path is None:
                self._path = _naming.current_path()
            yield

    def _autocast_scope(self):
        current = _scope.autocast_dtype()
        mixed = self.compute_dtype != self.variable_dtype
        if current is None and not mixed:
            return contextlib.nullcontext()
        if not self.autocast or not _dtypes.is_float_dtype(self.compute_dtype):
            return AutocastScope(None)
        return AutocastScope(self.compute_dtype)


def _finishing_build(build):
    """Wraps a subclass's `build`: name scope, remembered shapes, `built` set."""

    @functools.wraps(build)
    def finishing(self, *args, **kwargs):
        if self.__dict__.get("_building"):  # called through `super().build(...)`
            return build(self, *args, **kwargs)
        self.__dict__.update(_building=True, _locked=False)
        try:
            with self._name_scope():
                build(self, *args, **kwargs)
        finally:
            self.__dict__["_building"] = False
        names = list(inspect.signature(build).parameters)[1:]
        self._build_shapes = {**dict(zip(names, args, strict=False)), **kwargs}
        self.built = True
        self._locked = True
        return None

    return finishing


def _dense(x):
    """Returns a dense array of what is no tensor yet: a list, a sparse array."""
    if hasattr(x, "dense_shape"):
        return convert_to_numpy(x)
    if hasattr(x, "toarray"):  # of SciPy
        return x.toarray()
    return x.todense() if hasattr(x, "todense") else np.asarray(x)  # of JAX


def _keep_mask(x, y):
    set_mask(y, get_mask(x))
    return y


def _add_context(error, layer, bound):
    """Notes on an error in which layer it happened and with which arguments."""
    if getattr(error, "_ranvier_noted", False):
        return
    shown = {
        name: _tree.map_structure(
            lambda x: f"{x.dtype}{list(x.shape)}" if is_tensor(x) else x,
            value,
        )
        for name, value in bound.arguments.items()
    }
    path = layer.path or layer.name
    error.add_note(
        f"In layer '{path}' ({type(layer).__name__}), called with "
        + ", ".join(f"{k}={v}" for k, v in shown.items())
        + "."
    )
    error._ranvier_noted = True
