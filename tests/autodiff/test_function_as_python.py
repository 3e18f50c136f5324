"""Functions that cannot be one program: they run as Python, with the same results."""

import numpy as np
import pytest

import ranvier.tf as tf


def batches():
    values = np.arange(5.0, dtype="float32")
    return tf.data.Dataset.from_tensor_slices((values, values * 10)).batch(2)


def test_next_of_an_iterator_advances_at_each_call():
    iterator = iter(batches())

    @tf.function
    def total(scale):
        x, y = next(iterator)
        return tf.reduce_sum(x) * scale, tf.size(y)

    found = [total(tf.constant(2.0)) for _ in range(3)]
    assert [(float(a), int(b)) for a, b in found] == [(2.0, 2), (10.0, 2), (8.0, 1)]
    with pytest.raises(tf.errors.OutOfRangeError):
        total(tf.constant(2.0))


def test_an_iterator_may_be_an_argument_and_be_read_in_a_loop():
    @tf.function
    def steps(iterator, count):
        total = 0.0
        for _ in tf.range(count):
            x, _ = next(iterator)
            total += tf.reduce_sum(x)
        return total

    iterator = iter(batches())
    assert float(steps(iterator, tf.constant(2))) == 6.0
    assert float(steps(iterator, tf.constant(1))) == 4.0


def test_a_function_inside_another_reads_an_iterator():
    iterator = iter(tf.data.Dataset.range(3))

    @tf.function
    def inner():
        return next(iterator)

    @tf.function
    def outer(x):
        return x + inner()

    assert [int(outer(tf.constant(10, tf.int64))) for _ in range(3)] == [10, 11, 12]


def test_a_step_with_a_tape_takes_its_batch_itself():
    weight = tf.Variable(0.0)
    iterator = iter(batches().repeat())

    @tf.function
    def step():
        x, y = next(iterator)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((weight * x - y) ** 2)
        weight.assign_sub(0.05 * tape.gradient(loss, weight))
        return loss

    losses = [float(step()) for _ in range(30)]
    assert losses[-1] < losses[0] and abs(float(weight) - 10.0) < 0.1


class Scale(tf.Module):
    def __init__(self):
        super().__init__()
        self.factor = None
        self.calls = 0

    @tf.function
    def __call__(self, x):
        self.calls += 1
        if self.factor is None:
            self.factor = tf.Variable(x * 2.0)
        return self.factor * x


def test_a_variable_begins_with_a_value_of_the_first_call():
    scale = Scale()
    assert float(scale(tf.constant(3.0))) == 18.0
    assert float(scale(tf.constant(4.0))) == 24.0
    calls = scale.calls
    assert float(scale(tf.constant(5.0))) == 30.0
    assert scale.calls == calls  # a program by now
    assert float(scale.factor) == 6.0


def test_a_variable_begins_with_random_numbers():
    class Linear(tf.Module):
        weights = None

        @tf.function
        def __call__(self, x):
            if self.weights is None:
                self.weights = tf.Variable(tf.random.normal([2, 3]))
            return x @ self.weights

    linear = Linear()
    x = tf.constant([[1.0, 2.0]])
    np.testing.assert_allclose(linear(x), linear(x), rtol=1e-6)
    np.testing.assert_allclose(linear(x), x @ linear.weights, rtol=1e-6)


def test_a_variable_at_every_call_is_refused():
    @tf.function
    def f(x):
        return tf.Variable(x) + 1.0

    f(tf.constant(1.0))
    with pytest.raises(ValueError, match="known while it is traced"):
        f(tf.constant(1.0))


def test_a_tape_around_a_loop_over_a_dataset():
    weight = tf.Variable(2.0)
    numbers = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0])

    @tf.function
    def total():
        found = 0.0
        for x in numbers:
            found += weight * x
        return found

    assert float(total()) == 12.0
    with tf.GradientTape() as tape:
        result = total()
    assert (float(result), float(tape.gradient(result, weight))) == (12.0, 6.0)


def test_a_growing_array_in_a_loop_of_unknown_length():
    @tf.function
    def evens(count):
        found = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        for i in tf.range(count):
            if i % 2 == 0:
                found = found.write(found.size(), i)
        return found.stack()

    assert evens(tf.constant(7)).numpy().tolist() == [0, 2, 4, 6]
    assert evens(tf.constant(2)).numpy().tolist() == [0]


def test_what_fails_as_python_fails():
    iterator = iter(tf.data.Dataset.range(3))

    @tf.function
    def f():
        next(iterator)
        raise KeyError("here")

    with pytest.raises(KeyError, match="here"):
        f()
