"""Where a CSV file that pyarrow cannot read is at fault."""

import csv
import os
import re


def located(error, path, delimiter, opened):
    """Returns the error of a file that tells line and column as well.

    pyarrow tells the number of a row only where it reads on one thread, and leaves
    out empty lines. So the file is read once more.

    Args:
        error: what came when the file was read.
        path: the file.
        delimiter: the character between fields.
        opened: function of the path and whether to use threads that opens it.
    """
    try:
        with opened(path, threads=False) as file:
            for _ in file:
                pass
    except Exception as found:
        text = str(found)
        row = re.search(r"Row #(\d+): ", text)
        if row is None:
            return error
        column = re.search(r"In CSV column #(\d+): ", text)
        line, header = _find(path, int(row[1]))
        place = f"{os.fspath(path)}, line {line}"
        for part in filter(None, (row, column)):
            text = text.replace(part[0], "")
        if column is not None:
            place += f", column {_name(header, delimiter, int(column[1]))!r}"
        return type(error)(f"{place}: {text}")
    return error


def _name(header, delimiter, number):
    """Returns the name of a column; its number if the header cannot be read."""
    try:
        return next(csv.reader([header], delimiter=delimiter))[number]
    except (csv.Error, IndexError):
        return number


def _find(path, number):
    """Returns on which line a row begins, and the text of the first row.

    Args:
        path: the file.
        number: of the row, from 1; empty lines are none.
    """
    from ranvier.data._files import LineReader  # which knows datasets, and they tables

    reader, line, header = LineReader(path, quoted=True), 1, None
    while rows := reader.read_block(1):
        if rows[0]:
            header = rows[0].decode(errors="replace") if header is None else header
            number -= 1
            if not number:
                break
        line += 1 + rows[0].count(b"\n")
    return line, header
