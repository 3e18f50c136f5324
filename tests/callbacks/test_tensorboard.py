"""TensorBoard: the same curves, steps and names as Keras's callback on TensorFlow."""

import copy
import json
import pathlib
import pickle

import numpy as np
import pytest
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

import ranvier
from ranvier.callbacks import TensorBoard
from ranvier.core import _programs
from tests.callbacks.golden import tensorboard_runs as runs
from tests.events.reading import events_of, values_of

HERE = pathlib.Path(__file__).parent
GOLDEN = json.loads((HERE / "golden/tensorboard.json").read_text())


def entries(logs):
    return [
        runs.described(folder.name, value, step)
        for folder in sorted(pathlib.Path(logs).iterdir())
        if folder.is_dir()
        for _, step, value in values_of(folder)
    ]


def steps_of(folder, tag):
    return [step for name, step, _ in values_of(folder) if name == tag]


@pytest.mark.parametrize("name", runs.RUNS)
def test_events_are_those_of_keras(name, tmp_path):
    runs.RUNS[name](ranvier, str(tmp_path))
    ours, theirs = sorted(entries(tmp_path)), sorted(GOLDEN[name])
    if name in ("every 3", "two fits"):
        # Keras loses what an epoch writes if the epoch does not end with a multiple of
        # `update_freq` batches.
        lost = [e for e in ours if e[:4] not in [t[:4] for t in theirs]]
        assert {e[1].split("_")[0] for e in lost} <= {"epoch", "evaluation"}
        ours = [e for e in ours if e not in lost]
    assert [e[:4] for e in ours] == [e[:4] for e in theirs]
    for mine, other in zip(ours, theirs):
        for a, b in zip(mine[4:], other[4:]):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6, err_msg=str(mine))


def test_whole_epochs_stay_compiled(tmp_path):
    model = runs.sequential(ranvier)
    before = _programs.counts["traces"]
    runs.fit(model, TensorBoard(tmp_path, histogram_freq=1), epochs=3)
    # One program to train, one to validate, as without the callback.
    assert _programs.counts["traces"] - before == 2


@pytest.mark.parametrize(
    ("update_freq", "calls"), [("epoch", 1), (1, 5), (2, 3), (5, 1)]
)
def test_chunks_end_where_something_is_written(tmp_path, update_freq, calls):
    class Heard(ranvier.callbacks.Callback):
        batch_granularity = "chunk"
        count = 0

        def on_train_batch_end(self, batch, logs=None):
            self.count += 1

    heard, board = Heard(), TensorBoard(tmp_path, update_freq=update_freq)
    model = runs.sequential(ranvier)
    model.fit(
        runs.X[:40], runs.Y[:40], batch_size=8, verbose=0, callbacks=[board, heard]
    )
    assert heard.count == calls


def test_a_subclass_with_batch_hooks_hears_every_batch(tmp_path):
    class Counting(TensorBoard):
        count = 0

        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            self.count += 1

    board = Counting(tmp_path)
    runs.fit(runs.sequential(ranvier), board, epochs=1)
    assert board.count == 5


def test_a_subclass_writes_with_the_writers(tmp_path):
    class Rate(TensorBoard):
        def on_epoch_end(self, epoch, logs=None):
            with self._val_writer.as_default():
                self.summary.scalar("ratio", 2.0, step=epoch)
            super().on_epoch_end(epoch, {**logs, "extra": 1.0})

    runs.fit(runs.sequential(ranvier), Rate(tmp_path))
    assert steps_of(tmp_path / "validation", "ratio") == [0, 1]
    assert steps_of(tmp_path / "train", "epoch_extra") == [0, 1]


def test_histograms_are_those_of_numpy(tmp_path):
    model = runs.sequential(ranvier)
    runs.fit(model, TensorBoard(tmp_path, histogram_freq=1), epochs=1)
    values = {tag: value for tag, _, value in values_of(tmp_path / "train")}
    for weight in model.weights:
        tensor = values[f"{weight.path}/histogram"].tensor
        rows = np.frombuffer(tensor.tensor_content).reshape(30, 3)
        array = np.asarray(weight).astype(float)
        if array.size > 1:
            counts, edges = np.histogram(array, 30)
            np.testing.assert_array_equal(rows[:, 2], counts)
            np.testing.assert_allclose(rows[:, 0], edges[:-1], rtol=1e-12)


def test_the_graphs_are_nested_layers(tmp_path):
    runs.fit(runs.functional(ranvier), TensorBoard(tmp_path))
    (layers,) = [v for tag, _, v in values_of(tmp_path / "train") if tag == "keras"]
    drawn = keras_model_to_graph_def(json.loads(layers.tensor.string_val[0]))
    assert {"outer/inner/first", "outer/both", "outer/out"} <= {
        node.name for node in drawn.node
    }
    (event,) = [e for e in events_of(tmp_path / "train") if e.graph_def]
    nodes = {node.name: node for node in GraphDef.FromString(event.graph_def).node}
    assert {"outer/inner/first/kernel", "outer/out/bias", "numbers"} <= set(nodes)
    product = nodes["outer/inner/first/dot_general"]
    assert list(product.input) == ["numbers", "outer/inner/first/kernel"]
    assert all(source in nodes for n in nodes.values() for source in n.input)


def test_summaries_of_the_model_itself(tmp_path):
    @ranvier.saving.register_keras_serializable("tests")
    class Watched(ranvier.layers.Layer):
        def call(self, x):
            ranvier.summary.scalar("largest", ranvier.ops.max(x))
            ranvier.summary.histogram("outputs", x)
            return x

    model = ranvier.Sequential(
        [ranvier.Input((4,)), ranvier.layers.Dense(1), Watched(name="watched")]
    )
    model.compile(loss="mse", optimizer="sgd")
    runs.fit(model, ranvier.callbacks.History(), epochs=1)  # traced without a writer
    runs.fit(model, TensorBoard(tmp_path, update_freq=2))
    folder = tmp_path / "train"
    (tag,) = {t for t, _, _ in values_of(folder) if t.endswith("largest")}
    assert "watched" in tag
    # Five updates were made before: steps are updates of the optimizer.
    assert sorted(steps_of(folder, tag)) == [6, 8, 10, 12, 14]
    outputs = tag.replace("largest", "outputs")
    assert sorted(steps_of(folder, outputs)) == [6, 8, 10, 12, 14]
    count = len(values_of(folder))
    runs.fit(model, ranvier.callbacks.History(), epochs=1)
    assert len(values_of(folder)) == count


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_profile(tmp_path, run_eagerly):
    model = runs.sequential(ranvier)
    model.run_eagerly = run_eagerly
    runs.fit(model, TensorBoard(tmp_path, profile_batch=(2, 4)), epochs=1)
    files = list((tmp_path / "train/plugins/profile").rglob("*.xplane.pb"))
    assert len(files) == 1


def test_profile_of_a_batch_that_never_comes(tmp_path):
    runs.fit(runs.sequential(ranvier), TensorBoard(tmp_path, profile_batch="90,95"))
    assert not (tmp_path / "train/plugins").exists()


def pickled(board):
    return pickle.loads(pickle.dumps(board))


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_copies_for_other_trials(tmp_path, copied):
    board = TensorBoard(tmp_path / "a", update_freq=2, profile_batch=3)
    runs.fit(runs.sequential(ranvier), board, epochs=1)
    other = copied(board)
    other.log_dir = str(tmp_path / "b")
    runs.fit(runs.sequential(ranvier), other, epochs=1)
    assert steps_of(tmp_path / "b/train", "batch_loss") == [2, 4]
    assert steps_of(tmp_path / "a/train", "epoch_loss") == [0]


def test_a_resumed_run_goes_on_counting(tmp_path):
    def run(epochs, logs):
        runs.fit(
            runs.sequential(ranvier),
            [TensorBoard(logs, update_freq=5), backup],
            epochs=epochs,
        )

    class Stop(ranvier.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    backup = ranvier.callbacks.BackupAndRestore(tmp_path / "backup")
    backup_and_stop = [TensorBoard(tmp_path / "logs", update_freq=5), backup, Stop()]
    with pytest.raises(KeyboardInterrupt):
        runs.fit(runs.sequential(ranvier), backup_and_stop, epochs=3)
    backup = ranvier.callbacks.BackupAndRestore(tmp_path / "backup")
    run(3, tmp_path / "logs")
    assert steps_of(tmp_path / "logs/train", "batch_loss")[-2:] == [10, 15]


def test_an_error_leaves_nothing_behind(tmp_path):
    class Fail(ranvier.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("no")

    board = TensorBoard(tmp_path, update_freq=2, profile_batch=(2, 50))
    with pytest.raises(RuntimeError, match="no"):
        runs.fit(runs.sequential(ranvier), [board, Fail()])
    assert not ranvier.summary.should_record_summaries()
    assert steps_of(tmp_path / "train", "batch_loss") == [2, 4]
    assert list((tmp_path / "train/plugins/profile").rglob("*.xplane.pb"))


def test_projector(tmp_path):
    runs.RUNS["embeddings"](ranvier, tmp_path)
    config = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'metadata_path: "labels.tsv"' in config
    assert 'tensor_path: "vectors_vectors.tsv"' in config
    assert np.loadtxt(tmp_path / "vectors_vectors.tsv").shape == (10, 2)
    names = {path.name for path in (tmp_path / "train").glob("*.h5")}
    assert names == {f"keras_embedding.ckpt-{epoch}.weights.h5" for epoch in (0, 1)}


def test_unknown_embedding_layer(tmp_path):
    board = TensorBoard(
        tmp_path, embeddings_freq=1, embeddings_metadata={"missing": "labels.tsv"}
    )
    with pytest.raises(ValueError, match="Unrecognized `Embedding`.*missing"):
        runs.fit(runs.embedding(ranvier), board, x=runs.WORDS)


@pytest.mark.parametrize("batch", [-1, (1, 2, 3), (4, 2), "x", "1,2,3", None, 1.5])
def test_bad_profile_batch(batch):
    with pytest.raises(ValueError, match="profile_batch must be a non-negative"):
        TensorBoard(profile_batch=batch)


@pytest.mark.parametrize("update_freq", ["batches", 0, -1, 1.5])
def test_bad_update_freq(update_freq):
    with pytest.raises(ValueError, match="update_freq"):
        TensorBoard(update_freq=update_freq)


def test_a_model_without_configuration_is_trained_all_the_same(tmp_path):
    class Odd(ranvier.layers.Layer):
        def call(self, x):
            return x

        def get_config(self):
            raise NotImplementedError("no configuration")

    model = ranvier.Sequential(
        [ranvier.Input((4,)), ranvier.layers.Dense(1), Odd(name="odd")]
    )
    model.compile(loss="mse")
    with pytest.warns(UserWarning, match="Model failed to serialize as JSON"):
        runs.fit(model, TensorBoard(tmp_path))
    assert steps_of(tmp_path / "train", "epoch_loss") == [0, 1]


def test_lambdas_are_drawn_without_a_warning(tmp_path):
    as_it_is = ranvier.layers.Lambda(lambda x: x)
    model = ranvier.Sequential([ranvier.Input((4,)), as_it_is, ranvier.layers.Dense(1)])
    model.compile(loss="mse")
    runs.fit(model, TensorBoard(tmp_path))
    assert steps_of(tmp_path / "train", "keras") == [0]


def test_layers_on_strings(tmp_path):
    lookup = ranvier.layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")
    model = ranvier.Sequential(
        [ranvier.Input((1,), dtype="string"), lookup, ranvier.layers.Dense(1)]
    )
    model.compile(loss="mse")
    runs.fit(model, TensorBoard(tmp_path), x=np.array([["a"], ["b"]] * 25))
    assert steps_of(tmp_path / "train", "epoch_loss") == [0, 1]
