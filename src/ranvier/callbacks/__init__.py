"""Floor 7: objects that `fit`, `evaluate` and `predict` call at given moments."""

from ranvier.callbacks._backup_and_restore import BackupAndRestore
from ranvier.callbacks._callback import Callback
from ranvier.callbacks._callback_list import CallbackList
from ranvier.callbacks._csv_logger import CSVLogger
from ranvier.callbacks._early_stopping import EarlyStopping
from ranvier.callbacks._history import History
from ranvier.callbacks._lambda_callback import LambdaCallback
from ranvier.callbacks._learning_rate_scheduler import LearningRateScheduler
from ranvier.callbacks._model_checkpoint import ModelCheckpoint
from ranvier.callbacks._one_cycle import OneCycle
from ranvier.callbacks._progbar_logger import ProgbarLogger
from ranvier.callbacks._reduce_lr_on_plateau import ReduceLROnPlateau
from ranvier.callbacks._remote_monitor import RemoteMonitor
from ranvier.callbacks._swap_ema_weights import SwapEMAWeights
from ranvier.callbacks._terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "OneCycle",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TerminateOnNaN",
]
