"""Looking into files and editing them."""

import json
import re
import warnings

import h5py
import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier.saving import KerasFileEditor, inspect
from tests.saving.evil import benign, function, layer, payload, rewrite

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn")


def model(k=rv, name="a"):
    inner = k.Sequential([k.Input((3,)), k.layers.Dense(2, name=name)], name="inner")
    model = k.Sequential([k.Input((4,)), k.layers.Dense(3), inner])
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("writer", [rv, keras])
@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5"])
def test_nothing_is_lost(writer, name, tmp_path, capsys):
    written = model(writer)
    save = written.save if name == "m.keras" else written.save_weights
    save(tmp_path / name)
    editor = KerasFileEditor(str(tmp_path / name))
    editor.save(tmp_path / "again.weights.h5")
    again = model()
    again.load_weights(tmp_path / "again.weights.h5")
    x = np.ones((2, 4), "float32")
    np.testing.assert_allclose(again(x), written(x), rtol=1e-5)
    assert (editor.config is None) == (name != "m.keras")


def test_summary(tmp_path, capsys):
    model().save_weights(tmp_path / "m.weights.h5")
    KerasFileEditor(tmp_path / "m.weights.h5").summary()
    text = capsys.readouterr().out
    assert re.search(
        r"layers\n +dense \('dense.*'\)\n +0: shape=\(4, 3\), dtype=f", text
    )


@pytest.fixture
def editor(tmp_path):
    model().save_weights(tmp_path / "m.weights.h5")
    return KerasFileEditor(tmp_path / "m.weights.h5")


def test_comparing(editor, capsys):
    assert editor.compare(model()) == {
        "status": "success",
        "error_count": 0,
        "match_count": 6,
    }
    other = rv.Sequential([rv.Input((4,)), rv.layers.Dense(5), rv.layers.Dense(2)])
    found = editor.compare(other)
    assert found["status"] == "error" and found["error_count"] == 5
    text = capsys.readouterr().out
    assert "/layers/dense/0 has shape (4, 3) in the file, (4, 5) in the mod" in text
    assert "/layers/sequential is in the file, but not in the model" in text


def test_editing(editor, tmp_path):
    kernel, bias = np.ones((4, 3), "float32"), np.zeros(3, "float32")
    editor.rename_object("layers/dense", "old")
    editor.add_object("layers/dense", {"0": kernel, "1": bias})
    editor.delete_weight("layers/dense", "1")
    editor.add_weights("layers/dense", {"1": bias + 1.0})
    editor.delete_object("old")
    editor.resave_weights(tmp_path / "n.weights.h5")
    again = model()
    again.load_weights(tmp_path / "n.weights.h5")
    np.testing.assert_array_equal(again.layers[0].kernel, kernel)
    np.testing.assert_array_equal(again.layers[0].bias, bias + 1.0)


@pytest.mark.parametrize(
    "edit, message",
    [
        (lambda e: e.delete_object("layers/dens"), "not found.*Did you mean"),
        (lambda e: e.delete_object("nothing"), "'nothing' not found"),
        (lambda e: e.delete_object("dense"), "more than once.*/layers/dense"),
        (lambda e: e.rename_object("layers/dense", "a/b"), "not a path"),
        (lambda e: e.add_object("nothing/dense", {}), "'nothing' not found"),
        (lambda e: e.add_object("layers/x", [1]), "dictionary of arrays"),
        (lambda e: e.add_weights("layers/dense", [1]), "dictionary of arrays"),
        (lambda e: e.delete_weight("layers/dense", "7"), "Weight 7 not found"),
        (lambda e: e.save("x.keras"), "must end in `.weights.h5`"),
        (lambda e: KerasFileEditor("m.h5"), "Expected a `.keras`"),
    ],
)
def test_mistakes(edit, message, editor):
    with pytest.raises(ValueError, match=message):
        edit(editor)


def test_editing_unsafe_files(tmp_path):
    path = tmp_path / "m.weights.h5"
    model().save_weights(path)
    with h5py.File(path, "r+") as file:
        file["layers/link"] = h5py.ExternalLink("other.h5", "/x")
    with pytest.raises(ValueError, match="m.weights.h5.*'/layers/link'.*ExternalLink"):
        KerasFileEditor(path)


# Looking before loading.


@pytest.mark.parametrize("writer", [rv, keras])
@pytest.mark.parametrize("name", ["m.keras", "m", "m.h5", "m.weights.h5"])
def test_inspecting(writer, name, tmp_path):
    written = model(writer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "weights" in name:
            written.save_weights(tmp_path / name)
        else:
            written.save(tmp_path / name, zipped=name != "m")
    report = inspect(tmp_path / name)
    assert not report.unknown and not report.unsafe
    assert report.weights >= 6 and report.weight_bytes >= 4 * 23
    if "weights" not in name:
        classes = {key.rpartition(".")[2]: n for key, n in report.classes.items()}
        assert classes["Dense"] == 2 and classes["Sequential"] == 2
        assert ("keras 3" if writer is keras or name == "m.h5" else "ranvier") in str(
            report
        )


def test_inspecting_what_is_unknown_or_unsafe(tmp_path):
    path = tmp_path / "m.keras"
    benign().save(path)
    config = rv.saving.serialize_keras_object(benign())
    config["config"]["layers"] += [
        layer("Lambda", function=payload(tmp_path / "made")),
        layer("Mine", module="mine", activation=function("os", "system")),
        layer("StringLookup", vocabulary="/etc/passwd"),
    ]
    rewrite(path, {"config.json": json.dumps(config)})
    report = inspect(path)
    assert set(report.unknown) - {"keras.layers.StringLookup"} == {
        "mine.Mine",
        "os.system",
    }
    assert len(report.unsafe) == 2
    assert "'evil' holds a Python lambda" in str(report)
    assert "'evil' names the file '/etc/passwd'" in str(report)
    rewrite(path, {"../evil": b"", "config.json": b"{}"})
    assert "would leave its folder" in inspect(path).unsafe[0]


def test_inspecting_weights_that_lie_elsewhere(tmp_path):
    path = tmp_path / "m.weights.h5"
    model().save_weights(path)
    with h5py.File(path, "r+") as file:
        file["layers/link"] = h5py.ExternalLink("other.h5", "/x")
    assert "'/layers/link' cannot be read. It is a Ext" in inspect(path).unsafe[0]
    path.write_text("text")
    with pytest.raises(ValueError, match="m.weights.h5.*no HDF5 file"):
        inspect(path)
