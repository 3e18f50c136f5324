"""Functions with tensors of sizes that only a call knows, and loops that grow."""

import numpy as np
import pytest

import ranvier.tf as tf


def asked(x, n):
    """Returns expressions whose shapes depend on numbers."""
    return {
        "slice": lambda: x[n : n + 2],
        "head": lambda: x[:n],
        "steps": lambda: x[::n],
        "tf.slice": lambda: tf.slice(x, [n], [2]),
        "zeros": lambda: tf.zeros([n]),
        "fill": lambda: tf.fill([n, 2], 7),
        "range": lambda: tf.range(n),
        "range, computed with": lambda: 1 + tf.range(n) ** 2,
        "range, an argument": lambda: tf.gather(x, tf.range(n)),
        "reshape": lambda: tf.reshape(x, [n, -1]),
        "tile": lambda: tf.tile(x, [n]),
        "repeat": lambda: tf.repeat(x, n),
        "boolean_mask": lambda: tf.boolean_mask(x, x > 0),
        "mask": lambda: x[x > 0],
        "where": lambda: tf.where(x > 0),
        "unique": lambda: tf.unique(x)[0],
        "one_hot": lambda: tf.one_hot(x, n),
        "linspace": lambda: tf.linspace(0.0, 1.0, n),
        "eye": lambda: tf.eye(n),
        "pad": lambda: tf.pad(x, [[n, 0]]),
        "split": lambda: tf.split(x, [n, 6 - n])[0],
        "top_k": lambda: tf.math.top_k(x, n)[0],
        "roll": lambda: tf.roll(x, n, 0),
        "sequence_mask": lambda: tf.sequence_mask([1, 2], n),
        "broadcast_to": lambda: tf.broadcast_to(x, [n, 6]),
        "bincount": lambda: tf.math.bincount(x),
        "segments": lambda: tf.math.unsorted_segment_sum(x, x, n * 3),
        "branches": lambda: tf.cond(n > 1, lambda: x[:2], lambda: x),
        "strings": lambda: tf.strings.as_string(n),
        "sets": lambda: tf.sets.size(tf.sets.union(x[None], x[None])),
        "ragged": lambda: tf.RaggedTensor.from_row_lengths(x, [n, 6 - n]).to_tensor(),
    }


X = tf.constant([3, 0, 2, 0, 5, 1])


@pytest.mark.parametrize("name", list(asked(X, 2)))
def test_results_are_those_of_eager_code(name):
    function = tf.function(lambda x, n: asked(x, n)[name](), autograph=False)
    for n in (tf.constant(2), tf.constant(3)):
        expected, found = asked(X, n)[name](), function(X, n)
        assert found.dtype == expected.dtype
        assert np.array_equal(found.numpy(), expected.numpy())


def test_functions_within_functions():
    head = tf.function(lambda x, n: x[:n])

    @tf.function
    def total(x, n):
        return tf.reduce_sum(head(x, n))

    assert [int(total(X, tf.constant(n))) for n in (1, 3)] == [3, 5]


def test_gradients_through_them():
    @tf.function
    def total(x, n):
        return tf.reduce_sum(x[:n] ** 2)

    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = total(x, tf.constant(2))
    assert tape.gradient(y, x).numpy().tolist() == [2.0, 4.0, 0.0]


def test_an_array_whose_size_is_an_argument():
    @tf.function
    def powers(n):
        array = tf.TensorArray(tf.float32, size=n, clear_after_read=False)
        array = array.write(0, 1.0)
        for i in tf.range(1, n):
            array = array.write(i, array.read(i - 1) * 2.0)
        return array.stack()

    assert powers(tf.constant(4)).numpy().tolist() == [1.0, 2.0, 4.0, 8.0]


def test_loops_whose_variables_grow():
    @tf.function
    def rows(n):
        return tf.while_loop(
            lambda i, x: i < n,
            lambda i, x: (i + 1, tf.concat([x, [[1.0, 2.0]]], 0)),
            [tf.constant(0), tf.zeros([0, 2])],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2])],
        )[1]

    assert rows(tf.constant(2)).numpy().tolist() == [[1.0, 2.0]] * 2

    @tf.function
    def collected(x):
        out = tf.constant([], tf.int32)
        for value in x:
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(out, tf.TensorShape([None]))]
            )
            out = tf.concat([out, [value, value]], 0)
        return out

    assert collected(tf.constant([1, 2])).numpy().tolist() == [1, 1, 2, 2]


def test_no_concrete_function_of_them():
    function = tf.function(lambda x, n: x[:n])
    with pytest.raises(ValueError, match="call it instead"):
        function.get_concrete_function(X, tf.TensorSpec([], tf.int32))
    assert function(X, tf.constant(1)).numpy().tolist() == [3]


def test_numbers_that_python_asks_for_stay_errors():
    for look in (lambda x: x.numpy(), int, float):
        with pytest.raises(TypeError, match="no value to look at"):
            tf.function(lambda x, look=look: look(x), autograph=False)(tf.constant(1.0))


RAGGED = tf.ragged.constant([[1, 2], [3], []], dtype=tf.int32)
ROWS = tf.RaggedTensorSpec([None], tf.int32)


@pytest.mark.parametrize(
    "function, elements, signature, expected",
    [
        (tf.range, tf.constant([1, 2, 3]), ROWS, [[0], [0, 1], [0, 1, 2]]),
        (lambda row: row + 1, RAGGED, ROWS, [[2, 3], [4], []]),
        (tf.reduce_sum, RAGGED, tf.int32, [3, 3, 0]),
        (lambda n: tf.fill([2], n), tf.constant([1, 2]), ROWS, [[1, 1], [2, 2]]),
        (lambda p: p[0] + p[1], (RAGGED, X[:3]), ROWS, [[4, 5], [3], []]),
    ],
)
def test_rows_of_different_lengths_are_mapped(function, elements, signature, expected):
    found = tf.map_fn(function, elements, fn_output_signature=signature)
    rows = found.to_list() if hasattr(found, "to_list") else found.numpy().tolist()
    assert rows == expected
    inside = tf.function(
        lambda x: tf.map_fn(function, x, fn_output_signature=signature), autograph=False
    )
    if elements is not RAGGED and not isinstance(elements, tuple):
        assert inside(elements).to_list() == expected


class TestForwardAccumulator:
    def test_derivatives_along_a_direction(self):
        x, direction = tf.constant([1.0, 2.0]), tf.constant([1.0, 3.0])
        with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
            y = x**2 * tf.reduce_sum(x)
            z = tf.sin(x[0])
        # d(x_i^2 s) = 2 x_i s t_i + x_i^2 sum(t)
        assert np.allclose(accumulator.jvp(y), [2 * 3 * 1 + 4, 2 * 2 * 3 * 3 + 4 * 4])
        first, second = accumulator.jvp([y, z])
        assert np.allclose(second, np.cos(1.0))
        assert first.shape == (2,)

    def test_variables_and_structures(self):
        v, w = tf.Variable(3.0), tf.Variable(2.0)
        with tf.autodiff.ForwardAccumulator(
            [v, w], [tf.constant(1.0), tf.constant(2.0)]
        ) as accumulator:
            y = v * v * w
        assert float(accumulator.jvp(y)) == 2 * 3 * 2 * 1 + 9 * 2

    def test_what_does_not_depend_on_the_values(self):
        x = tf.constant(1.0)
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
            y = tf.constant(2.0) * 3.0
        assert accumulator.jvp(y) is None
        assert float(accumulator.jvp(y, unconnected_gradients="zero")) == 0.0

    def test_gradients_of_them(self):
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
                y = x**3
            slope = accumulator.jvp(y)
        assert float(tape.gradient(slope, x)) == 12.0

    def test_tangents_have_the_shapes_of_primals(self):
        with pytest.raises(ValueError, match="shape of its primal"):
            tf.autodiff.ForwardAccumulator(tf.constant([1.0]), tf.constant(1.0))


def test_variables_are_named_after_scopes():
    class Net(tf.Module):
        def __init__(self):
            super().__init__(name="net")
            self.w = None
            with self.name_scope:
                self.b = tf.Variable(1.0, name="b")

        @tf.Module.with_name_scope
        def __call__(self, x):
            if self.w is None:
                self.w = tf.Variable(tf.ones([2]), name="w")
            return x * self.w + self.b

    net = Net()
    assert net(tf.constant([1.0, 2.0])).numpy().tolist() == [2.0, 3.0]
    assert [v.name for v in net.variables] == ["net/b:0", "net/w:0"]
    with tf.name_scope("a/b"):
        assert tf.Variable(1).name == "a/b/Variable:0"
