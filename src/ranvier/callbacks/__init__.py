"""Floor 7: objects that `fit`, `evaluate` and `predict` call at given moments."""

import importlib

from ranvier.callbacks._backup_and_restore import BackupAndRestore
from ranvier.callbacks._callback import Callback
from ranvier.callbacks._callback_list import CallbackList
from ranvier.callbacks._csv_logger import CSVLogger
from ranvier.callbacks._early_stopping import EarlyStopping
from ranvier.callbacks._history import History
from ranvier.callbacks._hparams import HParams
from ranvier.callbacks._lambda_callback import LambdaCallback
from ranvier.callbacks._learning_rate_scheduler import LearningRateScheduler
from ranvier.callbacks._model_checkpoint import ModelCheckpoint
from ranvier.callbacks._one_cycle import OneCycle
from ranvier.callbacks._progbar_logger import ProgbarLogger
from ranvier.callbacks._reduce_lr_on_plateau import ReduceLROnPlateau
from ranvier.callbacks._remote_monitor import RemoteMonitor
from ranvier.callbacks._swap_ema_weights import SwapEMAWeights
from ranvier.callbacks._tensorboard import TensorBoard
from ranvier.callbacks._terminate_on_nan import TerminateOnNaN

# Callbacks made of what stands on higher floors: looked up when first named.
_BORROWED = {"Diagnose": "ranvier.diagnostics"}


def __getattr__(name):
    if name in _BORROWED:
        return getattr(importlib.import_module(_BORROWED[name]), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "Diagnose",  # pyright: ignore
    "EarlyStopping",
    "HParams",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "OneCycle",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
