"""The loss of `compile`, matched to the outputs."""

import collections
import warnings

import numpy as np

from ranvier import losses
from ranvier.core import _registry, _tree
from ranvier.core._arguments import is_number
from ranvier.core._errors import ArgumentError, OutputKeyError, ShapeError
from ranvier.metrics import Mean
from ranvier.ops import cast
from ranvier.ops._symbolic import infer_outputs
from ranvier.training._outputs import align, leaf_names, per_output
from ranvier.training._resolve import check_loss, resolve_loss
from ranvier.training._structure_losses import at, structure_terms

# Losses whose targets are labels rather than arrays like the output.
_OF_LABELS = (losses.sparse_categorical_crossentropy, losses.ctc, losses.circle)

# One loss of one output (an index in flat order), or of a structure of them (a path).
Term = collections.namedtuple("Term", ["index", "loss", "weight", "name"])


class CompiledLoss:
    """The training loss: one loss per output, weighted and added up.

    Args:
        loss: what `compile` got: one, or one per output.
        loss_weights: numbers, likewise.
        output_names: the model's output names, or None.

    Attributes:
        terms: the losses in Keras's order, once they are matched to outputs.
        trackers: where there are several, the mean of each.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        if loss_weights is not None and not isinstance(
            loss_weights, (list, tuple, dict, float, int)
        ):
            raise ValueError(
                "Expected `loss_weights` argument to be a float (single output case) "
                "or a list, tuple, or dict (multiple output case). Received instead: "
                f"loss_weights={loss_weights} of type {type(loss_weights)}"
            )
        for weight in _tree.flatten(loss_weights):
            if weight is not None and not is_number(weight):
                raise ArgumentError(
                    "Argument `loss_weights` must hold numbers. "
                    f"Received: loss_weights={loss_weights!r}"
                )
        self.given = loss
        self.loss_weights = loss_weights
        self.output_names = output_names
        for leaf in _tree.flatten(loss):
            check_loss(leaf)
        self._forget()

    def _forget(self):
        self.terms: list[Term] | None = None
        self.trackers: list[Mean] = []
        self._outputs = None  # the structure of the outputs
        self._wanted: list[bool] = []  # which of them have a loss
        self._classes: list[int | None] = []  # of each sparse term

    @property
    def built(self):
        """Whether the losses were matched to outputs."""
        return self.terms is not None

    def build(self, y_true, y_pred):
        """Matches losses to outputs and tries them on symbolic tensors.

        Raises:
            ValueError: if names, counts or shapes do not fit. Nothing is built then.
        """
        self._match(y_true, y_pred)
        try:
            infer_outputs(self, (y_true, y_pred), {})
            self._warn_of_broadcasting(y_true, y_pred)
        except Exception:
            self._forget()
            raise

    def _match(self, y_true, y_pred):
        flat_pred = _tree.flatten(y_pred)
        names = leaf_names(y_pred, self.output_names)
        self._outputs = _tree.map_structure(lambda _: None, y_pred)
        of_structures = structure_terms(self.given, self.loss_weights, y_pred, names)
        if of_structures is None:
            terms = self._terms_of_outputs(y_true, y_pred, names)
        else:
            terms = self._terms_of_structures(of_structures, y_true, y_pred)
        if len(terms) > 1:
            self.trackers = [Mean(name=name) for name in _loss_names(terms)]
        self._classes = [
            None
            if isinstance(term.index, tuple)
            else _number_of_classes(term.loss, flat_pred[term.index])
            for term in terms
        ]
        self.terms = terms

    def _terms_of_outputs(self, y_true, y_pred, names):
        groups = self._groups(y_pred)
        weights = self._weights(y_pred, groups)
        self._wanted = [any(one is not None for one in group) for group in groups]
        flat_true, flat_pred = self._targets(y_true), _tree.flatten(y_pred)
        terms = []
        for i in self._order(y_pred):
            for one, weight in zip(groups[i], weights[i], strict=True):
                if one is not None:
                    loss = resolve_loss(one, flat_true[i], flat_pred[i])
                    terms.append(Term(i, loss, weight, names[i] or loss.name))
        return terms

    def _terms_of_structures(self, found, y_true, y_pred):
        leaves = [path for path, _ in _tree.flatten_with_path(y_pred)]
        places = [path for path, *_ in found]
        self._wanted = [
            any(leaf[: len(path)] == path for path in places) for leaf in leaves
        ]
        y_true = _tree.pack_sequence_as(self._outputs, self._targets(y_true))
        terms = []
        for path, one, weight, name in found:
            loss = resolve_loss(one, at(y_true, path), at(y_pred, path))
            index = leaves.index(path) if path in leaves else path
            terms.append(Term(index, loss, weight, name))
        return terms

    def _groups(self, y_pred):
        """Returns the list of losses of each output."""
        given, count = self.given, len(_tree.flatten(y_pred))
        if not _tree.is_nested(given):
            return [[given] for _ in range(count)]
        if count == 1 and isinstance(given, (list, tuple)):
            return [list(given)]
        aligned = align(given, y_pred, self.output_names, "loss")
        return [list(one) if _is_list(one) else [one] for one in aligned]

    def _weights(self, y_pred, groups):
        weights = self.loss_weights
        if not _tree.is_nested(weights):
            return [[weights] * len(group) for group in groups]
        if len(groups) == 1:
            flat = _tree.flatten(weights)
            if len(flat) != len(groups[0]):
                raise ValueError(
                    "`loss_weights` must match the number of losses, got "
                    f"{len(groups[0])} losses and {len(flat)} weights."
                )
            return [flat]
        aligned = align(weights, y_pred, self.output_names, "loss_weights")
        return [
            list(weight) if _is_list(weight) else [weight] * len(group)
            for weight, group in zip(aligned, groups, strict=True)
        ]

    def _order(self, y_pred):
        """Returns the outputs' flat indices in the order of a dictionary of losses."""
        paths = [path for path, _ in _tree.flatten_with_path(y_pred)]
        if not isinstance(self.given, dict) or not isinstance(y_pred, dict):
            return range(len(paths))
        keys = list(self.given)
        return sorted(
            range(len(paths)),
            key=lambda i: keys.index(paths[i][0]) if paths[i][0] in keys else -1,
        )

    def _targets(self, y_true):
        """Returns the target of each output; None for outputs without a loss."""
        if y_true is None:
            raise ValueError(
                "Targets are missing: the model was compiled with a loss, but no `y` "
                "was given."
            )
        wanted = self._wanted
        if isinstance(y_true, (list, tuple)) and len(y_true) == sum(wanted):
            targets = iter(y_true)
            if len(wanted) > sum(wanted):
                return [next(targets) if want else None for want in wanted]
        if sum(wanted) == 1 and not _tree.is_nested(y_true):
            return [y_true if want else None for want in wanted]
        return align(y_true, self._outputs, self.output_names, "y")

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Returns the weighted sum of the losses, or None if there is none."""
        if not self.built:
            self._match(y_true, y_pred)
        flat_pred = _tree.flatten(y_pred)
        flat_true = self._targets(y_true)
        weights = per_output(sample_weight, y_pred, self.output_names, "sample_weight")
        values = []
        for position, term in enumerate(self.terms or ()):
            i = term.index
            if isinstance(i, tuple):
                packed = _tree.pack_sequence_as(y_pred, flat_true)
                true, pred, weight = at(packed, i), at(y_pred, i), weights[0]
            else:
                true, pred, weight = flat_true[i], flat_pred[i], weights[i]
            value = _value(term, true, pred, weight)
            if self.trackers:
                size = _tree.flatten(pred)[0].shape[0]
                self.trackers[position].update_state(value, sample_weight=size)
            values.append(value if term.weight is None else value * term.weight)
        return sum(values[1:], values[0]) if values else None

    def _warn_of_broadcasting(self, y_true, y_pred):
        flat_pred, flat_true = _tree.flatten(y_pred), self._targets(y_true)
        for term in self.terms or ():
            if isinstance(term.index, tuple):
                continue
            true, pred = flat_true[term.index].shape, flat_pred[term.index].shape
            if _compares_entries(term.loss) and _are_stretched(true, pred):
                warnings.warn(
                    f"Targets of shape {true} are broadcast against the output "
                    f"'{term.name}' of shape {pred}, which is rarely meant. Give "
                    "targets of the output's shape.",
                    stacklevel=5,
                )

    @property
    def has_labels(self):
        """Whether some targets are integer labels of a known number of classes."""
        return any(count is not None for count in self._classes)

    def check_labels(self, y_true) -> None:
        """Raises if integer labels are no classes of a sparse loss.

        Args:
            y_true: targets, arrays on the host or the device.

        Raises:
            ValueError: naming the labels found and the classes there are.
        """
        flat_true = self._targets(y_true)
        for term, classes in zip(self.terms or (), self._classes, strict=True):
            if classes is None:
                continue
            labels = np.asarray(flat_true[term.index])
            ignored = term.loss._arguments().get("ignore_class")
            labels = labels[labels != ignored] if ignored is not None else labels
            if labels.size and not 0 <= labels.min() <= labels.max() < classes:
                raise ValueError(
                    f"Labels for the loss '{term.loss.name}' of output '{term.name}' "
                    f"must be integers in [0, {classes - 1}], since the output has "
                    f"{classes} classes. Received labels from {labels.min()} to "
                    f"{labels.max()}."
                )


def _is_list(value):
    return isinstance(value, (list, tuple))


def _loss_names(terms):
    """Yields the log names of losses, numbered where they repeat."""
    seen: collections.Counter = collections.Counter()
    for term in terms:
        name = f"{term.name}_loss"
        yield f"{name}_{seen[name]}" if seen[name] else name
        seen[name] += 1


def _value(term, y_true, y_pred, sample_weight):
    """Returns one loss, or an error that names the output and the shapes."""
    if y_true is None:
        raise OutputKeyError(
            f"The target of output '{term.name}' is missing: it has a loss."
        )
    try:
        return cast(term.loss(y_true, y_pred, sample_weight), "float32")
    except (TypeError, ValueError) as error:
        if _tree.is_nested(y_true) or y_true.shape == y_pred.shape:
            raise
        raise ShapeError(
            f"The loss '{term.loss.name}' cannot compare targets of shape "
            f"{tuple(y_true.shape[1:])} with the output '{term.name}' of shape "
            f"{tuple(y_pred.shape[1:])} (shapes of one sample): {error}"
        ) from error


def _number_of_classes(loss, y_pred):
    """Returns the number of classes that labels of a sparse loss name, or None."""
    if getattr(loss, "fn", None) is not losses.sparse_categorical_crossentropy:
        return None
    return y_pred.shape[loss._arguments().get("axis", -1)]


def _compares_entries(loss) -> bool:
    """Tells whether a loss is one of ours that wants targets like the output."""
    function = getattr(loss, "fn", None)
    is_ours = _registry.public_module_of_function(function) == "keras.losses"
    return is_ours and function not in _OF_LABELS


def _are_stretched(true, pred) -> bool:
    """Tells whether shapes differ, but for a last axis of size one."""
    if len(true) == len(pred) + 1 and true[-1] == 1:
        true = true[:-1]
    elif len(pred) == len(true) + 1 and pred[-1] == 1:
        pred = pred[:-1]
    return len(true) != len(pred) or any(
        a != b for a, b in zip(true, pred, strict=True) if None not in (a, b)
    )
