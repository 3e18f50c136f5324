"""California housing from npz and CSV files, beside Keras's own loader."""

import csv
import dataclasses
import hashlib
import importlib
import io

import keras
import numpy as np
import pytest

from ranvier.datasets import california_housing

TOTALS = california_housing._TOTALS
COLUMNS = [*TOTALS, "median_house_value", "ocean_proximity"]
# The first districts of the real file.
ROWS = [
    (-122.23, 37.88, 41, 880, 129, 322, 126, 8.3252, 452600, "NEAR BAY"),
    (-122.22, 37.86, 21, 7099, 1106, 2401, 1138, 8.3014, 358500, "NEAR BAY"),
    (-122.24, 37.85, 52, 1467, 190, 496, 177, 7.2574, 352100, "NEAR BAY"),
    (-122.25, 37.85, 52, 1274, 235, 558, 219, 5.6431, 341300, "NEAR BAY"),
]


def many_rows(count=700):
    rng = np.random.default_rng(0)
    rows = []
    for number in range(count):
        row = list(ROWS[number % len(ROWS)])
        row[2:7] = (rng.integers(1, 50), *rng.integers(100, 3000, 4))
        row[8] = 1000 + number
        rows.append(tuple(row))
    return rows


def write_csv(path, rows=ROWS, columns=COLUMNS):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def npz(x, y):
    file = io.BytesIO()
    np.savez(file, x=x, y=y)
    return file.getvalue()


def write_npz(path, rows=ROWS):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(npz(*npz_arrays(rows)))
    return path


def npz_arrays(rows):
    values = np.array([row[:9] for row in rows], np.float32)
    return values[:, :8], values[:, 8]


def all_of(result):
    """Puts train and test together again, in the order of the house values."""
    (x_train, y_train), (x_test, y_test) = result
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    order = np.argsort(y)
    return x[order], y[order]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"version": "small"},
        {"test_split": 0},
        {"test_split": 0.35, "seed": 7},
    ],
)
def test_same_as_keras(arguments, folders, monkeypatch):
    file = write_npz(folders["keras"] / "california_housing.npz", many_rows())
    reference = importlib.import_module("keras.src.datasets.california_housing")
    monkeypatch.setattr(reference, "get_file", lambda *_, **__: str(file))
    theirs = keras.datasets.california_housing.load_data(**arguments)
    ours = california_housing.load_data(**arguments)
    for our_part, their_part in zip(ours, theirs, strict=True):
        for our_array, their_array in zip(our_part, their_part, strict=True):
            assert our_array.dtype == their_array.dtype
            np.testing.assert_array_equal(our_array, their_array)


def test_csv_gives_scikit_learns_columns(tmp_path):
    file = write_csv(tmp_path / "housing.csv")
    x, y = all_of(california_housing.load_data(path=file))
    assert x.shape == (4, 8) and x.dtype == y.dtype == np.float32
    # fetch_california_housing().data[0], as scikit-learn's documentation prints it.
    first = [8.3252, 41.0, 6.98412698, 1.02380952, 322.0, 2.55555556, 37.88, -122.23]
    np.testing.assert_allclose(x[-1], first, rtol=1e-6)
    assert y.tolist() == [341300, 352100, 358500, 452600]


@pytest.mark.parametrize("features", ["totals", "averages"])
def test_both_files_agree_when_the_features_are_named(features, tmp_path):
    rows = many_rows()
    from_csv, from_npz = (
        california_housing.load_data(path=path, features=features)
        for path in (
            write_csv(tmp_path / "housing.csv", rows),
            write_npz(tmp_path / "x.npz", rows),
        )
    )
    for csv_part, npz_part in zip(from_csv, from_npz, strict=True):
        for csv_array, npz_array in zip(csv_part, npz_part, strict=True):
            assert csv_array.dtype == npz_array.dtype == np.float32
            np.testing.assert_allclose(csv_array, npz_array, rtol=1e-6)


def test_npz_that_holds_averages(tmp_path):
    csv_file = write_csv(tmp_path / "housing.csv")
    x, y = all_of(california_housing.load_data(path=csv_file))
    file = tmp_path / "averages.npz"
    file.write_bytes(npz(x, y))
    for features in (None, "averages"):
        again, _ = all_of(california_housing.load_data(path=file, features=features))
        np.testing.assert_array_equal(again, x)
    with pytest.raises(ValueError, match="features='totals' cannot be computed"):
        california_housing.load_data(path=file, features="totals")


def test_missing_bedrooms_are_usual_for_the_households(tmp_path):
    rows = [list(row) for row in ROWS]
    rows[1][4] = ""
    file = write_csv(tmp_path / "housing.csv", rows)
    x, y = all_of(california_housing.load_data(path=file, features="totals"))
    usual = np.median([129 / 126, 190 / 177, 235 / 219])
    bedrooms = dict(zip(y.tolist(), x[:, 4].tolist(), strict=True))
    assert bedrooms == {
        452600: 129,
        358500: round(usual * 1138),
        352100: 190,
        341300: 235,
    }


def test_look_up_order(folders, tmp_path):
    write_npz(folders["keras"] / "california_housing.npz")
    csv_file = write_csv(folders["ours"] / "housing.csv", ROWS[:2])
    x, _ = all_of(california_housing.load_data())
    assert len(x) == 2 and x[0, 7] == np.float32(-122.22)
    write_npz(csv_file.with_name("california_housing.npz"), ROWS[:3])
    assert len(all_of(california_housing.load_data())[0]) == 3
    home = write_csv(tmp_path / "home" / "housing.csv").parent
    assert len(all_of(california_housing.load_data(data_home=home))[0]) == 4


def test_bare_csv_name_is_looked_for(folders):
    write_csv(folders["keras"] / "mine.csv")
    assert len(all_of(california_housing.load_data(path="mine.csv"))[0]) == 4


def test_download(server, monkeypatch):
    content = npz(*npz_arrays(ROWS))
    server.files["c.npz"] = content
    remote = dataclasses.replace(
        california_housing._FILE,
        url=server.url("c.npz"),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    monkeypatch.setattr(california_housing, "_FILE", remote)
    for _ in range(2):
        x, _ = all_of(california_housing.load_data())
    assert x.shape == (4, 8)
    assert server.asked == ["c.npz"]


def test_offline_names_both_files(server, monkeypatch):
    remote = dataclasses.replace(california_housing._FILE, url=server.url("c.npz"))
    monkeypatch.setattr(california_housing, "_FILE", remote)
    with pytest.raises(
        FileNotFoundError, match=r"california_housing\.npz \(or housing\.csv\) is not"
    ):
        california_housing.load_data()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"version": "medium"}, "`version` must be 'small' or 'large'"),
        ({"test_split": 1}, "`test_split` must be 0 or more and less than 1"),
        ({"test_split": -0.1}, "`test_split` must be 0 or more and less than 1"),
        ({"features": "all"}, "`features` must be 'totals', 'averages' or None"),
    ],
)
def test_arguments_are_checked(arguments, text):
    with pytest.raises(ValueError, match=text):
        california_housing.load_data(**arguments)


def changed(column, value):
    row = list(ROWS[0])
    row[COLUMNS.index(column)] = value
    return [ROWS[1], row]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (changed("latitude", "north"), "line 3: latitude is 'north'"),
        (changed("population", ""), "line 3: population is ''"),
        (changed("households", "0"), "line 3: households is 0"),
        ([ROWS[0][:5]], "line 2: population is None"),
        ([], "it has a header but no districts"),
        ([(*ROWS[0][:4], "", *ROWS[0][5:])], "no district with total_bedrooms"),
    ],
)
def test_bad_csv_is_named(rows, reason, tmp_path):
    file = write_csv(tmp_path / "bad.csv", rows)
    with pytest.raises(ValueError) as caught:
        california_housing.load_data(path=file)
    assert "bad.csv" in str(caught.value) and reason in str(caught.value)


def test_csv_without_a_column(tmp_path):
    file = write_csv(tmp_path / "bad.csv", [ROWS[0][1:]], COLUMNS[1:])
    with pytest.raises(ValueError, match="it lacks the columns longitude"):
        california_housing.load_data(path=file)


def test_npz_of_something_else(tmp_path):
    file = tmp_path / "bad.npz"
    file.write_bytes(npz(np.zeros((4, 3)), np.zeros(4)))
    with pytest.raises(ValueError, match=r"x has the shape \(4, 3\)"):
        california_housing.load_data(path=file)
