"""Files on disk: never over others unasked."""

import os


def may_write(filepath, overwrite: bool) -> bool:
    """Tells whether a file may be written, asking the user where it exists.

    Args:
        filepath: the file.
        overwrite: whether it may be replaced without asking.
    """
    if overwrite or not os.path.exists(filepath):
        return True
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"{filepath} exists already. Replace it? [y/n] ").strip().lower()
    return answer == "y"
