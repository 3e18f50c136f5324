"""Hyperparameters of runs, for TensorBoard's HParams tab."""

import time

from ranvier.core._errors import close_names, require
from ranvier.events._protos import protos
from ranvier.events._write import write_raw_pb

_MODULE = "tensorboard.plugins.hparams.summary_v2"
_CLASSES = ("Discrete", "HParam", "IntInterval", "Metric", "RealInterval")


def _plugin():
    return require(_MODULE, "tensorboard")


def hparams_class(name):
    """Returns TensorBoard's class that describes a hyperparameter, domain or metric.

    Raises:
        AttributeError: if there is none of that name.
    """
    if name not in _CLASSES:
        raise AttributeError(
            f"module 'ranvier.summary' has no attribute {name!r}."
            + close_names(name, _CLASSES)
        )
    return getattr(_plugin(), name)


def hparams(hparams, trial_id=None, start_time_secs=None):
    """Writes the hyperparameters of a run.

    Args:
        hparams: dictionary from a name (or an `HParam`) to a number, string or
            boolean.
        trial_id: name of the trial; runs of one trial are shown together. By default
            made from the values.
        start_time_secs: when the run began; now by default.

    Returns:
        Whether it was written: there must be a writer, and `record_if` may say no.

    Raises:
        TypeError: if a value is of another type.

    Example:
        >>> import tempfile
        >>> from ranvier import summary
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     summary.hparams({"learning_rate": 0.1, "layers": 3})
        True
    """
    message = _plugin().hparams_pb(hparams, trial_id, start_time_secs)
    return write_raw_pb(message.SerializeToString(), step=0)


def hparams_config(hparams, metrics, time_created_secs=None):
    """Writes which hyperparameters and metrics an experiment has.

    Without it TensorBoard finds out from the runs. With it, columns have the names
    and the order given here.

    Args:
        hparams: list of `HParam`s, or of names.
        metrics: list of `Metric`s, or of names of curves.
        time_created_secs: when the experiment was made; now by default.

    Returns:
        As `hparams`.

    Example:
        >>> import tempfile
        >>> from ranvier import summary
        >>> with summary.create_file_writer(tempfile.mkdtemp()).as_default():
        ...     summary.hparams_config(["learning_rate"], ["epoch_loss"])
        True
    """
    plugin = _plugin()
    message = plugin.hparams_config_pb(
        [plugin.HParam(h) if isinstance(h, str) else h for h in hparams],
        [plugin.Metric(m) if isinstance(m, str) else m for m in metrics],
        time_created_secs,
    )
    return write_raw_pb(message.SerializeToString(), step=0)


def end_session(succeeded):
    """Writes that the run has ended.

    Args:
        succeeded: whether it came to its end.

    Returns:
        As `hparams`.
    """
    data = require("tensorboard.plugins.hparams.plugin_data_pb2", "tensorboard")
    api = require("tensorboard.plugins.hparams.api_pb2", "tensorboard")
    metadata = require("tensorboard.plugins.hparams.metadata", "tensorboard")
    end = data.SessionEndInfo(
        status=api.STATUS_SUCCESS if succeeded else api.STATUS_FAILURE,
        end_time_secs=time.time(),
    )
    content = metadata.create_summary_metadata(
        data.HParamsPluginData(session_end_info=end)
    )
    message = protos().Summary()
    message.value.add(
        tag=metadata.SESSION_END_INFO_TAG,
        metadata=content,
        tensor=metadata.NULL_TENSOR,
    )
    return write_raw_pb(message.SerializeToString(), step=0)
