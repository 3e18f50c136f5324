"""Members that differ in the widths of their layers, padded to one shape.

Units that are added with zeros for weights, before and after, give zeros, get no
gradient and stay zeros, as long as all that touches them maps zeros to zeros. So a
stack of dense layers trains in the program of a wider one, with the same results, and
a search over widths needs not compile a program for each. Only networks made of parts
that are known to behave so are padded; dropout, whose draws depend on the shape, is
none of them.
"""

import random

from ranvier import activations, constraints, layers, optimizers, regularizers
from ranvier.core._dynamic import is_zero
from ranvier.core._registry import find_builtin
from ranvier.training._structure import structure_of
from ranvier.training.population._device import on_accelerator
from ranvier.training.population._member import log_names_of

# What a structure of its own costs, and how fast the arithmetic on zeros is.
_COMPILE_SECONDS = 1.5
_FLOPS = {"cpu": 4e10, "accelerator": 2e12}

_WIDTHLESS = (
    *(layers.InputLayer, layers.Activation, layers.ReLU, layers.LeakyReLU, layers.ELU),
    layers.BatchNormalization,
)
_ACTIVATIONS = {
    activations.linear,
    activations.relu,
    activations.relu6,
    activations.leaky_relu,
    activations.elu,
    activations.selu,
    activations.celu,
    activations.tanh,
    activations.hard_tanh,
    activations.tanh_shrink,
    activations.softsign,
    activations.silu,
    activations.hard_silu,
    activations.gelu,
    activations.mish,
}
_OPTIMIZERS = (
    *(optimizers.SGD, optimizers.Adam, optimizers.AdamW, optimizers.Adamax),
    *(optimizers.Nadam, optimizers.RMSprop, optimizers.Adagrad, optimizers.Lion),
)
_REGULARIZERS = (type(None), regularizers.L1, regularizers.L2, regularizers.L1L2)
_CONSTRAINTS = (type(None), constraints.MaxNorm, constraints.NonNeg)


class Template:
    """A model that only lends its shapes and its code to a program.

    Args:
        model: the model, built.
    """

    def __init__(self, model):
        self.model = model
        self.structure = structure_of(model)
        self.log_names = log_names_of(model)


def merge_by_padding(groups, task):
    """Merges groups that differ in widths, where that costs less than compiling.

    Args:
        groups: lists of members of one structure each.
        task: their `Task`.

    Returns:
        `(merged, rest)`: pairs of a `Template` and its members; and the other groups.
    """
    families: dict = {}
    rest = []
    for members in groups:
        model = members[0].model
        if _can_be_padded(members[0]):
            key = structure_of(model, widths=False).key
            ends = model.input_shape, model.output_shape
            family = key, ends, members[0].epoch, members[0].order_seed
            families.setdefault(family, []).append(members)
        else:
            rest.append(members)
    merged = []
    for family in families.values():
        for chosen in _choose(family, task):
            template = None
            if len(chosen) > 1:
                template = _make_template(chosen, task)
            if template is None:
                rest += chosen
            else:
                merged.append((template, [m for members in chosen for m in members]))
    return merged, rest


def _can_be_padded(member):
    """Tells whether added zeros would stay zeros in a member's model."""
    model = member.model
    if (
        type(model) is not find_builtin("keras", "Sequential")
        or member.structure.is_custom
    ):
        return False
    if type(model.optimizer) not in _OPTIMIZERS or not member.keeps_structure:
        return False
    if is_zero(getattr(model.optimizer, "epsilon", 1e-7)) or not model.layers:
        return False
    return type(model.layers[-1]) is layers.Dense and all(
        _keeps_zeros(layer) for layer in model.layers
    )


def _keeps_zeros(layer):
    if type(layer) is layers.Dense:
        parts = [layer.kernel_regularizer, layer.bias_regularizer]
        limits = [layer.kernel_constraint, layer.bias_constraint]
    elif type(layer) is layers.BatchNormalization:
        parts = [layer.beta_regularizer, layer.gamma_regularizer]
        limits = [layer.beta_constraint, layer.gamma_constraint]
    elif type(layer) in _WIDTHLESS:
        parts, limits = [], []
    else:
        return False
    activation = getattr(layer, "activation", activations.linear)
    return (
        layer.activity_regularizer is None
        and (activation in _ACTIVATIONS or layer._outbound_nodes == [])
        and all(type(part) in _REGULARIZERS for part in parts)
        and all(type(limit) in _CONSTRAINTS for limit in limits)
    )


def _widths(model):
    """Returns the units of the hidden layers."""
    dense = [layer for layer in model.layers if type(layer) is layers.Dense]
    return [layer.units for layer in dense[:-1]]


def _choose(family, task):
    """Yields lists of groups that share a shape without wasting more than they save."""
    batch, steps = task.feed.batch_size, task.feed.steps
    speed = _FLOPS["accelerator" if on_accelerator() else "cpu"] * task.threads
    features = [family[0][0].model.input_shape[-1]]
    outputs = [family[0][0].model.output_shape[-1]]

    def work(members, widths):
        sizes = features + widths + outputs
        weights = sum(a * b for a, b in zip(sizes, sizes[1:], strict=False))
        epochs = sum(member.epochs - member.epoch for member in members)
        return 6 * weights * batch * steps * epochs / speed

    def waste(chosen):
        widths = _common_widths(chosen)
        return sum(work(g, widths) - work(g, _widths(g[0].model)) for g in chosen)

    family = sorted(family, key=lambda g: work(g[:1], _widths(g[0].model)))
    while family:
        chosen = [family.pop()]
        for members in family[::-1]:
            if waste([*chosen, members]) < len(chosen) * _COMPILE_SECONDS:
                chosen.append(members)
                family.remove(members)
        yield chosen


def _common_widths(groups):
    widest = [max(w) for w in zip(*(_widths(g[0].model) for g in groups), strict=True)]
    return [_rounded(width) for width in widest]


def _rounded(width):
    """Rounds up, so that the next groups of a search find the same shapes."""
    step = max(8, 2 ** (width.bit_length() - 2))
    return -(-width // step) * step


def _make_template(groups, task):
    """Returns a template that is as wide as the widest, or None if it cannot be."""
    model = groups[0][0].model
    config = model.get_config()
    widths = iter([*_common_widths(groups), model.layers[-1].units])
    for entry in config["layers"]:
        entry.pop("build_config", None)
        if entry["class_name"] == "Dense":
            entry["config"]["units"] = next(widths)
    config.pop("build_input_shape", None)
    drawn = random.getstate()
    try:
        wide = type(model).from_config(config)
        wide.compile_from_config(model.get_compile_config())
        task.build_model(wide)
    except (TypeError, ValueError):
        return None  # something of it cannot be made from a config
    finally:
        random.setstate(drawn)
    template = Template(wide)
    key = structure_of(wide, widths=False).key
    for members in groups:
        other = members[0]
        if structure_of(other.model, widths=False).key != key:
            return None
        pairs = zip(
            template.structure.variables, other.structure.variables, strict=True
        )
        for ours, theirs in pairs:
            sizes = zip(ours.shape, theirs.shape, strict=True)
            if any(size < own for size, own in sizes):
                return None
    return template
