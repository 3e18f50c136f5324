"""Populations without a search: many configurations or seeds of one model."""

import inspect
import random

import numpy as np

from ranvier.callbacks._monitor import MonitorCallback
from ranvier.core import _errors, _seeds
from ranvier.training._trainer import Trainer
from ranvier.training.population import MemberResult, train_group
from ranvier.tuner._ensemble import Ensemble


class Population:
    """The models that `train_population` has trained.

    Attributes:
        configs: the configurations.
        seeds: the seed of each model.
        results: a `MemberResult` for each.
        models: the models; None for one that could not be built.
        histories: their `History` objects; None for one that was not trained.
    """

    def __init__(self, configs, seeds, results):
        self.configs = configs
        self.seeds = seeds
        self.results = results
        self.models = [result.model for result in results]
        self.histories = [result.history for result in results]

    def __len__(self):
        return len(self.results)

    def best(self, n=1, metric=None, mode="auto"):
        """Returns the best models, the best first.

        Args:
            n: how many.
            metric: name in the logs; default: `val_loss` if there is one, else `loss`.
                The last value counts.
            mode: `"min"`, `"max"`, or `"auto"`, which asks the metric.

        Raises:
            ValueError: if no member has such a metric.
        """
        return [self.models[i] for i in self.ranking(metric, mode)[:n]]

    def ranking(self, metric=None, mode="auto"):
        """Returns the places of the members, the best first.

        Those that failed, or whose value is not finite, are left out.

        Args:
            metric: as for `best`.
            mode: as for `best`.
        """
        metric = self._metric(metric)
        scores = self.scores(metric)
        if self._direction(metric, mode) == "max":
            scores = -scores
        order = np.argsort(scores, kind="stable")
        return [int(i) for i in order if np.isfinite(scores[i])]

    def scores(self, metric=None):
        """Returns the last value of a metric for each member, NaN where there is none.

        Args:
            metric: as for `best`.
        """
        metric = self._metric(metric)
        logs = [h.history if h is not None else {} for h in self.histories]
        return np.array([log.get(metric, [np.nan])[-1] for log in logs])

    def ensemble(self, n=5, metric=None, mode="auto"):
        """Returns a model that averages the predictions of the best members.

        It is compiled with their loss and metrics, ready for `evaluate`.

        Args:
            n: how many members.
            metric: as for `best`.
            mode: as for `best`.
        """
        models = self.best(n, metric, mode)
        ensemble = Ensemble(models)
        ensemble.compile_from_config(models[0].get_compile_config())
        return ensemble

    def to_dataframe(self):
        """Returns a pandas `DataFrame` with a row for each member.

        Its columns are the configuration, `seed`, `status`, `epochs`, and the last
        value of each log.

        Raises:
            ImportError: without pandas.
        """
        pandas = _errors.require("pandas", "tuner")
        rows = []
        for config, seed, result in zip(
            self.configs, self.seeds, self.results, strict=True
        ):
            logs = result.history.history if result.history is not None else {}
            row = {"config": config} if not isinstance(config, dict) else dict(config)
            row |= {"seed": seed, "status": result.status}
            row["epochs"] = max((len(values) for values in logs.values()), default=0)
            rows.append(row | {k: values[-1] for k, values in logs.items() if values})
        return pandas.DataFrame(rows)

    def _metric(self, metric):
        names: dict = {}
        for history in self.histories:
            names.update(history.history if history is not None else {})
        if not names:
            errors = [r.error for r in self.results if r.error is not None]
            why = f" The first error: {errors[0]!r}" if errors else ""
            raise ValueError(f"None of the {len(self)} models was trained.{why}")
        if metric is None:
            metric = "val_loss" if "val_loss" in names else "loss"
        if metric not in names:
            raise ValueError(
                f"No member has a metric {metric!r}. Those there are: {sorted(names)}"
            )
        return metric

    def _direction(self, metric, mode):
        if mode not in ("auto", "min", "max"):
            raise ValueError(
                f"`mode` must be 'auto', 'min' or 'max'. Received: mode={mode!r}"
            )
        if mode != "auto":
            return mode
        monitor = MonitorCallback(metric)
        monitor.set_model(next(m for m in self.models if m is not None))
        return monitor._find_direction()

    def __repr__(self):
        failed = sum(result.status == "failed" for result in self.results)
        told = f", {failed} failed" if failed else ""
        return f"<Population of {len(self)} models{told}>"


def train_population(
    build, configs=None, x=None, y=None, sample_weight=None, *, seeds=None, **arguments
):
    """Trains one model for each configuration, those of one structure together.

    Args:
        build: function that returns a compiled model. It is called as
            `build(**config)` for a configuration that is a dictionary, as
            `build(config)` for another one, as `build()` without configurations.
        configs: the configurations, or None to vary the seeds alone.
        x: inputs, as for `fit`.
        y: targets, as for `fit`.
        sample_weight: as for `fit`.
        seeds: the seed of each configuration, or one integer for all. Each model is
            built right after `set_random_seed(seed)`. Without configurations: the
            seeds to train with. Default: one seed for all, that of `set_random_seed`
            if it was called.
        **arguments: those of `fit` and `train_group`. `callbacks` may be a function
            from the place of a model to its callbacks.

    Returns:
        A `Population`: models, histories, a ranking, an ensemble of the best.

    With one seed for all, each model becomes what
    `set_random_seed(seed); build(...).fit(...)` would make of it, to float32 rounding.
    With several seeds so does the first, and all see its order of samples: one program
    can then read the batches for many models.

    Raises:
        ValueError: if there are no configurations, if seeds and configurations differ
            in number, if `callbacks` are instances, which several models cannot share,
            or if an argument is no function, list or integer where it has to be one.
        TypeError: for an argument that `fit` does not know.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> def build(rate):
        ...     model = rv.Sequential([rv.layers.Input((2,)), rv.layers.Dense(1)])
        ...     model.compile(rv.optimizers.SGD(rate), "mse")
        ...     return model
        >>> x, y = np.ones((32, 2)), np.ones((32, 1))
        >>> configs = [{"rate": 0.1}, {"rate": 1e-6}]
        >>> population = train_population(build, configs, x, y, seeds=1, epochs=3)
        >>> population.ranking()
        [0, 1]
    """
    if isinstance(build, Trainer) or not callable(build):
        raise ValueError(
            "`build` must be a function that returns a compiled model. "
            f"Received: build={build!r}"
        )
    configs, seeds = _pairs(configs, seeds)
    _check_names(arguments)
    callbacks_of = _callbacks_of(arguments)
    results, states = [], []
    for config, seed in zip(configs, seeds, strict=True):
        _seeds.set_random_seed(seed)
        try:
            result = MemberResult(_build(build, config))
        except Exception as error:
            result = MemberResult(None, status="failed", error=error)
        results.append(result)
        states.append(random.getstate())
    trained = [i for i, result in enumerate(results) if result.model is not None]
    if trained:
        first = trained[0]
        one_seed = len(set(seeds)) == 1
        arguments["random_states"] = [states[i if one_seed else first] for i in trained]
        if callbacks_of is not None:
            arguments["callbacks_of"] = lambda i: callbacks_of(trained[i])
        models = [results[i].model for i in trained]
        done = train_group(models, x, y, sample_weight, **arguments)
        for i, result in zip(trained, done, strict=True):
            results[i] = result
    return Population(configs, seeds, results)


def _pairs(configs, seeds):
    """Returns configurations and seeds, one of each for a model."""
    seeds = _checked_seeds(seeds)
    if configs is None:
        if not isinstance(seeds, list):
            raise ValueError(
                "Without `configs`, `seeds` must list the seeds to train with. "
                f"Received: seeds={seeds!r}"
            )
        return [{} for _ in seeds], seeds
    if isinstance(configs, (str, dict)) or not hasattr(configs, "__iter__"):
        raise ValueError(
            "`configs` must be a list with a configuration for each model, such as "
            f"[{{'rate': 0.1}}, {{'rate': 0.01}}]. Received: configs={configs!r}"
        )
    configs = list(configs)
    if not configs:
        raise ValueError(
            "`configs` is empty: there is no model to train. Pass a configuration for "
            "each model, or None and a list of `seeds`."
        )
    if seeds is None:
        seeds = _seeds.get_random_seed()
        seeds = _seeds.make_default_seed() if seeds is None else seeds
    if not isinstance(seeds, list):
        return configs, [seeds] * len(configs)
    if len(seeds) != len(configs):
        raise ValueError(
            "`seeds` must be one integer, or one for each configuration. Received: "
            f"{len(seeds)} seeds for {len(configs)} configurations."
        )
    return configs, seeds


def _checked_seeds(seeds):
    """Returns None, an integer, or a list of integers."""
    if seeds is None:
        return None
    is_list = hasattr(seeds, "__iter__") and not isinstance(seeds, (str, bytes))
    found = list(seeds) if is_list else [seeds]
    if is_list and not found:
        raise ValueError("`seeds` is empty: there is no model to train.")
    for seed in found:
        if not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
            raise ValueError(
                "`seeds` must be an integer or a list of integers, from 0 to "
                f"2**32 - 1. Received: seeds={seeds!r}"
            )
    found = [int(seed) for seed in found]
    return found if is_list else found[0]


def _callbacks_of(arguments):
    callbacks = arguments.pop("callbacks", None)
    if callbacks is None or callable(callbacks):
        return callbacks or arguments.pop("callbacks_of", None)
    raise ValueError(
        "Several models cannot share `callbacks`: pass a function from the place of a "
        "model to its list of callbacks, such as `lambda i: [EarlyStopping()]`. "
        f"Received: callbacks={callbacks!r}"
    )


def _check_names(arguments):
    """Raises for an argument that neither `fit` nor `train_group` has."""
    known = {*inspect.signature(Trainer.fit).parameters, "callbacks"}
    known |= set(inspect.signature(train_group).parameters)
    known -= {"self", "members", "fit_arguments", "random_states"}
    for name in arguments:
        if name not in known:
            raise TypeError(
                f"train_population() got an unexpected keyword argument {name!r}."
                + _errors.close_names(name, known)
            )


def _build(build, config):
    model = build(**config) if isinstance(config, dict) else build(config)
    if not hasattr(model, "fit"):
        _errors.returned(model, "`build`", "a compiled model")
        raise ValueError(f"`build` must return a compiled model. Received: {model!r}")
    if isinstance(model, Trainer):
        model.assert_compiled("fit")
    return model
