"""rejection_resample: elements left out so that classes come as often as wanted."""

import numpy as np

from ranvier.core._seeds import make_default_seed
from ranvier.data import _spec
from ranvier.data._block import Block
from ranvier.data._held import Replayed
from ranvier.data._node import UNKNOWN, Transformation


class Resample(Transformation):
    """Pairs of class and element, with other shares of the classes.

    An element of class c stays with a probability proportional to `target[c] /
    initial[c]`, the largest being 1.

    Args:
        source: the input.
        classes: an `ElementFunction`.
        target: wanted shares.
        initial: shares in the input, or None to count them as elements come.
        seed: of the draws.
    """

    name = "rejection_resample"

    def __init__(self, source, classes, target, initial, seed):
        super().__init__(source)
        self.classes = classes
        self.target = target / target.sum()
        self.initial = initial
        self.seed = make_default_seed() if seed is None else int(seed)

    def stream(self):
        return _ResampleStream(self)

    def spec(self):
        return (_spec.TensorSpec((), np.int32), self.source.spec())

    def cardinality(self):
        return UNKNOWN


class _ResampleStream(Replayed):
    def begin(self):
        key = [self.node.seed % 2**64, 0]
        self.generator = np.random.Generator(np.random.Philox(key=key))
        # As tf.data: each class is taken to have come once before anything came.
        self.counts = np.ones(len(self.node.target))
        self.position = 0

    def produce(self, limit):
        while True:
            block = self.source.next(limit)
            if block is None:
                return None
            classes = np.asarray(self.node.classes(block, self.position).columns)
            self.position += block.count
            keep = self.generator.random(block.count) < self._chances(classes)
            if keep.any():
                columns = (classes[keep], block[keep].columns)
                return Block(columns, int(keep.sum()))

    def _chances(self, classes):
        """Returns the probability with which each element stays."""
        target = self.node.target
        if self.node.initial is not None:
            return _accept(target, self.node.initial)[classes]
        chances = np.empty(len(classes))
        for i, number in enumerate(classes):
            self.counts[number] += 1
            chances[i] = _accept(target, self.counts / self.counts.sum())[number]
        return chances


def _accept(target, initial):
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(initial > 0, target / initial, 0.0)
    return ratio / ratio.max()
