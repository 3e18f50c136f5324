"""Finds a data set's files on this machine, or downloads them once.

Places looked in, in this order:

1. the folder given as `data_home`
2. `$RANVIER_DATA_HOME`
3. Keras's cache: `$KERAS_HOME/datasets`, by default `~/.keras/datasets`
4. `/usr/share/datasets`, where Debian's package dataset-fashion-mnist puts its files
5. ranvier's cache: `$XDG_CACHE_HOME/ranvier/datasets`, by default
   `~/.cache/ranvier/datasets`

Only the last one is ever written to. A file that is already there is read as it is; a
downloaded one must have the checksum known for it.
"""

import contextlib
import gzip
import hashlib
import http.client
import os
import secrets
import sys
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ranvier._version import __version__

SYSTEM_FOLDER = Path("/usr/share/datasets")
TIMEOUT_SECONDS = 30
_BLOCK = 1 << 18

_NOT_FOUND = """\
{wanted} is not on this machine and could not be downloaded.
  {reason}
To load the data without a network, put {wanted} into one of these folders:
{folders}
or into any other one, and name that with the `data_home` argument or with the
environment variable RANVIER_DATA_HOME. The public source is
{urls}"""


@dataclass(frozen=True)
class Remote:
    """A file of a public data set.

    `name` is its place below a data folder. `sha256` is the checksum of the file, or of
    what is in it when it is `zipped` and may have been compressed anew on the way.
    """

    name: str
    url: str
    sha256: str
    zipped: bool = False


def cache_folder() -> Path:
    """Returns the one folder that downloads are written to."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    return home / "ranvier" / "datasets"


def shared_folders() -> list[Path]:
    """Returns the folders that are looked in for every data set, first to last."""
    keras_home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    folders = [Path(keras_home).expanduser() / "datasets", SYSTEM_FOLDER]
    ours = os.environ.get("RANVIER_DATA_HOME")
    if ours:
        folders.insert(0, Path(ours).expanduser())
    return [*folders, cache_folder()]


def find(names: Sequence[str], data_home: str | os.PathLike | None) -> Path | None:
    """Returns the first existing file: any name in one folder, then the next folder.

    The `data_home` folder may hold the files directly as well, without the sub-folder
    that a name begins with.
    """
    places = [folder / name for folder in shared_folders() for name in names]
    if data_home is not None:
        home = Path(data_home).expanduser()
        if not home.is_dir():
            raise FileNotFoundError(
                f"`data_home` must name a folder that exists. Received: {data_home!s}"
            )
        own = [home / name for name in names] + [home / Path(n).name for n in names]
        places = own + places
    return next((place for place in places if place.is_file()), None)


def find_or_fetch(
    remotes: Sequence[Remote],
    data_home: str | os.PathLike | None = None,
    also: Sequence[str] = (),
) -> list[Path]:
    """Returns one local path for each remote file; what is missing is downloaded.

    Args:
        remotes: the files of the data set.
        data_home: a folder to look in first.
        also: other names under which a single-file data set may be found.

    Raises:
        FileNotFoundError: if a file is missing and cannot be downloaded.
        OSError: if a downloaded file has the wrong checksum.
    """
    found = [find([remote.name, *also], data_home) for remote in remotes]
    missing = [r for r, path in zip(remotes, found, strict=True) if path is None]
    for remote in missing:
        try:
            _download(remote, cache_folder() / remote.name)
        except _Failed as error:
            raise FileNotFoundError(
                _not_found(missing, data_home, also, str(error))
            ) from error.__cause__
    return [
        path or cache_folder() / remote.name
        for remote, path in zip(remotes, found, strict=True)
    ]


def from_path(
    path: str | os.PathLike,
    remote: Remote,
    data_home: str | os.PathLike | None = None,
    also: Sequence[str] = (),
) -> Path:
    """Returns the file that Keras's `path` argument stands for.

    A path to a file is that file. A bare name is, as in Keras, a name in the cache: it
    is looked for in the usual folders, and the download is stored under it.
    """
    wanted = Path(path).expanduser()
    is_default = str(wanted) == remote.name
    if wanted.is_file() and not is_default:
        return wanted
    if wanted.name != str(wanted):
        raise FileNotFoundError(f"`path` names no file. Received: path={path!s}")
    if wanted.suffix != Path(remote.name).suffix:
        found = find([wanted.name], data_home)
        if found is None:
            raise FileNotFoundError(
                f"`path` names a file that is neither in the current folder nor in "
                f"one of these:\n{_listed(data_home)}\nReceived: path={path!s}"
            )
        return found
    renamed = replace(remote, name=wanted.name)
    return find_or_fetch([renamed], data_home, also if is_default else ())[0]


@contextlib.contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Turns whatever a broken file raises into one error that names the file."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # The system's own words, such as "Permission denied", say it best.
        raise ValueError(
            f"{path} is not {kind}, or it is damaged ({error}). Replace it, or delete "
            "it to have the public file downloaded."
        ) from error


class _Failed(Exception):
    """A download did not arrive; the message says why."""


def _download(remote: Remote, target: Path) -> None:
    """Writes the file in one step: whoever looks sees all of it or nothing."""
    part = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _receive(remote.url, part)
        except (OSError, http.client.HTTPException) as error:
            raise _Failed(f"{remote.url}: {error}") from error
        _check(remote, part)
        os.replace(part, target)
        _sync_folder(target.parent)
    finally:
        with contextlib.suppress(OSError):  # It is there only when something failed.
            part.unlink()


def _receive(url: str, part: Path) -> None:
    request = urllib.request.Request(
        url, headers={"User-Agent": f"ranvier/{__version__}"}
    )
    with (
        urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer,
        open(part, "xb") as file,
    ):
        length = answer.headers.get("Content-Length")
        total = int(length) if length else None
        with _progress(url, total) as advance:
            while block := answer.read(_BLOCK):
                file.write(block)
                advance(len(block))
        if total is not None and file.tell() != total:
            raise ConnectionError(
                f"the connection ended after {file.tell():,} of {total:,} bytes"
            )
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _progress(url: str, total: int | None):
    """Shows a bar on a terminal, one line elsewhere; stdout stays untouched."""
    if not sys.stderr.isatty():
        size = f" ({total:,} bytes)" if total else ""
        print(f"Downloading {url}{size}", file=sys.stderr, flush=True)
        yield lambda count: None
        return

    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"Downloading {url.rpartition('/')[2]}", total=total)
        yield lambda count: bar.advance(task, count)


def _check(remote: Remote, part: Path) -> None:
    opener = gzip.open if remote.zipped else open
    try:
        with opener(part, "rb") as file:
            got = hashlib.file_digest(file, "sha256").hexdigest()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        got = f"nothing that can be unpacked ({error})"
    if got != remote.sha256:
        raise OSError(
            f"{remote.url} sent other data than expected, so it was not kept. Try "
            "again, or get the file elsewhere and name its folder with the `data_home` "
            f"argument.\n  expected sha256 {remote.sha256}\n  received {got}"
        )


def _sync_folder(folder: Path) -> None:
    """Makes the new name survive a power cut, where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_found(
    missing: Sequence[Remote],
    data_home: str | os.PathLike | None,
    also: Sequence[str],
    reason: str,
) -> str:
    wanted = ", ".join(remote.name for remote in missing)
    if also:
        wanted += f" (or {', '.join(also)})"
    urls = "\n".join(f"  {remote.url}" for remote in missing)
    return _NOT_FOUND.format(
        wanted=wanted, reason=reason, folders=_listed(data_home), urls=urls
    )


def _listed(data_home: str | os.PathLike | None) -> str:
    folders = shared_folders()
    if data_home is not None:
        folders.insert(0, Path(data_home).expanduser())
    return "\n".join(f"  {folder}" for folder in folders)
