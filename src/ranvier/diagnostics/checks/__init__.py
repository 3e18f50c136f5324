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

__all__ = ["CHECKS"]
