"""Options of datasets, by tf.data's names."""

import copy
import enum


class AutoShardPolicy(enum.IntEnum):
    """How tf.data shares a dataset among workers; accepted."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


class ExternalStatePolicy(enum.Enum):
    """What tf.data does about state that it cannot save; accepted."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


class AutotuneAlgorithm(enum.Enum):
    """How tf.data tunes itself; accepted."""

    DEFAULT = 0
    HILL_CLIMB = 1
    GRADIENT_DESCENT = 2
    MAX_PARALLELISM = 3
    STAGE_BASED = 4


SHARD_HINT = -1


class _Group:
    """Settings by name; those whose type is not named are true or false."""

    _types: dict = {}

    def __init__(self, **settings):
        self.__dict__.update(settings)

    def __setattr__(self, name, value):
        if name not in self.__dict__:
            from ranvier.core._errors import close_names

            raise AttributeError(
                f"Cannot set the property {name} on {type(self).__name__}."
                f"{close_names(name, self.__dict__)}"
            )
        expected = self._types.get(name, bool)
        if value is not None and not isinstance(value, expected):
            raise TypeError(
                f'Property "{name}" must be of type {expected}, got: {value!r} (type: '
                f"{type(value)})"
            )
        self.__dict__[name] = value

    def __repr__(self):
        shown = ", ".join(f"{k}={v!r}" for k, v in self.__dict__.items())
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None


class ThreadingOptions(_Group):
    """How many threads to use.

    Example:
        >>> Options().threading.private_threadpool_size is None
        True
    """

    _types = {"max_intra_op_parallelism": int, "private_threadpool_size": int}

    def __init__(self):
        super().__init__(max_intra_op_parallelism=None, private_threadpool_size=None)


class AutotuneOptions(_Group):
    """How tf.data tunes itself; accepted, there is nothing to tune here."""

    _types = {
        "autotune_algorithm": AutotuneAlgorithm,
        "cpu_budget": int,
        "initial_parallelism": int,
        "min_parallelism": int,
        "ram_budget": int,
    }

    def __init__(self):
        super().__init__(
            autotune_algorithm=None,
            cpu_budget=None,
            enabled=None,
            initial_parallelism=None,
            min_parallelism=None,
            ram_budget=None,
        )


class OptimizationOptions(_Group):
    """How tf.data rewrites pipelines; accepted, there is nothing to rewrite here."""

    def __init__(self):
        super().__init__(
            apply_default_optimizations=None,
            filter_fusion=None,
            filter_parallelization=None,
            inject_prefetch=None,
            map_and_batch_fusion=None,
            map_and_filter_fusion=None,
            map_fusion=None,
            map_parallelization=None,
            noop_elimination=None,
            parallel_batch=None,
            seq_interleave_prefetch=None,
            shuffle_and_repeat_fusion=None,
        )


class DistributeOptions(_Group):
    """How tf.data shares a dataset among workers; accepted."""

    _types = {"auto_shard_policy": AutoShardPolicy, "num_devices": int}

    def __init__(self):
        super().__init__(auto_shard_policy=AutoShardPolicy.AUTO, num_devices=None)


class Options(_Group):
    """Options of a dataset, for `with_options`.

    They are accepted so that code for tf.data runs. The order of elements is always
    deterministic here, whatever `deterministic` says.

    Example:
        >>> options = Options()
        >>> options.deterministic = False
        >>> Options().merge(options).deterministic
        False
    """

    _types = {
        "autotune": AutotuneOptions,
        "dataset_name": str,
        "experimental_distribute": DistributeOptions,
        "experimental_external_state_policy": ExternalStatePolicy,
        "experimental_optimization": OptimizationOptions,
        "experimental_service": object,
        "framework_type": object,
        "threading": ThreadingOptions,
    }

    def __init__(self):
        super().__init__(
            autotune=AutotuneOptions(),
            dataset_name=None,
            deterministic=None,
            experimental_distribute=DistributeOptions(),
            experimental_external_state_policy=None,
            experimental_optimization=OptimizationOptions(),
            experimental_service=None,
            experimental_slack=None,
            experimental_symbolic_checkpoint=None,
            experimental_warm_start=None,
            framework_type=None,
            threading=ThreadingOptions(),
        )

    def __setattr__(self, name, value):
        super().__setattr__(_OLDER_NAMES.get(name, name), value)

    @property
    def experimental_deterministic(self):
        """The older name of `deterministic`."""
        return self.deterministic

    @property
    def experimental_threading(self):
        """The older name of `threading`."""
        return self.threading

    def merge(self, options):
        """Returns options with those that `options` sets put over these."""
        result = copy.deepcopy(self)
        _merge(result, options)
        return result


_OLDER_NAMES = {
    "experimental_deterministic": "deterministic",
    "experimental_threading": "threading",
}


def inherit(dataset, sources):
    """Gives a dataset the options of those that it is made of; returns it."""
    for source in sources:
        if source._options is not None:
            dataset._options = dataset.options().merge(source._options)
    return dataset


def _merge(target, other):
    for name, value in other.__dict__.items():
        if isinstance(value, _Group):
            _merge(target.__dict__[name], value)
        elif value is not None:
            target.__dict__[name] = copy.deepcopy(value)
