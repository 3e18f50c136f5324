"""Progress lines: Keras's formats, live on terminals, plain elsewhere."""

import contextlib
import io
import logging
import os
import pty
import re
import subprocess
import sys

import jupyter_client
import keras
import pytest

from ranvier.callbacks import ProgbarLogger
from ranvier.callbacks._progbar import Progbar, _format_eta, _format_rate, _format_time
from ranvier.core import _config


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def on_terminal():
    """Makes standard output a terminal."""
    return contextlib.redirect_stdout(Terminal())


def last_line(text):
    """The last line without colours, redraws and times."""
    text = re.sub(r"\x1b\[\d+m", "", text).replace("\b", "").rstrip("\n ")
    line = re.split(r"[\r\n]", text)[-1]
    return re.sub(r"\d+(ms|us|s)\b", "T", line)


RUNS = [
    # (constructor's arguments, [(current, values)])
    ({"target": 10}, [(10, [("loss", 0.5), ("accuracy", 0.25)])]),
    ({"target": 10}, [(3, [("loss", 1.0)]), (10, [("loss", 0.5)])]),
    ({"target": 1000, "width": 7}, [(1000, [("loss", 1e-5), ("big", 12345.678)])]),
    ({"target": 10}, [(10, [("loss", 0.0)])]),
    ({"target": 10, "unit_name": "sample"}, [(10, None)]),
    ({"target": 10, "stateful_metrics": ["a"]}, [(4, [("a", 4), ("b", 4)]), (10, [])]),
    ({"target": 10, "stateless_metrics": ["a"]}, [(4, [("a", 4), ("b", 4)]), (10, [])]),
    ({"target": 10}, [(2, [("a", 1.0)]), (6, [("a", 4.0)]), (10, [])]),
]


@pytest.mark.parametrize("verbose", [1, 2])
@pytest.mark.parametrize("arguments, updates", RUNS)
def test_the_last_line_is_that_of_keras(arguments, updates, verbose):
    lines = []
    for cls in (keras.utils.Progbar, Progbar):
        with on_terminal() as terminal:
            bar = cls(**arguments, verbose=verbose)
            for current, values in updates:
                bar.update(current, values)
        lines.append(last_line(terminal.getvalue()))
    assert lines[1] == lines[0]
    assert lines[1]


def test_add_counts_on(capsys):
    bar = Progbar(10, verbose=2)
    bar.add(4)
    bar.add(6)
    assert capsys.readouterr().out.startswith("10/10 - ")


@pytest.mark.parametrize(
    "seconds, text",
    [(0, "0s"), (2.4, "2s"), (0.0123, "12ms"), (45e-6, "45us")],
)
def test_time_per_step_has_a_fitting_unit(seconds, text):
    assert _format_time(seconds) == text
    assert _format_time(seconds) + "/step" == (
        keras.utils.Progbar(1)._format_time(seconds, "step").strip()
    )


@pytest.mark.parametrize(
    "seconds, text", [(5.9, "5s"), (65, "1:05"), (3600, "1:00:00"), (7384, "2:03:04")]
)
def test_time_to_go_is_short(seconds, text):
    assert _format_eta(seconds) == text


def test_both_lists_of_metrics_are_too_much():
    with pytest.raises(ValueError, match="Only one of"):
        Progbar(1, stateful_metrics=["a"], stateless_metrics=["b"])


# A logger over two epochs of five steps, with validation.


def log_two_epochs(verbose, steps=5):
    logger = ProgbarLogger()
    logger.set_params({"verbose": verbose, "epochs": 2, "steps": steps})
    logger.on_train_begin()
    for epoch in range(2):
        logger.on_epoch_begin(epoch)
        for batch in range(5):
            logger.on_train_batch_end(batch, {"loss": 0.5})
        logger.on_test_begin()
        logger.on_test_batch_end(0, {"loss": 0.7})
        logger.on_test_end({"loss": 0.7})
        logger.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.7})
    logger.on_train_end()


TIME = r"\d+(s|ms|us)"
BAR = "━" * 20


@pytest.mark.parametrize("steps", [5, None])
@pytest.mark.parametrize(
    "verbose, line",
    [
        (1, rf"5/5 {BAR} \d+s {TIME}/step - loss: 0.5000 - val_loss: 0.7000"),
        ("auto", rf"5/5 {BAR} \d+s {TIME}/step - loss: 0.5000 - val_loss: 0.7000"),
        (2, rf"5/5 - \d+s - {TIME}/step - loss: 0.5000 - val_loss: 0.7000"),
    ],
)
def test_one_plain_line_an_epoch_in_a_file(verbose, line, steps, capsys):
    log_two_epochs(verbose, steps)
    out = capsys.readouterr().out
    after = r"\n" if verbose == 2 else " - "  # with 2, as in Keras
    assert re.fullmatch(rf"Epoch 1/2{after}{line}\nEpoch 2/2{after}{line}\n", out)


def test_verbose_0_is_silent(capsys):
    log_two_epochs(0)
    assert capsys.readouterr().out == ""


def test_a_stopped_epoch_shows_how_far_it_came(capsys):
    logger = ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 1, "steps": 10})
    logger.on_epoch_begin(0)
    logger.on_train_batch_end(4, {"loss": 0.5})
    logger.on_epoch_end(0, {"loss": 0.5})
    assert capsys.readouterr().out.startswith(f" 5/10 {'━' * 10} ")


def test_a_terminal_is_redrawn_in_place():
    with on_terminal() as terminal:
        log_two_epochs(1)
    text = terminal.getvalue()
    assert text.count("\n") == 4
    assert "\r" in text and "\x1b[32m" in text
    assert last_line(text).startswith(f"5/5 {BAR} T T/step - loss: 0.5000")


def test_redraws_fit_the_terminal():
    with on_terminal() as terminal:
        bar = Progbar(10, interval=0)
        bar.update(1, [(f"metric_{i}", 0.5) for i in range(20)])
        assert 70 < len(last_line(terminal.getvalue())) < 80
        bar.update(10)
        assert "metric_19" in last_line(terminal.getvalue())


def test_a_quick_bar_is_drawn_once():
    with on_terminal() as terminal:
        bar = Progbar(1000, interval=60)
        for step in range(1000):
            bar.update(step + 1, [("loss", 0.5)])
    assert terminal.getvalue().count("\r") == 1


def test_logs_are_not_read_between_redraws():
    class Unread(dict):
        def items(self):
            raise RuntimeError("read")

    with on_terminal():
        logger = ProgbarLogger()
        logger.set_params({"verbose": 1, "epochs": 1, "steps": 10})
        logger.on_epoch_begin(0)
        logger.on_train_batch_end(4, Unread(loss=0.5))


def test_a_stream_without_the_bar_character_gets_another():
    code = "from ranvier.callbacks._progbar import Progbar; Progbar(3).update(3)"
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, check=True
    )
    assert done.stdout.decode().startswith(f"3/3 {'=' * 20} ")


def test_without_interactive_logging_lines_are_logged(caplog):
    _config.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, logger="ranvier"), on_terminal() as terminal:
            log_two_epochs(1)
    finally:
        _config.enable_interactive_logging()
    assert terminal.getvalue() == ""
    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith("Epoch 1/2 - 5/5 ")
    assert "\r" not in "".join(caplog.messages)


TRAINING = """
import numpy as np, ranvier
x = np.ones((64, 2))
model = ranvier.Sequential([ranvier.Input((2,)), ranvier.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, x[:, :1], batch_size=16, epochs=2)
"""


def test_a_real_terminal():
    main, other = pty.openpty()
    env = {**os.environ, "COLUMNS": "120", "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen([sys.executable, "-c", TRAINING], stdout=other, env=env)
    os.close(other)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(main, 1000):
            shown += part
    os.close(main)
    assert run.wait() == 0
    lines = re.sub(r"\x1b\[\d+m", "", shown.decode()).splitlines()
    assert lines[0] == "Epoch 1/2"
    last = lines[-1].split("\r")[-1]
    assert last.startswith(f"4/4 {BAR} ")
    assert re.search(rf"{TIME}/step - [\d.]+k? samples/s - loss: \d", last)


def test_a_real_pipe():
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", TRAINING], env=env, capture_output=True, check=True
    )
    lines = done.stdout.decode().splitlines()
    assert [line[:16] for line in lines] == ["Epoch 1/2 - 4/4 ", "Epoch 2/2 - 4/4 "]


def test_a_real_notebook():
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    manager, client = jupyter_client.manager.start_new_kernel(env=env)
    outputs = []
    try:
        reply = client.execute_interactive(
            TRAINING, timeout=120, output_hook=outputs.append
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok"
    pages = [
        output["content"]["data"]["text/html"]
        for output in outputs
        if output["msg_type"] in ("display_data", "update_display_data")
    ]
    assert "Epoch 2/2" in pages[-1]
    assert '<progress value="4" max="4">' in pages[-1]
    assert re.search(r"samples/s - loss: \d", pages[-1])
    printed = [o for o in outputs if o["msg_type"] == "stream"]
    assert not [o for o in printed if o["content"]["name"] == "stdout"]


@pytest.mark.parametrize(
    ("rate", "text"), [(3.14, "3.1"), (950, "950"), (15300, "15.3k"), (2.5e6, "2.5M")]
)
def test_rates_are_short(rate, text):
    assert _format_rate(rate) == text
