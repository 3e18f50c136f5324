"""Summaries: when they are written, what they refuse, what TensorBoard reads."""

import threading

import jax
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

import ranvier
import ranvier.tf as tf
from ranvier import summary
from tests.events.reading import events_of, values_of

NAMES = """
SummaryWriter audio create_file_writer create_noop_writer experimental flush graph
histogram image record_if scalar should_record_summaries text trace_export trace_off
trace_on write
""".split()


def test_the_names_of_tensorflow_are_there():
    assert set(NAMES) <= set(summary.__all__) == set(tf.summary.__all__)
    for name in ("get_step", "set_step", "summary_scope", "write_raw_pb"):
        assert callable(getattr(tf.summary.experimental, name))


def test_nothing_is_written_without_a_writer():
    assert summary.scalar("loss", 1.0, step=1) is False
    assert summary.scalar("loss", 1.0) is False
    assert summary.image("x", np.zeros((1, 2, 2, 1)), step=1) is False
    assert summary.graph(tf.constant(1)) is False
    assert summary.should_record_summaries() is False
    summary.flush()


@pytest.fixture
def writer(tmp_path):
    writer = summary.create_file_writer(tmp_path)
    with writer.as_default():
        yield writer
    writer.close()


def test_tensorboard_reads_it(writer, tmp_path):
    for step in range(3):
        assert summary.scalar("curve", tf.constant(step**2), step=step) is True
    summary.histogram("values", tf.constant([1.0, 2.0, 2.0]), step=0, buckets=2)
    writer.flush()
    board = EventAccumulator(str(tmp_path)).Reload()
    assert set(board.Tags()["tensors"]) == {"curve", "values"}
    curve = board.Tensors("curve")
    assert [event.step for event in curve] == [0, 1, 2]
    assert board.SummaryMetadata("values").plugin_data.plugin_name == "histograms"


def test_the_file_is_there_at_once(tmp_path):
    writer = summary.create_file_writer(
        tmp_path / "deep" / "run", filename_suffix=".mine"
    )
    (path,) = (tmp_path / "deep" / "run").iterdir()
    assert path.name.startswith("events.out.tfevents.")
    assert path.name.endswith(".mine")
    writer.close()
    assert [e.file_version for e in events_of(path.parent)] == ["brain.Event:2"]


def test_the_queue(tmp_path):
    writer = summary.create_file_writer(tmp_path, max_queue=2)
    with writer.as_default(step=1):
        seen = []
        for _ in range(4):
            summary.scalar("x", 1.0)
            seen.append(len(values_of(tmp_path)))
        assert seen == [0, 0, 3, 3]
        writer.flush()
        assert len(values_of(tmp_path)) == 4
    writer.close()


def test_the_time_between_flushes(tmp_path):
    writer = summary.create_file_writer(tmp_path, max_queue=100, flush_millis=0)
    with writer.as_default(step=1):
        summary.scalar("x", 1.0)
        assert len(values_of(tmp_path)) == 1
    writer.close()


def test_writers_nest_with_their_steps(tmp_path):
    one = summary.create_file_writer(tmp_path / "one")
    two = summary.create_file_writer(tmp_path / "two")
    with one.as_default(step=10):
        summary.scalar("x", 1.0)
        with two.as_default(step=20):
            summary.scalar("x", 1.0)
        summary.scalar("x", 1.0)
        with two.as_default():
            summary.scalar("x", 1.0)
    assert summary.experimental.get_step() is None
    assert [step for _, step, _ in values_of(tmp_path / "one")] == [10, 10]
    assert [step for _, step, _ in values_of(tmp_path / "two")] == [20, 10]
    one.close()
    two.close()


def test_set_as_default_is_for_this_thread(tmp_path):
    writer = summary.create_file_writer(tmp_path)

    def run():
        writer.set_as_default(step=3)
        results.append(summary.scalar("x", 1.0))

    results = []
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert results == [True]
    assert summary.should_record_summaries() is False
    writer.close()
    assert len(values_of(tmp_path)) == 1


def test_a_closed_writer(tmp_path):
    writer = summary.create_file_writer(tmp_path)
    writer.close()
    writer.close()
    writer.flush()
    for use in (writer.as_default, writer.set_as_default, writer.init):
        with pytest.raises(RuntimeError, match="already closed"):
            use()


def test_a_step_may_be_a_variable(writer, tmp_path):
    step = tf.Variable(5, dtype=tf.int64)
    summary.experimental.set_step(step)
    summary.scalar("x", 1.0)
    step.assign_add(1)
    summary.scalar("x", 1.0)
    summary.scalar("x", 1.0, step=tf.constant(2, tf.int64))
    summary.experimental.set_step(None)
    writer.flush()
    assert [step for _, step, _ in values_of(tmp_path)] == [5, 6, 2]


WRONG = {
    "no step": (ValueError, "No step set", lambda: summary.scalar("x", 1.0)),
    "step text": (TypeError, "step", lambda: summary.scalar("x", 1.0, step="x")),
    "step float": (TypeError, "step", lambda: summary.scalar("x", 1.0, step=1.5)),
    "steps": (ValueError, "must be a scalar", lambda: summary.scalar("x", 1.0, [1, 2])),
    "vector": (ValueError, "scalar shape", lambda: summary.scalar("x", [1.0], 1)),
    "text": (NotImplementedError, "Cast", lambda: summary.scalar("x", "a", 1)),
    "complex": (NotImplementedError, "Cast", lambda: summary.histogram("x", [1j], 1)),
    "flat image": (ValueError, "rank 4", lambda: summary.image("x", np.ones(2), 1)),
    "five channels": (
        tf.errors.InvalidArgumentError,
        "channels",
        lambda: summary.image("x", np.ones((1, 2, 2, 5)), 1),
    ),
    "negative count": (
        tf.errors.InvalidArgumentError,
        "max_outputs",
        lambda: summary.image("x", np.ones((1, 2, 2, 1)), 1, max_outputs=-1),
    ),
    "flat audio": (
        ValueError,
        "rank 3",
        lambda: summary.audio("x", np.ones((2, 2)), 100, 1),
    ),
    "audio of integers": (
        tf.errors.InvalidArgumentError,
        "floats",
        lambda: summary.audio("x", np.ones((1, 2, 1), int), 100, 1),
    ),
    "mp3": (
        ValueError,
        "Unknown encoding",
        lambda: summary.audio("x", np.ones((1, 2, 1)), 100, 1, encoding="mp3"),
    ),
    "numbers as text": (TypeError, "string", lambda: summary.text("x", [1, 2], 1)),
    "graph": (ValueError, "graph_data", lambda: summary.graph(3)),
    "flush": (ValueError, "Invalid argument to flush", lambda: summary.flush(3)),
    "export": (ValueError, "Must enable trace", lambda: summary.trace_export("x", 1)),
    "no folder": (ValueError, "logdir", lambda: summary.create_file_writer(None)),
}


@pytest.mark.parametrize("case", WRONG)
def test_errors(writer, case):
    error, message, call = WRONG[case]
    with pytest.raises(error, match=message):
        call()


def test_inside_programs(writer, tmp_path):
    @jax.jit
    def program(x, step):
        assert summary.scalar("sum", x.sum(), step=step) is True
        with summary.record_if(lambda: x[0] > 1):
            summary.histogram("large", x, step=7)
        summary.scalar("by default", x[0])
        return x * 2

    summary.experimental.set_step(1)
    program(np.arange(3.0), 10)
    writer.flush()
    summary.experimental.set_step(2)
    program(np.arange(3.0) + 5, 11)  # the program is there: the step is read anew
    jax.grad(lambda x: program(x, 12).sum())(np.arange(3.0))
    summary.experimental.set_step(None)
    writer.flush()
    found = {}
    for tag, step, _ in values_of(tmp_path):
        found.setdefault(tag, []).append(step)
    assert found == {"sum": [10, 11, 12], "large": [7], "by default": [1, 2, 2]}


def test_tags_have_the_scopes_of_layers(writer, tmp_path):
    with ranvier.name_scope("outer"):
        summary.scalar("x", 1.0, step=1)
    writer.flush()
    assert [tag for tag, _, _ in values_of(tmp_path)] == ["outer/x"]


def test_hparams(writer, tmp_path):
    units = summary.HParam("units", summary.Discrete([3, 5]))
    summary.hparams_config(["rate", units], [summary.Metric("epoch_loss")])
    assert summary.hparams({"rate": 0.5, units: np.int64(3), "b": True})
    writer.flush()
    config, start = values_of(tmp_path)
    assert config[0] == "_hparams_/experiment"
    data = plugin_data_pb2.HParamsPluginData.FromString(
        start[2].metadata.plugin_data.content
    )
    values = data.session_start_info.hparams
    assert values["rate"].number_value == 0.5
    assert values["units"].number_value == 3
    with pytest.raises(AttributeError, match="'Metric'"):
        summary.Metrik  # noqa: B018
    with pytest.raises(TypeError, match="unsupported type"):
        summary.hparams({"x": [1]})


def test_the_hparams_callback(tmp_path):
    x = np.ones((8, 2))
    model = ranvier.Sequential([ranvier.Input((2,)), ranvier.layers.Dense(1)])
    model.compile(loss="mse")
    callback = ranvier.callbacks.HParams(tmp_path, {"rate": 0.5}, trial_id="a")
    model.fit(x, x[:, :1], verbose=0, callbacks=[callback])
    tags = [tag for tag, _, _ in values_of(tmp_path)]
    assert tags == ["_hparams_/session_start_info", "_hparams_/session_end_info"]


def test_trace(tmp_path, writer):
    summary.trace_on(profiler=True, profiler_outdir=tmp_path)
    with pytest.warns(UserWarning, match="already enabled"):
        summary.trace_on()
    jax.jit(lambda x: x + 1)(1)
    summary.trace_export("first", step=1)
    assert list(tmp_path.rglob("*.xplane.pb"))
    with pytest.warns(UserWarning, match="profiler_outdir"):
        summary.trace_on(profiler=True)
    summary.trace_off()


def test_many_threads_write_one_file(tmp_path):
    writer = summary.create_file_writer(tmp_path)

    def run(number):
        with writer.as_default():
            for step in range(100):
                summary.scalar(f"thread {number}", 1.0, step=step)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert len(values_of(tmp_path)) == 400
