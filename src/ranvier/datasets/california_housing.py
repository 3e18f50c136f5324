"""California housing: house values by district, from the census of 1990."""

import csv
import os
from pathlib import Path

import numpy as np

from ranvier.datasets._fetch import Remote, from_path, reading

_FILE = Remote(
    name="california_housing.npz",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
    "california_housing.npz",
    sha256="1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
)
_TARGET = "median_house_value"
_TOTALS = (
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
)
_SMALL = 600


def load_data(
    version="large",
    path="california_housing.npz",
    test_split=0.2,
    seed=113,
    *,
    features: str | None = None,
    data_home: str | os.PathLike | None = None,
):
    """Loads 20,640 districts of California with eight features each.

    The file may be Keras's `california_housing.npz` or the well-known `housing.csv`
    with a column `median_house_value`; both have the same districts in the same order,
    so the split is the same. A copy on this machine is used where there is one, of
    either kind; otherwise the `.npz` file is downloaded to ranvier's cache, once.

    The two files tell the same in two ways:

    - `"totals"`: longitude, latitude, housing_median_age, total_rooms, total_bedrooms,
      population, households, median_income. This is what the `.npz` file holds, and
      what Keras returns, though its documentation lists the other columns.
    - `"averages"`: MedInc, HouseAge, AveRooms, AveBedrms, Population, AveOccup,
      Latitude, Longitude. These are the columns of scikit-learn: rooms, bedrooms and
      occupants are numbers per household.

    Incomes are in tens of thousands of dollars. In `housing.csv` the bedrooms of 207
    districts are missing; they are taken to be the households of the district times
    the median of the known bedrooms per household.

    Args:
        version: `"large"` for all districts, `"small"` for the first 600.
        path: a path to a `.npz` or `.csv` file, or a name in the folders looked in.
        test_split: the fraction of the districts in the test set, 0 or more and
            less than 1.
        seed: the seed for shuffling the districts before they are split.
        features: `"totals"` or `"averages"`. By default what Keras returns when the
            file is the `.npz` one, and averages when it is a `.csv` file: name one to
            have the same from both.
        data_home: a folder to look in first.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: features of shape `(count, 8)` and house
        values in dollars of shape `(count,)`, `float32`.

    Raises:
        ValueError: if an argument is not one of those listed, or the file is damaged.
        FileNotFoundError: if no copy is found and the download fails.
        OSError: if the download has the wrong checksum.

    Example:
        >>> from ranvier.datasets import california_housing
        >>> (x_train, y_train), test = california_housing.load_data(
        ...     features="averages"
        ... )  # doctest: +SKIP
        >>> x_train.shape  # doctest: +SKIP
        (16512, 8)
    """
    if not 0 <= test_split < 1:
        raise ValueError(
            f"`test_split` must be 0 or more and less than 1. Received: {test_split}"
        )
    if version not in ("small", "large"):
        raise ValueError(
            f"`version` must be 'small' or 'large'. Received: version={version!r}"
        )
    if features not in (None, "totals", "averages"):
        raise ValueError(
            "`features` must be 'totals', 'averages' or None. "
            f"Received: features={features!r}"
        )
    file = from_path(path, _FILE, data_home, also=["housing.csv"])
    read = _read_csv if file.suffix.lower() == ".csv" else _read_npz
    x, y = read(file, features)
    if version == "small":
        x, y = x[:_SMALL], y[:_SMALL]

    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    cut = int(len(x) * (1 - test_split))
    train, test = order[:cut], order[cut:]
    return (x[train], y[train]), (x[test], y[test])


def _read_npz(file: Path, features: str | None) -> tuple[np.ndarray, np.ndarray]:
    with (
        reading(file, "an npz file with the arrays x and y"),
        np.load(file, allow_pickle=False) as arrays,
    ):
        x, y = arrays["x"], arrays["y"]
        if x.ndim != 2 or x.shape[1] != len(_TOTALS) or y.shape != x.shape[:1]:
            raise ValueError(f"x has the shape {x.shape}, y {y.shape}")
    if features is None or features == _features_of(x):
        return x, y
    if features == "averages" and _features_of(x) == "totals":
        return _averages(x.astype(np.float64)).astype(x.dtype), y
    raise ValueError(
        f"features={features!r} cannot be computed from the columns of {file}."
    )


def _features_of(x: np.ndarray) -> str | None:
    """Tells the columns apart by the one that is negative: west of Greenwich."""
    negative = np.flatnonzero((x < 0).all(axis=0)).tolist()
    if negative == [_TOTALS.index("longitude")]:
        return "totals"
    return "averages" if negative == [7] else None


def _read_csv(file: Path, features: str | None) -> tuple[np.ndarray, np.ndarray]:
    with (
        reading(file, "a CSV file of California's districts"),
        open(file, newline="", encoding="utf-8-sig") as lines,
    ):
        table = csv.DictReader(lines)
        missing = {*_TOTALS, _TARGET} - set(table.fieldnames or ())
        if missing:
            raise ValueError(f"it lacks the columns {', '.join(sorted(missing))}")
        rows = [_numbers(row, table.line_num) for row in table]
        if not rows:
            raise ValueError("it has a header but no districts")
        values = np.array(rows)
        totals, target = values[:, :-1], values[:, -1]
        _fill_bedrooms(totals)
    x = totals if features == "totals" else _averages(totals)
    return x.astype(np.float32), target.astype(np.float32)


def _numbers(row: dict[str, str], line: int) -> list[float]:
    numbers = []
    for name in (*_TOTALS, _TARGET):
        text = row[name]
        try:
            # Only bedrooms are missing in the file that people have.
            number = np.nan if not text and name == "total_bedrooms" else float(text)
        except (TypeError, ValueError):
            raise ValueError(f"line {line}: {name} is {text!r}") from None
        if name == "households" and not number > 0:
            raise ValueError(f"line {line}: households is {text}")
        numbers.append(number)
    return numbers


def _fill_bedrooms(totals: np.ndarray) -> None:
    """Fills in missing bedrooms by the median number per household, in place."""
    bedrooms = totals[:, _TOTALS.index("total_bedrooms")]
    households = totals[:, _TOTALS.index("households")]
    unknown = np.isnan(bedrooms)
    if unknown.all():
        raise ValueError("it has no district with total_bedrooms")
    usual = np.median(bedrooms[~unknown] / households[~unknown])
    bedrooms[unknown] = np.round(usual * households[unknown])


def _averages(totals: np.ndarray) -> np.ndarray:
    columns = dict(zip(_TOTALS, totals.T, strict=True))
    households = columns["households"]
    return np.column_stack(
        [
            columns["median_income"],
            columns["housing_median_age"],
            columns["total_rooms"] / households,
            columns["total_bedrooms"] / households,
            columns["population"],
            columns["population"] / households,
            columns["latitude"],
            columns["longitude"],
        ]
    )
