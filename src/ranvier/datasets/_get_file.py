"""`utils.get_file`: a file from elsewhere, downloaded once, unpacked if asked for."""

import contextlib
import hashlib
import http.client
import os
import secrets
import shutil
import tarfile
import tempfile
import urllib.parse
import warnings
import zipfile
from pathlib import Path

from ranvier.datasets._fetch import _receive


def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    force_download=False,
):
    """Returns the path of a file, downloading it if it is not in the cache yet.

    Args:
        fname: name of the file in the cache; by default the last part of `origin`.
        origin: where the file comes from, a URL.
        untar: older spelling of `extract` for tar archives.
        md5_hash: older spelling of `file_hash` for MD5 checksums.
        file_hash: expected checksum, in hexadecimal.
        cache_subdir: folder below `cache_dir`.
        hash_algorithm: `"md5"`, `"sha256"`, or `"auto"`: by the length of `file_hash`.
        extract: whether to unpack an archive; the folder's path is returned then.
        archive_format: `"tar"`, `"zip"`, a list of them, `"auto"` for both, or None.
        cache_dir: the cache; by default `$KERAS_HOME`, or `~/.keras`.
        force_download: whether to download what is there already.

    Returns:
        The path as a string: of the file, or of the folder it was unpacked to.

    Raises:
        ValueError: without `origin`, for a path as `fname`, and for a wrong checksum.
        OSError: if the file cannot be downloaded.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "words.txt").write_text("one two")
        >>> path = get_file("copy.txt", (folder / "words.txt").as_uri(),
        ...                 cache_dir=folder)
        >>> pathlib.Path(path).read_text()
        'one two'
    """
    if origin is None:
        raise ValueError(
            'Please specify the "origin" argument: the URL of the file to download.'
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = _cache(cache_dir) / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    name = _name(fname, origin)
    target, unpacked = folder / name, None
    if extract or untar:
        stem = name.partition(".")[0]
        has_suffix = bool(fname) and "." in name
        target = folder / (name if has_suffix else f"{name}_archive")
        unpacked = folder / (f"{stem}_extracted" if has_suffix else name)
    known = target.is_file() and _matches(target, file_hash, hash_algorithm)
    if force_download or not known:
        _download(origin, target)
        if not _matches(target, file_hash, hash_algorithm):
            target.unlink()
            raise ValueError(
                f"Incomplete or corrupted file detected: the {hash_algorithm} file "
                f"hash of {origin} does not match the provided value of {file_hash}."
            )
    if unpacked is None:
        return str(target)
    if not _unpack(target, unpacked, "tar" if untar else archive_format):
        warnings.warn(f"Could not extract archive {target}.", stacklevel=2)
    return str(unpacked)


def _cache(cache_dir):
    if cache_dir is None:
        cache_dir = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    path = Path(cache_dir).expanduser()
    with contextlib.suppress(OSError):
        path.mkdir(parents=True, exist_ok=True)
    return path if os.access(path, os.W_OK) else Path(tempfile.gettempdir(), ".keras")


def _name(fname, origin):
    if not fname:
        name = os.path.basename(urllib.parse.urlsplit(origin).path)
        if not name:
            raise ValueError(
                f"Can't parse the file name from the origin provided: '{origin}'. "
                "Please specify the `fname` argument."
            )
        return name
    name = os.fspath(fname)
    if os.sep in name:
        raise ValueError(
            "Paths are no longer accepted as the `fname` argument: name the folder "
            f"with `cache_dir` and `cache_subdir`. Received: fname={name}"
        )
    return name


def _download(origin, target):
    """Writes the file in one step: whoever looks sees all of it or nothing."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        _receive(origin, part)
        os.replace(part, target)
    except (OSError, http.client.HTTPException) as error:
        raise OSError(f"URL fetch failure on {origin}: {error}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _matches(path, expected, algorithm):
    if expected is None:
        return True
    if algorithm == "auto":
        algorithm = "sha256" if len(expected) == 64 else "md5"
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == str(expected).lower()


def _unpack(path, folder, archive_format):
    """Unpacks an archive; tells whether it was one."""
    formats = ("tar", "zip") if archive_format == "auto" else archive_format or ()
    for kind in (formats,) if isinstance(formats, str) else formats:
        if kind == "tar" and tarfile.is_tarfile(path):
            with tarfile.open(path) as archive:
                _unpack_members(
                    folder,
                    ((m.name, archive.extractfile(m)) for m in archive if m.isfile()),
                )
            return True
        if kind == "zip" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _unpack_members(
                    folder,
                    (
                        (m.filename, archive.open(m))
                        for m in archive.infolist()
                        if not m.is_dir()
                    ),
                )
            return True
    return False


def _unpack_members(folder, members):
    """Writes regular files, each where its name says inside of a folder.

    Links, devices and permissions are left out, so that no member can lead the next
    one elsewhere.

    Args:
        folder: the folder; made if it is missing.
        members: pairs of a name and an open file.

    Raises:
        ValueError: for a name that leaves the folder. Nothing of it is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root = folder.resolve()
    for name, source in members:
        target = (root / name).resolve()
        if not target.is_relative_to(root) or target == root:
            raise ValueError(
                f"A member of the archive would leave the folder '{folder}': {name!r}"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, open(target, "wb") as file:
            shutil.copyfileobj(source, file)
