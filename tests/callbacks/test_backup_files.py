"""Files of states: damage is noticed, and full disks leave the last good one."""

import contextlib
import os
import resource
import subprocess

import numpy as np
import pytest

import ranvier as rv
from ranvier.callbacks import BackupAndRestore, Callback
from ranvier.callbacks._state_file import read_state, write_state

_random = np.random.default_rng(0)
X = _random.normal(size=(40, 4)).astype("float32")

STATE = {
    "numbers": [1, 0.1, float("inf"), True, None, 2**70],
    "texts": {"a": "ä\n", "": ""},
    "arrays": {
        "float": X,
        "int": np.arange(3),
        "none": np.zeros((0, 2)),
        "scalar": np.array(2, "uint8"),
        "texts": np.array(["a", "bcd"]),
        "turned": np.arange(6.0).reshape(2, 3).T,
        "bool": np.array([True, False]),
        "half": np.asarray(rv.ops.cast([1.5, 2.5], "bfloat16")),
    },
    "nested": [{"dict": {"dtype": 1}}, [], {}],
}


def test_states_come_back(tmp_path):
    write_state(tmp_path / "state", STATE)
    found = read_state(tmp_path / "state")
    for name in ("numbers", "texts", "nested"):
        assert found[name] == STATE[name]
    for name, array in STATE["arrays"].items():
        np.testing.assert_array_equal(found["arrays"][name], array)
        assert found["arrays"][name].dtype == array.dtype


def test_other_types_of_numbers_and_arrays(tmp_path):
    given = {
        "numbers": (np.float32(0.1), np.int64(3), np.bool_(True)),
        "arrays": [rv.Variable([1.0]), rv.ops.ones(2)],
    }
    write_state(tmp_path / "state", given)
    found = read_state(tmp_path / "state")
    assert found["numbers"] == [np.float32(0.1).item(), 3, True]
    assert [array.tolist() for array in found["arrays"]] == [[1.0], [1.0, 1.0]]


BAD = {
    "function": ({"a": [0, print]}, "print.* at '/a/1'"),
    "set": ({"a": {1, 2}}, "at '/a'"),
    "bytes": ({"a": b"x"}, "at '/a'"),
    "objects": ({"a": np.array([None, {}])}, "at '/a'"),
    "key": ({"a": {1: 2}}, "Received: 1 in the state of '/a'"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_a_state_cannot_hold(name, tmp_path):
    state, message = BAD[name]
    with pytest.raises(TypeError, match=message):
        write_state(tmp_path / "state", state)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("state") / "state"
    write_state(path, STATE)
    return path.read_bytes()


def test_each_flipped_bit_is_noticed(content, tmp_path):
    path = tmp_path / "state"
    for place in range(len(content)):
        flipped = content[place] ^ (1 << _random.integers(8))
        path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        with pytest.raises(OSError, match="is damaged"):
            read_state(path)


def test_each_length_but_the_right_one_is_noticed(content, tmp_path):
    path = tmp_path / "state"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(OSError, match="is damaged"):
            read_state(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(OSError, match="is damaged"):
        read_state(path)


class Stop(Exception):
    pass


class At(Callback):
    """Does something at the beginning of an epoch."""

    def __init__(self, **actions):
        super().__init__()
        self.actions = {int(name[1:]): action for name, action in actions.items()}

    def on_epoch_begin(self, epoch, logs=None):
        self.actions.get(epoch, bool)()


def stop():
    raise Stop


def fit(folder, *hooks, double=False, **options):
    """Trains a model of 100 kB; returns its history."""
    rv.utils.set_random_seed(1)
    model = rv.Sequential([rv.Input((4,)), rv.layers.Dense(5000), rv.layers.Dense(1)])
    model.compile(rv.optimizers.SGD(1e-5), "mse")
    backup = BackupAndRestore(folder, "epoch", double, **options)
    hooks = [backup, *hooks]
    return model.fit(X, X[:, :1], epochs=5, verbose=0, callbacks=hooks).history


def test_damaged_backup_is_never_put_in_the_place_of_the_good_one(tmp_path):
    expected = fit(tmp_path / "whole")
    folder = tmp_path / "parts"
    with pytest.raises(Stop):
        fit(folder, At(_3=stop), double=True)
    latest, previous = folder / "latest.backup", folder / "previous.backup"
    good = previous.read_bytes()
    latest.write_bytes(latest.read_bytes()[:-100])
    with (
        pytest.warns(UserWarning, match="checksum .* taken up, that after epoch 2"),
        pytest.raises(Stop),
    ):
        fit(folder, At(_2=stop), double=True)
    assert latest.read_bytes() == good and not previous.exists()
    assert fit(folder, double=True) == expected


def test_killed_between_the_two_renames(tmp_path):
    expected = fit(tmp_path / "whole")
    folder = tmp_path / "parts"
    with pytest.raises(Stop):
        fit(folder, At(_3=stop), double=True)
    (folder / "latest.backup").unlink()
    (folder / ".latest.backup.0123abcd.tmp").write_text("half")
    with pytest.warns(UserWarning, match="is missing. .* that after epoch 2"):
        assert fit(folder, double=True) == expected
    assert not folder.exists()


def test_both_damaged(tmp_path):
    with pytest.raises(Stop):
        fit(tmp_path, At(_3=stop), double=True)
    for name in ("latest.backup", "previous.backup"):
        (tmp_path / name).write_text("x")
    with pytest.raises(OSError, match="latest.backup is damaged") as error:
        fit(tmp_path, double=True)
    assert error.value.__notes__ == ["Delete it to begin anew."]


@contextlib.contextmanager
def small_files(folder):
    """Gives functions that forbid large files, and allow them again."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield (
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, usual[1])),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, usual),
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@contextlib.contextmanager
def small_disk(folder):
    """Gives functions that fill a disk, and make room again."""
    command = ["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", folder]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk cannot be mounted here")
    filler = folder / "filler"

    def fill():
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    yield fill, filler.unlink
    subprocess.run(["umount", folder], check=True)


LIMITS = {"small files": small_files, "small disk": small_disk}


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("kind", LIMITS)
def test_full_disk_leaves_the_last_good_backup(kind, double, tmp_path):
    expected = fit(tmp_path / "whole")
    message = "after epoch 3 could not be written: .* last good .* that after epoch 2"
    disk = tmp_path / "disk"
    disk.mkdir()
    with LIMITS[kind](disk) as (fill, free):
        folder = disk / "backup"
        at = At(_2=fill, _3=stop)
        with pytest.warns(UserWarning, match=message), pytest.raises(Stop):
            fit(folder, at, double=double)
        assert not list(folder.glob(".*"))
        free()
        at = At(_2=fill, _3=free, _4=stop)
        with pytest.warns(UserWarning, match=message), pytest.raises(Stop):
            fit(folder, at, double=double)
        assert read_state(folder / "latest.backup")["place"] == "epoch 4"
        assert fit(folder, double=double) == expected


def test_first_backup_that_fails(tmp_path):
    with small_files(tmp_path) as (forbid, _):
        with pytest.warns(UserWarning, match="goes on; the last good backup is none"):
            history = fit(tmp_path, At(_0=forbid))
    assert len(history["loss"]) == 5


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        fit(tmp_path / "file" / "backup")


def test_deleted_folder_is_made_again(tmp_path):
    def delete():
        os.unlink(tmp_path / "backup" / "latest.backup")
        os.rmdir(tmp_path / "backup")

    with pytest.raises(Stop):
        fit(tmp_path / "backup", At(_2=delete, _3=stop))
    assert os.listdir(tmp_path / "backup") == ["latest.backup"]
