"""Options of datasets, by tf.data's names."""

import copy


class _Group:
    """Settings by name."""

    def __init__(self, **settings):
        self.__dict__.update(settings)

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

    def __init__(self):
        super().__init__(max_intra_op_parallelism=None, private_threadpool_size=None)


class AutotuneOptions(_Group):
    """How tf.data tunes itself; accepted, there is nothing to tune here."""

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

    def __init__(self):
        super().__init__(auto_shard_policy=0, num_devices=None)


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

    def __init__(self):
        super().__init__(
            autotune=AutotuneOptions(),
            dataset_name=None,
            deterministic=None,
            experimental_deterministic=None,
            experimental_distribute=DistributeOptions(),
            experimental_external_state_policy=None,
            experimental_optimization=OptimizationOptions(),
            experimental_service=None,
            experimental_slack=None,
            experimental_symbolic_checkpoint=None,
            experimental_threading=ThreadingOptions(),
            experimental_warm_start=None,
            framework_type=None,
            threading=ThreadingOptions(),
        )

    def __setattr__(self, name, value):
        if name not in self.__dict__:
            from ranvier.core._errors import close_names

            raise AttributeError(
                f"Cannot set the property {name} on Options."
                f"{close_names(name, self.__dict__)}"
            )
        super().__setattr__(name, value)

    def merge(self, options):
        """Returns options with those that `options` sets put over these."""
        result = copy.deepcopy(self)
        _merge(result, options)
        return result


def _merge(target, other):
    for name, value in other.__dict__.items():
        if isinstance(value, _Group):
            _merge(target.__dict__[name], value)
        elif value is not None:
            target.__dict__[name] = copy.deepcopy(value)
