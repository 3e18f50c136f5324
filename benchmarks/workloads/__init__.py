"""What is measured. A module here lists its workloads in `WORKLOADS`."""

import importlib
import pkgutil


def _collect():
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [workload for module in modules for workload in module.WORKLOADS]
    return {w.name: w for w in sorted(found, key=lambda w: w.order)}


WORKLOADS = _collect()
