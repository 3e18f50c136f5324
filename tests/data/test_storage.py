"""What is saved comes back: values of all kinds, and their specs."""

import numpy as np
import pytest

from ranvier.data import Dataset
from ranvier.tensors import SparseTensor, ragged_constant

RAGGED = ragged_constant([[[1], []], [[2, 3]]])
SPARSE = SparseTensor([[0, 1], [2, 0]], ["a", "b"], [3, 4])

DATASETS = {
    "a ragged value": lambda: Dataset.from_tensors(RAGGED),
    "ragged rows": lambda: Dataset.from_tensor_slices(RAGGED),
    "ragged strings": lambda: Dataset.from_tensor_slices(
        ragged_constant([["a"], ["b", "cd"]])
    ).batch(2),
    "a sparse value": lambda: Dataset.from_tensors(SPARSE),
    "sparse rows": lambda: Dataset.from_tensor_slices(SPARSE),
    "a mixture": lambda: Dataset.from_tensor_slices(
        (RAGGED, {"b": ["x", "y"], "a": [1.0, 2.0]})
    ),
    "nothing": lambda: Dataset.range(0),
    "None": lambda: Dataset.range(3).map(lambda x: (x, None)),
    "batches": lambda: Dataset.range(5).batch(2),
    "other shapes": lambda: Dataset.range(4).map(lambda n: np.full(int(n), n)),
    "ragged batches": lambda: (
        Dataset.range(4).map(lambda n: np.full(int(n), n)).ragged_batch(2)
    ),
    "strings": lambda: Dataset.from_tensor_slices([["a", ""], ["é", "b"]]),
}


def texts(ds):
    return [str(element) for element in ds]


@pytest.mark.parametrize("name", list(DATASETS))
@pytest.mark.parametrize("compression", [None, "GZIP"])
def test_save_and_load(name, compression, tmp_path):
    ds = DATASETS[name]()
    ds.save(str(tmp_path / "kept"), compression=compression)
    loaded = Dataset.load(str(tmp_path / "kept"))
    assert loaded.element_spec == ds.element_spec
    assert len(loaded) == len(list(ds))
    assert texts(loaded) == texts(ds)


@pytest.mark.parametrize("kind", ["cache", "snapshot"])
@pytest.mark.parametrize("name", list(DATASETS))
def test_files_of_caches(name, kind, tmp_path):
    ds = DATASETS[name]()
    kept = getattr(ds, kind)(str(tmp_path / "kept"))
    assert kept.element_spec == ds.element_spec
    assert texts(kept) == texts(kept) == texts(ds)


def test_datasets_cannot_be_saved(tmp_path):
    with pytest.raises(TypeError, match="cannot be written"):
        Dataset.range(4).window(2).save(str(tmp_path / "kept"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 1}', "null"])
def test_a_damaged_folder_is_named(text, tmp_path):
    Dataset.range(4).save(str(tmp_path / "kept"))
    (tmp_path / "kept" / "dataset.json").write_text(text)
    with pytest.raises(ValueError, match=r"Cannot read .*dataset\.json"):
        Dataset.load(str(tmp_path / "kept"))


def test_a_damaged_block_is_named(tmp_path):
    Dataset.range(4).save(str(tmp_path / "kept"))
    (tmp_path / "kept" / "0.npz").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match=r"Cannot read .*0\.npz"):
        list(Dataset.load(str(tmp_path / "kept")))
