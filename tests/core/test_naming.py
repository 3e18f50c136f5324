"""Name scopes, and the arguments of small functions that Keras's code names."""

import pytest

import ranvier as rv
from ranvier.core._naming import current_path


def test_a_scope_of_one_caller_and_name_counts_once():
    caller = object()
    with rv.name_scope("a", caller=caller), rv.name_scope("a", caller=caller):
        assert current_path() == "a"
        with rv.name_scope("b", caller=caller):
            assert current_path() == "a/b"
    with (
        rv.name_scope("a", caller=caller),
        rv.name_scope("a", caller=caller, deduplicate=False),
    ):
        assert current_path() == "a/a"
    assert current_path() == ""


def test_a_scope_may_stand_elsewhere():
    with rv.name_scope("a"), rv.name_scope("c", override_parent="x/y"):
        assert rv.Variable(0.0, name="v").path == "x/y/c/v"
        with rv.name_scope("d"):
            assert current_path() == "x/y/c/d"
    with rv.name_scope("a"), rv.name_scope("c", override_parent=""):
        assert current_path() == "c"


def test_settings_by_name():
    rv.config.set_backend(backend="jax")
    rv.config.set_max_epochs(max_epochs=2)
    rv.config.set_max_steps_per_epoch(max_steps_per_epoch=3)
    try:
        assert rv.config.max_epochs() == 2
        assert rv.config.max_steps_per_epoch() == 3
    finally:
        rv.config.set_max_epochs(None)
        rv.config.set_max_steps_per_epoch(None)


def test_what_is_refused():
    with pytest.raises(ValueError, match="must be a string"):
        rv.name_scope("a/b")
    with pytest.raises(ValueError, match="Unrecognized keyword"):
        rv.random.SeedGenerator(1, seeds=2)
    with pytest.raises(ValueError, match="sparse=True.*ragged=True"):
        rv.KerasTensor((2,), sparse=True, ragged=True)
    with pytest.raises(TypeError, match="unknown"):
        rv.KerasTensor((2,), unknown=1)


def test_ragged_symbolic_tensors_keep_what_they_are_told():
    x = rv.KerasTensor((2, None), ragged=True, ragged_rank=1, row_splits_dtype="int32")
    assert (x.ragged_rank, x.row_splits_dtype) == (1, "int32")
    assert rv.KerasTensor((2,)).ragged_rank is None
