"""Parquet files, CSV files and data frames as datasets of rows."""

import json

import numpy as np
import pandas as pd
import pytest

from ranvier.data import Dataset

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

N = 1000
COLUMNS = {
    "int64": np.arange(N),
    "int8": (np.arange(N) % 100).astype("int8"),
    "float32": np.linspace(0, 1, N).astype("float32"),
    "float64": np.linspace(0, 1, N),
    "bool": np.arange(N) % 3 == 0,
    "string": np.array([f"word {i}" for i in range(N)], dtype=object),
}


@pytest.fixture
def folder(tmp_path):
    frame = pd.DataFrame(COLUMNS)
    frame[:600].to_parquet(tmp_path / "a.parquet", row_group_size=100)
    frame[600:].to_parquet(tmp_path / "b.parquet")
    frame[:600].to_csv(tmp_path / "a.csv", index=False)
    frame[600:].to_csv(tmp_path / "b.csv", index=False)
    return tmp_path


def values(rows, name):
    found = [row[name] for row in rows]
    return [x.decode() if isinstance(x, bytes) else x.item() for x in found]


def names(folder, kind):
    return [folder / f"a.{kind}", folder / f"b.{kind}"]


@pytest.mark.parametrize("kind", ["parquet", "frame", "arrow"])
def test_values_and_dtypes(folder, kind):
    if kind == "parquet":
        ds = Dataset.from_parquet(names(folder, "parquet"))
    elif kind == "frame":
        ds = Dataset.from_dataframe(pd.DataFrame(COLUMNS))
    else:
        ds = Dataset.from_dataframe(pa.table(COLUMNS))
    assert len(ds) == N
    rows = list(ds)
    for name, column in COLUMNS.items():
        assert values(rows, name) == column.tolist()
        assert ds.element_spec[name].dtype.name == name


def test_csv_values_and_dtypes(folder):
    ds = Dataset.from_csv(names(folder, "csv"), column_types={"float32": "float32"})
    rows = list(ds)
    for name in ("int64", "float32", "bool", "string"):
        assert values(rows, name) == COLUMNS[name].tolist()
        assert ds.element_spec[name].dtype.name == name


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_positions(folder, kind):
    read = getattr(Dataset, f"from_{kind}")

    def make():
        return read(names(folder, kind), columns=["int64"]).shuffle(50, seed=1)

    iterator = iter(make())
    for _ in range(700):
        next(iterator)
    state = json.loads(json.dumps(iterator.get_state()))
    rest = values(iterator, "int64")
    other = iter(make())
    other.set_state(state)
    assert values(other, "int64") == rest


def test_missing_values():
    frame = pd.DataFrame({"a": [1.0, None], "b": ["x", None], "c": [True, None]})
    rows = list(Dataset.from_dataframe(frame))
    assert np.isnan(rows[1]["a"]) and rows[1]["b"] == b"" and np.isnan(rows[1]["c"])
    table = pa.table({"a": [1, None], "b": ["x", None]})
    rows = list(Dataset.from_dataframe(table))
    assert np.isnan(rows[1]["a"]) and rows[1]["b"] == b""


def test_lists(tmp_path):
    table = pa.table({"even": [[1, 2], [3, 4]], "uneven": [[1.0], [2.0, 3.0]]})
    pq.write_table(table, tmp_path / "a.parquet")
    rows = list(Dataset.from_parquet(tmp_path / "a.parquet"))
    assert [row["even"].tolist() for row in rows] == [[1, 2], [3, 4]]
    assert [row["uneven"].tolist() for row in rows] == [[1.0], [2.0, 3.0]]


def test_errors(folder):
    with pytest.raises(FileNotFoundError, match=r"nothing\.parquet"):
        Dataset.from_parquet(folder / "nothing.parquet")
    with pytest.raises(ValueError, match=r"a\.parquet has no column 'nothing'"):
        next(iter(Dataset.from_parquet(folder / "a.parquet", ["nothing"])))
    (folder / "c.csv").write_text("x,y\n1,2\n3\n")
    with pytest.raises(ValueError, match=r"c\.csv.*Expected 2 columns, got 1"):
        list(Dataset.from_csv(folder / "c.csv"))
    with pytest.raises(TypeError, match="data frame"):
        Dataset.from_dataframe([1, 2])
    with pytest.raises(TypeError, match="datetime64"):
        Dataset.from_dataframe(pd.DataFrame({"t": pd.to_datetime(["2020-01-01"])}))


BAD_ROWS = {
    "a,b\n1,2\n3,x\n5,6\n": r"line 3, column 'b': .*'x'",
    'a,b\n1,"2"\n\n\n"3",x\n': r"line 5, column 'b': .*'x'",
    "a,b\n1,2\n3\n5,6\n": r"line 3: .*Expected 2 columns, got 1",
    't,b\n"two\nlines",2\nx,y\n': r"line 4, column 'b': .*'y'",
}


@pytest.mark.parametrize("text", list(BAD_ROWS))
def test_a_bad_row_names_file_line_and_column(text, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    ds = Dataset.from_csv(path, column_types={"b": "int64"})
    with pytest.raises(ValueError, match=rf"rows\.csv, {BAD_ROWS[text]}"):
        list(ds)


def test_a_column_that_changes_its_type_late(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,2\n" * 400_000 + "3,x\n")
    with pytest.raises(ValueError, match=r"rows\.csv, line 400002, column 'b'"):
        list(Dataset.from_csv(path).batch(1000))


@pytest.mark.parametrize("read", [list, len, lambda ds: ds.element_spec])
def test_a_bad_parquet_file_is_named(read, tmp_path):
    path = tmp_path / "rows.parquet"
    for content in (b"", b"no table", b"PAR1" + b"x" * 100 + b"PAR1"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"Cannot read .*rows\.parquet"):
            read(Dataset.from_parquet(path))
