"""Looking strings up in a vocabulary: whole columns, and batch by batch."""

import numpy as np

from benchmarks.workload import Training

ROWS, TERMS, UNKNOWN, BATCH = 1_000_000, 10_000, 500, 32


def _strings():
    """Returns the vocabulary and a column, a twentieth of it unknown strings."""
    generator = np.random.default_rng(0)
    terms = [f"term{i:05d}" for i in generator.permutation(100_000)[:TERMS]]
    unknown = [f"other{i}" for i in range(UNKNOWN)]
    return terms, generator.choice(np.array([*terms, *unknown]), ROWS)


class Lookup(Training):
    name = "lookup"
    title = f"StringLookup of an array of {ROWS:,} strings, {TERMS:,} terms"
    quantity = "per column"
    check_title = "mean id"
    order = 22
    peers = ("ranvier", "keras-tf")
    dataset = "housing"  # not used: the strings are made here
    sane_loss = TERMS
    dtype = "U"

    def build(self, keras, **compile_options):
        return None

    def work(self, keras, model, data):
        terms, column = _strings()
        layer = keras.layers.StringLookup(vocabulary=terms)
        return self.lookup(layer, column.astype(self.dtype))

    def lookup(self, layer, column):
        return lambda: float(np.mean(np.asarray(layer(column))))


class LookupOfBytes(Lookup):
    name = "lookup_bytes"
    title = f"StringLookup of an array of {ROWS:,} byte strings, {TERMS:,} terms"
    order = 23
    dtype = "S"


class LookupOfObjects(Lookup):
    name = "lookup_objects"
    title = f"StringLookup of an array of {ROWS:,} Python strings, {TERMS:,} terms"
    order = 24
    dtype = object


class LookupInBatches(Lookup):
    name = "lookup_batches"
    title = f"StringLookup of 100,000 strings, {TERMS:,} terms, in batches of {BATCH}"
    order = 25

    def lookup(self, layer, column):
        batches = [column[i : i + BATCH] for i in range(0, 100_000, BATCH)]

        def run():
            return float(np.mean([np.mean(np.asarray(layer(b))) for b in batches]))

        return run


WORKLOADS = [Lookup(), LookupOfBytes(), LookupOfObjects(), LookupInBatches()]
