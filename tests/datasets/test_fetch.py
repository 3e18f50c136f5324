"""Finding files, and downloading them from a real server."""

import gzip
import hashlib
import os
import signal
import subprocess
import sys
import time

import pytest

from ranvier.datasets._fetch import Remote, find_or_fetch, from_path, reading

CONTENT = bytes(range(256)) * 4000


def remote_for(server, content=CONTENT, name="set/data.bin"):
    server.files["data.bin"] = content
    digest = hashlib.sha256(content).hexdigest()
    return Remote(name, server.url("data.bin"), digest)


def put(folder, name, content=b"local"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def everything_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_places_are_looked_in_from_the_nearest_to_the_cache(folders, server, tmp_path):
    remote = remote_for(server)
    home = tmp_path / "home"
    home.mkdir()
    places = [folders[name] for name in ("cache", "system", "keras", "ours")]
    for place in [*places, home]:
        path = put(place, remote.name)
        assert find_or_fetch([remote], home) == [path]
    assert server.asked == []


def test_data_home_may_hold_the_file_without_its_sub_folder(server, tmp_path):
    path = put(tmp_path / "home", "data.bin")
    assert find_or_fetch([remote_for(server)], tmp_path / "home") == [path]


def test_data_home_must_exist(server, tmp_path):
    with pytest.raises(FileNotFoundError, match="`data_home` must name a folder"):
        find_or_fetch([remote_for(server)], tmp_path / "nowhere")


def test_other_names_count_folder_by_folder(folders, server):
    remote = remote_for(server)
    put(folders["cache"], remote.name)
    other = put(folders["ours"], "other.csv")
    assert find_or_fetch([remote], also=["other.csv"]) == [other]


def test_download_goes_to_the_cache_and_happens_once(folders, server, capfd):
    remote = remote_for(server)
    for _ in range(2):
        (path,) = find_or_fetch([remote])
        assert path == folders["cache"] / remote.name
        assert path.read_bytes() == CONTENT
    assert server.asked == ["data.bin"]
    assert everything_in(folders["cache"]) == [path]
    out, err = capfd.readouterr()
    assert out == ""
    assert err == f"Downloading {remote.url} (1,024,000 bytes)\n"


def test_a_terminal_gets_a_bar(server, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    find_or_fetch([remote_for(server)])
    assert "Downloading data.bin" in capsys.readouterr().err


def test_only_what_is_missing_is_downloaded(folders, server):
    have, want = remote_for(server, name="a"), remote_for(server, name="b")
    path = put(folders["ours"], "a")
    assert find_or_fetch([have, want]) == [path, folders["cache"] / "b"]
    assert len(server.asked) == 1


def test_wrong_checksum_is_an_error_and_leaves_nothing(folders, server):
    remote = remote_for(server)
    server.files["data.bin"] = CONTENT[::-1]
    with pytest.raises(OSError, match="sent other data than expected") as caught:
        find_or_fetch([remote])
    assert remote.sha256 in str(caught.value)
    assert everything_in(folders["cache"]) == []


@pytest.mark.parametrize("level", [1, 9])
def test_checksum_of_a_zipped_file_is_of_its_content(folders, server, level):
    digest = hashlib.sha256(CONTENT).hexdigest()
    remote = Remote("data.gz", server.url("data.gz"), digest, zipped=True)
    server.files["data.gz"] = gzip.compress(CONTENT, level)
    (path,) = find_or_fetch([remote])
    assert gzip.decompress(path.read_bytes()) == CONTENT


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b"no" + b[2:]])
def test_damaged_zipped_file_is_an_error(folders, server, damage):
    digest = hashlib.sha256(CONTENT).hexdigest()
    remote = Remote("data.gz", server.url("data.gz"), digest, zipped=True)
    server.files["data.gz"] = damage(gzip.compress(CONTENT))
    with pytest.raises(OSError, match="nothing that can be unpacked"):
        find_or_fetch([remote])
    assert everything_in(folders["cache"]) == []


def test_cut_connection_leaves_nothing(folders, server):
    remote = remote_for(server)
    server.stop_after = 300_000
    with pytest.raises(FileNotFoundError, match="could not be downloaded"):
        find_or_fetch([remote])
    assert everything_in(folders["cache"]) == []
    server.stop_after = None
    assert find_or_fetch([remote])[0].read_bytes() == CONTENT


def test_ctrl_c_leaves_nothing(folders, server):
    """A real signal to a process in the middle of a download."""
    remote = remote_for(server)
    server.stop_after = 300_000
    server.may_hang_up.clear()
    script = (
        f"from ranvier.datasets import _fetch\n_fetch.find_or_fetch([_fetch.{remote}])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not everything_in(folders["cache"]) and time.monotonic() < deadline:
            time.sleep(0.02)
        (part,) = everything_in(folders["cache"])
        assert part.suffix == ".part"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in errors
    assert everything_in(folders["cache"]) == []


def test_offline_says_which_file_to_put_where(folders, server, tmp_path):
    first, second = remote_for(server, name="set/a"), remote_for(server, name="set/b")
    server.close()
    with pytest.raises(FileNotFoundError) as caught:
        find_or_fetch([first, second], tmp_path, also=["c.csv"])
    text = str(caught.value)
    assert "set/a, set/b (or c.csv) is not on this machine" in text
    assert "Connection refused" in text
    assert first.url in text
    for folder in (tmp_path, *folders.values()):
        assert f"  {folder}\n" in text
    assert "RANVIER_DATA_HOME" in text and "data_home" in text
    assert everything_in(tmp_path) == []


def test_server_without_the_file(server):
    remote = remote_for(server)
    server.files.clear()
    with pytest.raises(FileNotFoundError, match="HTTP Error 404"):
        find_or_fetch([remote])


def test_cache_that_cannot_be_written(folders, server):
    put(folders["cache"].parent.parent, "ranvier")  # a file where a folder should be
    with pytest.raises(FileNotFoundError, match="could not be downloaded"):
        find_or_fetch([remote_for(server)])


def test_default_folders(monkeypatch, tmp_path):
    from ranvier.datasets._fetch import shared_folders

    for name in ("RANVIER_DATA_HOME", "KERAS_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    first, *_, last = shared_folders()
    assert first == tmp_path / ".keras" / "datasets"
    assert last == tmp_path / ".cache" / "ranvier" / "datasets"


def test_path_to_a_file_is_that_file(server, tmp_path):
    path = put(tmp_path, "somewhere/x.bin")
    for given in (path, str(path), "somewhere/x.bin"):
        assert from_path(given, remote_for(server)).samefile(path)


def test_path_that_is_a_bare_name(folders, server, tmp_path):
    remote = remote_for(server, name="data.bin")
    put(tmp_path, "data.bin")  # Keras does not look in the current folder either.
    assert from_path("data.bin", remote) == folders["cache"] / "data.bin"
    assert from_path("mine.bin", remote) == folders["cache"] / "mine.bin"
    here = put(tmp_path, "here.bin")
    assert from_path("here.bin", remote).samefile(here)


def test_path_to_nothing(server):
    remote = remote_for(server, name="data.bin")
    with pytest.raises(FileNotFoundError, match="`path` names no file"):
        from_path("no/such.bin", remote)
    with pytest.raises(FileNotFoundError, match="neither in the current folder nor"):
        from_path("such.csv", remote)
    assert server.asked == []


def test_reading_leaves_system_errors_alone(tmp_path):
    with pytest.raises(IsADirectoryError), reading(tmp_path, "a file"):
        tmp_path.read_bytes()
    with pytest.raises(ValueError, match="is not a file, or it is damaged"):
        with reading(tmp_path, "a file"):
            raise EOFError("too short")
