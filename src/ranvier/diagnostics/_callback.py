"""Diagnose: looks at the network every few epochs while it trains."""

import numpy as np

from ranvier.callbacks._callback import Callback
from ranvier.core import _tree
from ranvier.diagnostics._diagnose import examine, first_batches
from ranvier.diagnostics._evidence import Evidence, take
from ranvier.diagnostics._probe import prepare_look
from ranvier.training._feeds import is_array_data, make_feed


class Diagnose(Callback):
    """Diagnoses the network while it trains, from a sample of the data.

    A look costs about as much as a step on the sample: no steps on a copy, no quick
    learners; `diagnostics.diagnose` has those.

    Args:
        x: inputs to look at; some hundred samples are enough. An iterable of batches is
            looked at in its first ones.
        y: their targets.
        every: look after every so many epochs.
        samples: how many samples to take.
        stop_on: codes of findings, or severities, that end the training.
        verbose: print findings that are new.

    Attributes:
        reports: `{epoch: Report}`.

    Example:
        >>> import numpy as np
        >>> import ranvier as rv
        >>> x = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")
        >>> model = rv.Sequential([rv.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> y = x[:, :1] * x[:, 1:2]
        >>> callback = Diagnose(x, y, every=2)
        >>> history = model.fit(x, y, epochs=4, verbose=0, callbacks=[callback])
        >>> sorted(callback.reports)
        [1, 3]
    """

    def __init__(self, x, y=None, *, every=10, samples=256, stop_on=(), verbose=True):
        super().__init__()
        if not isinstance(every, int) or isinstance(every, bool) or every < 1:
            raise ValueError(
                f"`every` must be a positive integer. Received: every={every!r}"
            )
        self.every = every
        self.samples = samples
        self.stop_on = (stop_on,) if isinstance(stop_on, str) else tuple(stop_on)
        self.verbose = verbose
        self.reports: dict = {}
        self._data = x, y
        self._feed = None
        self._told: set = set()
        self._known: dict = {}

    def on_train_begin(self, logs=None):
        self.reports = {}
        self._told = set()
        self._known = {}
        self._feed = None
        if self.every <= (self.params.get("epochs") or 0):
            prepare_look(self.model, take(self._sample(), self.samples), quick=True)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        history = dict(getattr(getattr(self.model, "history", None), "history", {}))
        evidence = Evidence(
            self.model, self._sample(), None, history, self.samples, 0, quick=True
        )
        report = self.reports[epoch] = examine(evidence, self._known)
        for finding in report.findings:
            if finding.code in self._told:
                continue
            self._told.add(finding.code)
            if self.verbose and finding.severity != "hint":
                print(
                    f"\nEpoch {epoch + 1}: {finding.title.lower()} ({finding.where}): "
                    f"{finding.seen}. {finding.remedy}"
                )
            if finding.code in self.stop_on or finding.severity in self.stop_on:
                self.model.stop_training = True

    def _sample(self):
        if self._feed is None:
            data = *self._data, None
            if not is_array_data(data[0]):
                data = first_batches(data[0], self.samples)
            data = _tree.map_structure(
                lambda a: None if a is None else np.asarray(a)[: self.samples], data
            )
            size = min(self.params.get("batch_size") or 32, self.samples)
            self._feed = make_feed(*data, batch_size=size, model=self.model)
        return self._feed
