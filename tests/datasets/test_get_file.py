"""`utils.get_file` against Keras's: names in the cache, checksums, archives."""

import hashlib
import os
import pathlib
import tarfile
import zipfile

import pytest

import ranvier as rv

get_file = rv.utils.get_file


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "words.txt").write_text("one two")
    with tarfile.open(folder / "words.tar.gz", "w:gz") as archive:
        archive.add(folder / "words.txt", "inner/words.txt")
    with zipfile.ZipFile(folder / "words.zip", "w") as archive:
        archive.writestr("inner/words.txt", "one two")
    return folder


def uri(source, name):
    return (source / name).as_uri()


CALLS = [
    {"fname": "a.txt", "origin": "words.txt"},
    {"origin": "words.txt"},
    {"fname": "a.tar.gz", "origin": "words.tar.gz", "extract": True},
    {"fname": "a.tgz", "origin": "words.tar.gz", "untar": True},
    {"fname": "a", "origin": "words.tar.gz", "untar": True},
    {"fname": "b.zip", "origin": "words.zip", "extract": True},
    {"origin": "words.zip", "extract": True, "cache_subdir": "other"},
    {
        "fname": "c.zip",
        "origin": "words.zip",
        "extract": True,
        "archive_format": ["zip"],
    },
]


@pytest.mark.parametrize("arguments", CALLS, ids=str)
def test_same_files_as_keras(arguments, source, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    import keras

    arguments = {**arguments, "origin": uri(source, arguments["origin"])}
    found = []
    for function, name in ((get_file, "ours"), (keras.utils.get_file, "theirs")):
        home = tmp_path / name
        home.mkdir()
        path = function(**arguments, cache_dir=str(home))
        assert isinstance(path, str)
        files = sorted(
            (str(p.relative_to(home)), p.read_bytes())
            for p in home.rglob("*")
            if p.is_file()
        )
        found.append((os.path.relpath(path, home), files))
    assert found[0] == found[1]


def test_a_file_is_downloaded_once_unless_forced(source, tmp_path):
    arguments = {
        "fname": "a.txt",
        "origin": uri(source, "words.txt"),
        "cache_dir": tmp_path,
    }
    path = pathlib.Path(get_file(**arguments))
    (source / "words.txt").write_text("three")
    assert pathlib.Path(get_file(**arguments)) == path
    assert path.read_text() == "one two"
    get_file(**arguments, force_download=True)
    assert path.read_text() == "three"


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_checksums(algorithm, source, tmp_path):
    right = hashlib.new(algorithm, b"one two").hexdigest()
    origin = uri(source, "words.txt")
    path = get_file("a.txt", origin, file_hash=right, cache_dir=tmp_path)
    # A file in the cache that has been damaged is downloaded anew.
    pathlib.Path(path).write_text("one")
    get_file("a.txt", origin, file_hash=right, cache_dir=tmp_path)
    assert pathlib.Path(path).read_text() == "one two"
    wrong = right[::-1]
    with pytest.raises(ValueError, match="Incomplete or corrupted"):
        get_file("b.txt", origin, file_hash=wrong, cache_dir=tmp_path)
    assert not (tmp_path / "datasets" / "b.txt").exists()


def test_what_is_refused(source, tmp_path):
    with pytest.raises(ValueError, match="origin"):
        get_file("a.txt")
    with pytest.raises(ValueError, match="cache_dir"):
        get_file("a/b.txt", uri(source, "words.txt"))
    with pytest.raises(OSError, match="URL fetch failure"):
        get_file("a.txt", uri(source, "none.txt"), cache_dir=tmp_path)
    assert not list((tmp_path / "datasets").iterdir())
    with pytest.warns(UserWarning, match="Could not extract"):
        get_file("w.zip", uri(source, "words.txt"), extract=True, cache_dir=tmp_path)


def test_an_archive_cannot_write_elsewhere(source, tmp_path):
    with tarfile.open(source / "evil.tar", "w") as archive:
        archive.add(source / "words.txt", "../../evil.txt")
    with pytest.raises(ValueError, match="would leave the folder"):
        get_file("e.tar", uri(source, "evil.tar"), untar=True, cache_dir=tmp_path)
    assert not list(tmp_path.rglob("evil.txt"))


def test_links_in_an_archive_are_left_out(source, tmp_path):
    with tarfile.open(source / "links.tar", "w") as archive:
        link = tarfile.TarInfo("way_out")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        archive.addfile(link)
        archive.add(source / "words.txt", "way_out/words.txt")
    get_file("l.tar", uri(source, "links.tar"), untar=True, cache_dir=tmp_path / "c")
    assert not (tmp_path / "words.txt").exists()
    assert len(list((tmp_path / "c").rglob("way_out/words.txt"))) == 1
