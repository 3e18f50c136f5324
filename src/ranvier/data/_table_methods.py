"""The methods of `Dataset` that read tables."""

from ranvier.data import _columnar
from ranvier.data._sources import rows_of


class Tables:
    """from_parquet, from_csv, from_dataframe."""

    @classmethod
    def from_parquet(cls, filenames, columns=None):
        """Makes a dataset of the rows of Parquet files: dictionaries of values.

        Needs `pip install 'ranvier[data]'`.

        Args:
            filenames: a name, or a list of names.
            columns: names of the columns to read; all by default.

        Raises:
            NotFoundError: if a file is missing.
            ValueError: in iteration, if a column is.

        Example:
            >>> import os, tempfile
            >>> import pyarrow as pa, pyarrow.parquet as pq
            >>> from ranvier.data import Dataset
            >>> path = os.path.join(tempfile.mkdtemp(), "a.parquet")
            >>> pq.write_table(pa.table({"x": [1, 2], "y": ["a", "b"]}), path)
            >>> [row["y"] for row in Dataset.from_parquet(path)]
            [b'a', b'b']
        """
        columns = None if columns is None else list(columns)
        return cls._of(_columnar.parquet(filenames, columns))

    @classmethod
    def from_csv(cls, filenames, columns=None, column_types=None, delimiter=","):
        """Makes a dataset of the rows of CSV files with a header line: dictionaries.

        The columns' dtypes are told by the first block of a file (int64, float64,
        bool, string). Needs `pip install 'ranvier[data]'`.

        Args:
            filenames: a name, or a list of names.
            columns: names of the columns to read; all by default.
            column_types: dictionary from name to dtype, where it should be another.
            delimiter: the character between fields.

        Raises:
            NotFoundError: if a file is missing.
            ValueError: in iteration, for rows that do not fit; it names the file.

        Example:
            >>> import os, tempfile
            >>> from ranvier.data import Dataset
            >>> path = os.path.join(tempfile.mkdtemp(), "a.csv")
            >>> with open(path, "w") as file:
            ...     _ = file.write("x,y\\n1,a\\n2,b\\n")
            >>> ds = Dataset.from_csv(path, column_types={"x": "float32"})
            >>> [(row["x"].item(), row["y"]) for row in ds]
            [(1.0, b'a'), (2.0, b'b')]
        """
        columns = None if columns is None else list(columns)
        return cls._of(_columnar.csv(filenames, columns, column_types, delimiter))

    @classmethod
    def from_dataframe(cls, dataframe):
        """Makes a dataset of the rows of a data frame: dictionaries of values.

        Args:
            dataframe: of pandas or polars, or an Arrow table. Missing strings become
                empty ones, missing numbers NaN.

        Raises:
            TypeError: for anything else, or columns of other types.

        Example:
            >>> import pandas as pd
            >>> from ranvier.data import Dataset
            >>> frame = pd.DataFrame({"x": [1.5, 2.5], "y": ["a", None]})
            >>> [(row["x"].item(), row["y"]) for row in Dataset.from_dataframe(frame)]
            [(1.5, b'a'), (2.5, b'')]
        """
        return cls._of(rows_of(_columnar.frame_columns(dataframe)))
