"""Floor 9: what is wrong with a network, its data and its training."""

from ranvier.diagnostics._callback import Diagnose
from ranvier.diagnostics._diagnose import diagnose
from ranvier.diagnostics._finding import Finding
from ranvier.diagnostics._layers import LayerStatistics
from ranvier.diagnostics._report import Report
from ranvier.diagnostics._traces import assert_max_traces

__all__ = [
    "Diagnose",
    "Finding",
    "LayerStatistics",
    "Report",
    "assert_max_traces",
    "diagnose",
]
