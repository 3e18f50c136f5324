"""The data sets: real ones where they are found, made-up ones of the same shape else.

The runner prepares each data set once and writes its arrays to files, so that a
worker reads exactly the arrays it trains on: its peak memory owes nothing to parsing.
"""

import csv
import gzip
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FASHION_FOLDERS = (
    Path("/usr/share/datasets/fashion-mnist"),  # Debian's dataset-fashion-mnist
    Path("~/.keras/datasets/fashion-mnist").expanduser(),
)
HOUSING_FILES = (ROOT / "../shared/data/housing.csv",)
HOUSING_ROWS = 20_640
HOUSING_TRAIN, HOUSING_VALID = 11_610, 3_870
FASHION_TRAIN, FASHION_VALID = 55_000, 5_000


@dataclass
class Split:
    """One part of a data set: a tuple of input arrays and one of target arrays."""

    inputs: tuple
    targets: tuple

    def __len__(self):
        return len(self.inputs[0])

    @property
    def arrays(self):
        return self.inputs + self.targets


@dataclass
class Data:
    """A data set ready to train on, and where it came from."""

    train: Split
    valid: Split
    source: str

    @property
    def nbytes(self):
        return sum(a.nbytes for a in self.train.arrays + self.valid.arrays)

    def save(self, folder):
        folder.mkdir(parents=True)
        for part in ("train", "valid"):
            split = getattr(self, part)
            for role in ("inputs", "targets"):
                for i, array in enumerate(getattr(split, role)):
                    np.save(folder / f"{part}-{role}-{i}.npy", array)
        (folder / "source").write_text(self.source)

    @classmethod
    def load(cls, folder):
        def arrays(part, role):
            return tuple(map(np.load, sorted(folder.glob(f"{part}-{role}-*.npy"))))

        def split(part):
            return Split(arrays(part, "inputs"), arrays(part, "targets"))

        return cls(split("train"), split("valid"), (folder / "source").read_text())


def prepare(name, path=None):
    """The data set called `name`, looked for at `path` (a file or folder) first."""
    path = path or os.environ.get("RANVIER_BENCH_DATA")
    return DATASETS[name](Path(path).expanduser() if path else None)


# --- California housing -------------------------------------------------------------


def housing(path):
    """Eight standardised features and the median house value, in 100,000 dollars."""
    named = [path, path / "housing.csv"] if path else []
    file = next((f for f in (*named, *HOUSING_FILES) if f.is_file()), None)
    if file is None:
        x, y = _synthetic_housing()
        source = "synthetic (no housing.csv found)"
    else:
        x, y = _read_housing(file)
        source = f"real ({file.name})"
    order = np.random.default_rng(42).permutation(len(x))
    train, valid, _ = np.split(order, [HOUSING_TRAIN, HOUSING_TRAIN + HOUSING_VALID])
    x = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
    x, y = x.astype(np.float32), y.astype(np.float32)[:, None]
    return Data(
        Split((x[train],), (y[train],)), Split((x[valid],), (y[valid],)), source
    )


def wide_deep(path):
    """Housing as two inputs (its first 5 and last 6 features) and two equal targets."""
    data = housing(path)

    def split(part):
        (x,), (y,) = part.inputs, part.targets
        wide, deep = np.ascontiguousarray(x[:, :5]), np.ascontiguousarray(x[:, 2:])
        return Split((wide, deep), (y, y.copy()))

    return Data(split(data.train), split(data.valid), data.source)


def _read_housing(file):
    """The features of scikit-learn's `fetch_california_housing`, from the raw CSV."""
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))

    def column(name):
        values = np.array([float(row[name] or "nan") for row in rows])
        return np.where(np.isnan(values), np.nanmedian(values), values)

    households = column("households")
    features = [
        column("median_income"),
        column("housing_median_age"),
        column("total_rooms") / households,
        column("total_bedrooms") / households,
        column("population"),
        column("population") / households,
        column("latitude"),
        column("longitude"),
    ]
    return np.stack(features, axis=1), column("median_house_value") / 100_000


def _synthetic_housing():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(HOUSING_ROWS, 8))
    y = 2 + 0.8 * x[:, 0] + 0.4 * np.sin(2 * x[:, 1]) + 0.3 * x[:, 2] * x[:, 3]
    return x, y + rng.normal(scale=0.3, size=HOUSING_ROWS)


# --- Fashion-MNIST ------------------------------------------------------------------


def fashion(path):
    """Images as rows of 784 numbers from 0 to 1, labels as integers."""
    folders = ((path,) if path else ()) + FASHION_FOLDERS
    name = "train-images-idx3-ubyte.gz"
    folder = next((f for f in folders if (f / name).is_file()), None)
    if folder is None:
        images, labels = _synthetic_fashion()
        source = "synthetic (dataset-fashion-mnist is not installed)"
    else:
        images = _read_idx(folder / name).reshape(-1, 784)
        labels = _read_idx(folder / "train-labels-idx1-ubyte.gz")
        source = "real (dataset-fashion-mnist)"
    x, y = images.astype(np.float32) / 255, labels.astype(np.int32)
    end = FASHION_TRAIN + FASHION_VALID
    return Data(
        Split((x[:FASHION_TRAIN],), (y[:FASHION_TRAIN],)),
        Split((x[FASHION_TRAIN:end],), (y[FASHION_TRAIN:end],)),
        source,
    )


def _read_idx(file):
    raw = gzip.decompress(file.read_bytes())
    shape = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def _synthetic_fashion():
    """Ten blurred shapes with noise: as many bytes, and something to learn."""
    rng = np.random.default_rng(0)
    labels = rng.integers(10, size=FASHION_TRAIN + FASHION_VALID, dtype=np.uint8)
    shapes = rng.integers(160, size=(10, 784), dtype=np.uint8)
    noise = rng.integers(96, size=(len(labels), 784), dtype=np.uint8)
    return shapes[labels] + noise, labels


DATASETS = {"housing": housing, "wide_deep": wide_deep, "fashion": fashion}
