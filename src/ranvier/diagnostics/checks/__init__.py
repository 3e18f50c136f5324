"""The checks, causes before the symptoms they make: the order of a report."""

from ranvier.diagnostics.checks import (
    _data,
    _generalization,
    _labels,
    _leaks,
    _numbers,
    _outputs,
    _rate,
    _regularization,
    _self_normalization,
    _signal,
    _structure,
)

CHECKS = (
    *_numbers.CHECKS,
    *_outputs.CHECKS,
    *_data.CHECKS,
    *_leaks.CHECKS,
    *_labels.CHECKS,
    *_structure.CHECKS,
    *_self_normalization.CHECKS,
    *_regularization.CHECKS,
    *_signal.CHECKS,
    *_rate.CHECKS,
    *_generalization.CHECKS,
)

# What follows from the data and from how the network is written, not from its weights.
FIXED = frozenset(
    (
        _numbers.nonfinite_data,
        _outputs.loss_and_activation,  # in a quick look, which has no predictions
        _outputs.targets_in_range,
        _outputs.metrics_that_mislead,
        _data.constant_data,
        _data.unscaled_inputs,
        _data.unscaled_targets,
        _data.class_imbalance,
        _leaks.leaking_features,
        _structure.linear_stack,
        _structure.hidden_softmax,
    )
)

__all__ = ["CHECKS", "FIXED"]
