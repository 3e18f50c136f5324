"""The folder of a search."""

import errno
import os


def make_folder(*parts) -> str:
    """Returns a path, and makes the folder if it is not there.

    Raises:
        OSError: naming the folder and what to do, if it cannot be made.
    """
    path = os.path.join(*map(str, parts))
    if os.path.isdir(path):
        return path
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise type(error)(
            error.errno,
            f"The tuner cannot write its project there ({error.strerror}). Pass "
            "another `directory` or `project_name`",
            path,
        ) from error
    return path


def check_writable(folder) -> None:
    """Raises unless files can be made in a folder.

    Raises:
        PermissionError: naming the folder and what to do.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(
            errno.EACCES,
            "The tuner cannot write its project there. Pass another `directory` or "
            "`project_name`",
            folder,
        )
