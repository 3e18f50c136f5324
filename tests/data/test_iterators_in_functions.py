"""Programs of `tf.function` that ask iterators for elements."""

import numpy as np
import pytest

import ranvier.tf as tf

Dataset = tf.data.Dataset


@tf.function
def first_of(iterator):
    return next(iterator)


def test_each_call_takes_the_next_element():
    iterator = iter(Dataset.range(2**40, 2**40 + 5))
    found = [int(first_of(iterator)) - 2**40 for _ in range(3)]
    assert found == [0, 1, 2]
    assert int(next(iterator)) == 2**40 + 3


def test_each_iterator_is_read_for_itself():
    one, other = iter(Dataset.range(5)), iter(Dataset.range(10, 15))
    found = [int(first_of(it)) for it in (one, other, one, other)]
    assert found == [0, 10, 1, 11]


def test_structures_come_whole():
    rows = {"a": [1.0, 2.0], "b": ([3.0, 4.0],)}
    iterator = iter(Dataset.from_tensor_slices(rows))

    @tf.function
    def total():
        row = iterator.get_next()
        return row["a"] + row["b"][0]

    assert [float(total()), float(total())] == [4.0, 6.0]


def test_the_end_is_an_error_of_the_call():
    iterator = iter(Dataset.range(1))
    first_of(iterator)
    with pytest.raises(tf.errors.OutOfRangeError):
        first_of(iterator)


def test_batches_of_any_size_are_read():
    iterator = iter(Dataset.range(5).batch(2))
    found = [first_of(iterator).numpy().tolist() for _ in range(3)]
    assert found == [[0, 1], [2, 3], [4]]


def test_optionals_tell_in_a_program_whether_there_is_an_element():
    @tf.function
    def following(iterator):
        optional = iterator.get_next_as_optional()
        return tf.cond(
            optional.has_value(),
            optional.get_value,
            lambda: tf.constant(-1, tf.int64),
        )

    iterator = iter(Dataset.range(2))
    assert [int(following(iterator)) for _ in range(3)] == [0, 1, -1]


def test_functions_of_python_are_told_apart():
    def function_of(number):
        def on_the_host():
            return np.int64(number)

        def function():
            return tf.numpy_function(on_the_host, [], tf.TensorSpec([], tf.int64))

        return tf.function(function)

    assert [int(function_of(2**k)()) for k in (3, 40, 41)] == [2**3, 2**40, 2**41]
