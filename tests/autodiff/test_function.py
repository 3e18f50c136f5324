"""`tf.function`: when the Python code runs, and what the program computes."""

import numpy as np
import pytest

import ranvier.tf as tf


def close(tensor, value):
    np.testing.assert_allclose(np.array(tensor), value, rtol=1e-5, atol=1e-6)


# When the Python code runs.


def test_once_for_each_dtype_shape_and_python_value():
    runs = []

    @tf.function
    def cube(x):
        runs.append(x)
        return x**3

    close(cube(tf.constant(2.0)), 8.0)
    close(cube(tf.constant(3.0)), 27.0)
    assert len(runs) == 1
    close(cube(tf.constant([1.0, 2.0])), [1.0, 8.0])
    close(cube(tf.constant(2)), 8)
    assert len(runs) == 3
    assert cube(2).dtype == tf.int32
    cube(3)
    cube(2)
    assert runs[3:] == [2, 3]
    close(cube(np.array([1.0, 2.0])), [1.0, 8.0])
    assert cube(np.array([1.0, 2.0])).dtype == tf.float64
    assert cube.experimental_get_tracing_count() == 6


def test_one_and_true_and_a_float_are_different_values():
    kinds = []

    @tf.function
    def f(x):
        kinds.append(type(x))
        return x

    for value in (1, 1.0, True, "a", None, 1):
        f(value)
    assert kinds == [int, float, bool, str, type(None)]


def test_defaults_and_keywords_are_one_signature():
    @tf.function
    def f(x, y=2, *rest, z=3, **more):
        return x + y + z + sum(rest) + sum(more.values())

    x = tf.constant(1)
    assert [int(f(x)), int(f(x, 2)), int(f(x=x, y=2)), int(f(x, z=3))] == [6] * 4
    assert f.experimental_get_tracing_count() == 1
    assert int(f(x, 2, 3, z=4, w=5)) == 15


def test_arguments_that_do_not_fit():
    @tf.function
    def f(x):
        return x

    for args, kwargs in (((), {}), ((1, 2), {}), ((), {"y": 1})):
        with pytest.raises(TypeError, match=r"Binding inputs to tf\.function failed"):
            f(*args, **kwargs)


def test_structures_of_arguments_and_results():
    @tf.function
    def f(pair, table):
        a, [b, c] = pair
        return {"sum": a + b, "same": (c, None, [table["k"] * 2])}

    result = f((tf.constant(1.0), [tf.constant(2.0), 5]), {"k": tf.constant([3.0])})
    close(result["sum"], 3.0)
    close(result["same"][0], 5)
    assert result["same"][1] is None
    close(result["same"][2][0], [6.0])


@pytest.mark.parametrize("value", [object(), {1, 2}])
def test_a_result_that_is_no_tensor(value):
    @tf.function
    def f():
        return value

    with pytest.raises(TypeError, match="returns tensors"):
        f()


# Variables.


def test_variables_are_read_and_written_at_each_call():
    counter = tf.Variable(0.0)

    @tf.function
    def increment(by=1):
        return counter.assign_add(by)

    assert [float(increment()) for _ in range(3)] == [1.0, 2.0, 3.0]
    counter.assign(10.0)
    close(increment(2.0), 12.0)
    assert counter.numpy() == 12.0


def test_a_variable_that_is_passed_is_the_one_that_changes():
    @tf.function
    def add(variable, value):
        variable.assign_add(value)

    a, b = tf.Variable(1.0), tf.Variable(2.0)
    one = tf.constant(1.0)
    assert add(a, one) is None
    add(b, one)
    add(b, one)
    assert (a.numpy(), b.numpy()) == (2.0, 4.0)
    assert add.experimental_get_tracing_count() == 1


def test_a_variable_is_made_once():
    runs = []

    class Counter:
        def __init__(self):
            self.count = None

        @tf.function
        def __call__(self):
            runs.append(1)
            if self.count is None:
                self.count = tf.Variable(0)
            return self.count.assign_add(1)

    counter = Counter()
    assert [int(counter()) for _ in range(3)] == [1, 2, 3]
    assert len(runs) == 2  # as in TensorFlow: again, without making any

    @tf.function
    def each_time(x):
        return tf.Variable(1.0) + x

    with pytest.raises(ValueError, match="singleton tf.Variables"):
        each_time(1.0)


def test_methods_belong_to_their_objects():
    class Line:
        def __init__(self, slope):
            self.slope = tf.Variable(slope)
            self.runs = 0

        @tf.function
        def at(self, x):
            self.runs += 1
            return self.slope * x

    a, b = Line(2.0), Line(3.0)
    close(a.at(tf.constant(5.0)), 10.0)
    close(a.at(tf.constant(6.0)), 12.0)
    close(b.at(tf.constant(5.0)), 15.0)
    assert (a.runs, b.runs) == (1, 1)
    assert a.at is a.at


# Random numbers.


def test_random_numbers_are_drawn_anew_and_follow_the_seed():
    @tf.function
    def draw():
        return tf.random.normal((3,))

    tf.random.set_seed(1)
    first = [np.array(draw()) for _ in range(3)]
    assert not np.allclose(first[0], first[1])
    tf.random.set_seed(1)
    again = [np.array(draw()) for _ in range(3)]
    np.testing.assert_array_equal(first, again)
    assert draw.experimental_get_tracing_count() == 1


# Control flow.


def test_branches():
    @tf.function
    def f(x):
        if x > 0:
            return x * 2
        elif x < -10:
            return x
        else:
            return -x

    assert [float(f(tf.constant(v))) for v in (3.0, -3.0, -20.0)] == [6.0, 3.0, -20.0]
    assert f.experimental_get_tracing_count() == 1


def test_loops_with_break_and_continue():
    @tf.function
    def f(n):
        total = 0
        for i in tf.range(n):
            if i == 3:
                continue
            if i > 7:
                break
            total += i
        return total

    assert [int(f(tf.constant(n))) for n in (0, 2, 5, 20)] == [0, 1, 7, 25]


def test_a_while_loop_writes_variables():
    steps = tf.Variable(0)

    @tf.function
    def f(x):
        while tf.reduce_sum(x) < 100.0:
            x = x * 2
            steps.assign_add(1)
        return x

    close(f(tf.constant([1.0, 2.0])), [64.0, 128.0])
    assert steps.numpy() == 6


def test_gradients_through_loops():
    x = tf.constant(2.0)

    @tf.function
    def power(x, n):
        y = tf.constant(1.0)
        for _ in tf.range(n):
            y = y * x
        return y

    for n in (0, 1, 5, 150):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = power(x, tf.constant(n)) if n < 100 else power(x / 2, tf.constant(n))
        expected = n * 2.0 ** (n - 1) if n < 100 else n / 2
        close(tape.gradient(y, x) or 0.0, expected)


def test_lists_grow_in_loops_over_a_known_number_of_elements():
    @tf.function
    def f(n):
        found = []
        for i in tf.range(4):
            found.append(i * n)
        return found

    assert [int(x) for x in f(tf.constant(3))] == [0, 3, 6, 9]


def test_misfits_name_the_variable():
    @tf.function
    def undefined(x):
        if x > 0:
            y = x * 2
        return y

    @tf.function
    def dtype(x):
        if x > 0:
            y = x * 2
        else:
            y = tf.constant(1)
        return y

    @tf.function
    def shape(x):
        while tf.reduce_sum(x) < 10.0:
            x = tf.concat([x, x], 0)
        return x

    with pytest.raises(ValueError, match="'y' must also be initialized in the else"):
        undefined(tf.constant(1.0))
    with pytest.raises(TypeError, match="'y' has dtype float32 in the main branch"):
        dtype(tf.constant(1.0))
    with pytest.raises(ValueError, match=r"'x' has shape \(1,\) before the loop"):
        shape(tf.constant([1.0]))


def test_asserts_are_checked_at_each_call():
    @tf.function
    def root(x):
        assert x >= 0, "no root of a negative number"
        return tf.sqrt(x)

    close(root(tf.constant(4.0)), 2.0)
    with pytest.raises(AssertionError, match="no root"):
        root(tf.constant(-4.0))


# Training.


def test_a_training_step():
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1)]
    )
    optimizer = tf.keras.optimizers.SGD(0.05)
    loss_of = tf.keras.losses.MeanSquaredError()
    mean = tf.keras.metrics.Mean()
    runs = []

    @tf.function
    def step(x, y):
        runs.append(1)
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(
            zip(gradients, model.trainable_variables, strict=True)
        )
        mean.update_state(loss)
        return loss

    x = np.random.default_rng(0).random((32, 3)).astype("float32")
    y = x.sum(1, keepdims=True)
    losses = [float(step(x, y)) for _ in range(20)]
    assert losses[-1] < losses[0] / 3
    assert len(runs) == 1
    assert int(optimizer.iterations) == 20
    close(mean.result(), np.mean(losses))


# Seeds of operations.


def draws(count, seed):
    return [float(tf.random.uniform([], seed=seed)) for _ in range(count)]


def test_an_operation_with_a_seed_draws_a_sequence():
    tf.random.set_seed(5)
    first = draws(3, 7)
    assert len(set(first)) == 3
    tf.random.set_seed(5)
    assert draws(3, 7) == first
    tf.random.set_seed(6)
    assert draws(3, 7) != first


def test_operations_of_functions_have_sequences_of_their_own():
    @tf.function
    def pair():
        return tf.random.uniform([], seed=1), tf.random.uniform([], seed=1)

    @tf.function
    def one():
        return tf.random.uniform([], seed=1)

    tf.random.set_seed(5)
    (a, b), (c, d) = pair(), pair()
    assert float(a) == float(b) and float(c) == float(d) and float(a) != float(c)
    assert float(one()) == float(a) and float(one()) == float(c)


# Tensors of a trace outside of it.


def test_a_leaked_tensor_is_out_of_scope():
    leaked = []

    @tf.function
    def leak(x):
        leaked.append(x + 1)
        return x

    leak(tf.constant(1.0))
    with pytest.raises(TypeError, match="out of scope"):
        leaked[0] + 1
    with pytest.raises(TypeError, match="out of scope"):
        tf.reduce_sum(leaked[0])


@pytest.mark.parametrize("error", [AttributeError, NotImplementedError])
def test_a_traced_tensor_has_no_numpy(error):
    @tf.function
    def look(x):
        return x.numpy()

    with pytest.raises(error, match="no value to look at"):
        look(tf.constant(1.0))
