"""Names of `tf.data.experimental`."""

from ranvier.data._csv import CsvDataset, make_csv_dataset

__all__ = ["CsvDataset", "make_csv_dataset"]
