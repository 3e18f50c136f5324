"""KerasTuner's place of what was measured."""

from ranvier.tuner._direction import infer_metric_direction
from ranvier.tuner._metrics import MetricHistory, MetricObservation, MetricsTracker

__all__ = [
    "MetricHistory",
    "MetricObservation",
    "MetricsTracker",
    "infer_metric_direction",
]
