"""Control flow as functions, loops over data sets, printing and checks."""

import sys

import numpy as np
import pytest

import ranvier.tf as tf

# Eager, and inside a function.
MODES = [lambda f: f, tf.function]


def close(tensor, value):
    np.testing.assert_allclose(np.array(tensor), value, rtol=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_choices(mode):
    @mode
    def f(x, i):
        return (
            tf.cond(x > 0, lambda: x, lambda: -x),
            tf.case(
                [(x < 0, lambda: x * 0), (x < 5, lambda: x + 1)], default=lambda: x - 1
            ),
            tf.switch_case(i, [lambda: x * 10, lambda: x * 20], default=lambda: x),
        )

    for x, i, expected in (
        (-2.0, 0, (2.0, 0.0, -20.0)),
        (3.0, 1, (3.0, 4.0, 60.0)),
        (7.0, 9, (7.0, 6.0, 7.0)),
    ):
        for found, value in zip(
            f(tf.constant(x), tf.constant(i)), expected, strict=True
        ):
            close(found, value)


@pytest.mark.parametrize("mode", MODES)
def test_loops(mode):
    @mode
    def f(x):
        i, y = tf.while_loop(
            lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), (tf.constant(0), x[0])
        )
        _, z = tf.while_loop(
            lambda i, z: True,
            lambda i, z: (i + 1, z + 1),
            (0, x[0]),
            maximum_iterations=4,
        )
        return (
            i,
            y,
            z,
            tf.map_fn(lambda v: v * 2, x),
            tf.map_fn(lambda p: (p[0] + p[1], p[0]), (x, x * 3)),
            tf.scan(lambda a, v: a + v, x),
            tf.scan(lambda a, v: a + v, x, initializer=10.0, reverse=True),
            tf.foldl(lambda a, v: a * 2 + v, x),
            tf.foldr(lambda a, v: a * 2 + v, x, initializer=1.0),
            tf.vectorized_map(lambda v: v**2, x),
        )

    i, y, z, twice, pair, sums, back, left, right, squares = f(
        tf.constant([1.0, 2.0, 3.0])
    )
    close(i, 3)
    close(y, 8.0)
    close(z, 5.0)
    close(twice, [2.0, 4.0, 6.0])
    close(pair[0], [4.0, 8.0, 12.0])
    close(pair[1], [1.0, 2.0, 3.0])
    close(sums, [1.0, 3.0, 6.0])
    close(back, [16.0, 15.0, 13.0])
    close(left, 11.0)
    close(right, 25.0)
    close(squares, [1.0, 4.0, 9.0])


def test_logic_and_conditional_expressions():
    @tf.function
    def f(x):
        return (x if x > 0 else -x), 0 < x < 10, x > 0 and x < 5 or not x > 10

    expected = {-3.0: (3.0, False, True), 7.0: (7.0, True, True)}
    for x, values in expected.items():
        for found, value in zip(f(tf.constant(x)), values, strict=True):
            close(found, value)


def test_functions_that_are_called_are_translated():
    def magnitude(x):
        if tf.reduce_sum(x) > 0:
            return x
        else:
            return -x

    @tf.function
    def f(x):
        try:
            return magnitude(x)
        except ValueError as error:
            raise error

    close(f(tf.constant([-1.0])), [1.0])


def test_without_autograph_a_branch_is_refused():
    @tf.function(autograph=False)
    def f(x):
        return x if x > 0 else -x

    with pytest.raises(TypeError, match=r"autograph=False.*ranvier\[tf\]"):
        f(tf.constant(1.0))


def test_second_derivatives_inside_a_function():
    @tf.function
    def f(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = x**3
            gradient = inner.gradient(y, x)
        return outer.gradient(gradient, x)

    close(f(tf.constant(2.0)), 12.0)


# Data sets.


def test_a_loop_over_a_data_set_traces_its_body_once():
    runs = []

    @tf.function
    def total(dataset):
        runs.append("function")
        result = 0.0
        for x, _ in dataset:
            runs.append("body")
            result += tf.reduce_sum(x)
        return result * 2

    def dataset(count):
        numbers = tf.range(count)
        pairs = tf.cast(numbers, tf.float32), numbers
        return tf.data.Dataset.from_tensor_slices(pairs).batch(2)

    assert [float(total(dataset(n))) for n in (5, 6, 5)] == [20.0, 30.0, 20.0]
    assert runs == ["function", "body"]


def test_a_data_set_inside_a_loop_with_a_break():
    state = tf.Variable(0.0)
    data = tf.data.Dataset.from_tensor_slices(np.arange(4.0, dtype="float32"))

    @tf.function
    def f(n):
        for _ in tf.range(n):
            for i, x in enumerate(data):
                if state > 8.0:
                    break
                state.assign_add(tf.cast(i, tf.float32) + x)
        return state

    close(f(tf.constant(1)), 12.0)  # 0, 2, 6, 12: then it is above 8
    state.assign(0.0)
    close(f(tf.constant(3)), 12.0)


def test_training_over_epochs_in_one_function():
    x = np.random.default_rng(0).random((70, 4)).astype("float32")
    y = x.sum(1, keepdims=True)
    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(70, seed=1).batch(32)
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1)]
    )
    runs = []

    @tf.function
    def train(model, optimizer, loss_of, dataset, epochs):
        runs.append(1)
        loss = 0.0
        for _ in tf.range(epochs):
            for x_batch, y_batch in dataset:
                runs.append(2)
                with tf.GradientTape() as tape:
                    loss = loss_of(y_batch, model(x_batch, training=True))
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(
                    zip(gradients, model.trainable_variables, strict=True)
                )
        return loss

    optimizer = tf.keras.optimizers.Nadam(0.01)
    loss_of = tf.keras.losses.MeanSquaredError()
    first = float(train(model, optimizer, loss_of, data, tf.constant(1)))
    last = float(train(model, optimizer, loss_of, data, tf.constant(20)))
    assert last < first / 2
    assert runs == [1, 2]
    assert int(optimizer.iterations) == 63


# Printing and checks.


def test_printing(capsys):
    @tf.function
    def f(x):
        for i in tf.range(2):
            tf.print("step", i, x, output_stream=sys.stdout)

    f(tf.constant([1.5, 2.0]))
    assert capsys.readouterr().out == "step 0 [1.5 2]\nstep 1 [1.5 2]\n"
    tf.print("a", tf.constant([1.5, 2]), {"k": tf.constant(1)}, [1, "b"], sep="|")
    tf.print(tf.range(100), tf.constant("s"), tf.constant(True), summarize=2, end="!")
    tf.print(tf.ones((2, 2)), tf.constant(1e-8), 1 / 3, tf.constant(1 / 3), None)
    assert capsys.readouterr().err == (
        "a|[1.5 2]|{'k': 1}|[1, 'b']\n"
        '[0 1 ... 98 99] "s" 1!'
        "[[1 1]\n [1 1]] 1e-08 0.3333333333333333 0.333333343 None\n"
    )


@pytest.mark.parametrize("mode", MODES)
def test_checks(mode):
    @mode
    def f(x):
        tf.debugging.assert_positive(x, message="positive, please")
        tf.Assert(x < 10, ["too large:", x])
        return x * 2

    close(f(tf.constant(3.0)), 6.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="positive, please"):
        f(tf.constant(-1.0))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"too large: 11\.0"):
        f(tf.constant(11.0))
    close(f(tf.constant(4.0)), 8.0)


@pytest.mark.parametrize("mode", MODES)
def test_python_inside(mode):
    seen = []

    @mode
    def f(x):
        y = tf.py_function(lambda t: seen.append(t.numpy()) or t + 1, [x], tf.float32)
        return y, tf.numpy_function(np.sin, [x], tf.float32)

    for _ in range(2):
        y, z = f(tf.constant(1.0))
        close(y, 2.0)
        close(z, np.sin(1.0))
    assert seen == [1.0, 1.0]

    @mode
    def fails(x):
        return tf.py_function(lambda t: t.numpy() / 0 if t > 0 else [][1], [x], x.dtype)

    with pytest.raises(IndexError):
        fails(tf.constant(-1.0))


def test_running_eagerly():
    runs = []

    @tf.function
    def f(x):
        runs.append(tf.executing_eagerly())
        with tf.init_scope():
            runs.append(tf.executing_eagerly())
        return x

    f(1)
    tf.config.run_functions_eagerly(True)
    try:
        f(1)
    finally:
        tf.config.run_functions_eagerly(False)
    assert runs == [False, True, True, True]


def test_strings_and_ragged_arguments_run_eagerly():
    assert int(tf.function(tf.strings.length)(tf.constant("abc"))) == 3
    doubled = tf.function(lambda r: r * 2)(tf.ragged.constant([[1], [2, 3]]))
    assert doubled.to_list() == [[2], [4, 6]]


# TensorArrays as the state of loops.


def test_tensor_array_in_a_loop_over_a_tensor():
    @tf.function
    def double(x):
        array = tf.TensorArray(tf.float32, size=x.shape[0])
        for i in tf.range(x.shape[0]):
            array = array.write(i, x[i] * 2)
        return array.stack()

    assert double(tf.constant([1.0, 2.0, 3.0])).numpy().tolist() == [2.0, 4.0, 6.0]


def test_tensor_array_that_grows():
    @tf.function
    def running(x):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        total = tf.zeros(2)
        for i in tf.range(3):
            total += x * tf.cast(i, tf.float32)
            array = array.write(i, total)
        return array.stack(), array.size()

    rows, size = running(tf.constant([1.0, 10.0]))
    assert rows.numpy().tolist() == [[0.0, 0.0], [1.0, 10.0], [3.0, 30.0]]
    assert int(size) == 3


def test_tensor_array_read_in_a_while_loop_with_a_gradient():
    @tf.function
    def power(x):
        array = tf.TensorArray(tf.float32, size=4, clear_after_read=False)
        array = array.write(0, x)
        i = tf.constant(1)
        while i < 4:
            array = array.write(i, array.read(i - 1) * x)
            i += 1
        return array.stack()

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(power(x))
    assert power(x).numpy().tolist() == [2.0, 4.0, 8.0, 16.0]
    assert float(tape.gradient(y, x)) == 1 + 4 + 12 + 32


def test_tensor_array_of_unknown_final_size():
    @tf.function
    def grow(n):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(n):
            array = array.write(i, 1.0)
        return array.stack()

    # No program can do that; a call runs as Python.
    with pytest.raises(ValueError, match=r"'array' is a TensorArray that grows"):
        grow.get_concrete_function(tf.constant(3))
    assert grow(tf.constant(3)).numpy().tolist() == [1.0, 1.0, 1.0]


# A tape inside a function around control flow that closes over what it watches.


def _branch(x):
    return x * x * x if x > 1.0 else x


def _tensor_loop(x):
    n, y = tf.constant(3), x
    while n > 0:
        y, n = y * x, n - 1
    return y


def _range_with_branch(x):
    z, y = x * 3.0, 0.0
    for _ in tf.range(3):
        if z > 1.0:
            y = y + z * x
        else:
            y = y + x
    return y


def _mapped(x):
    return tf.reduce_sum(tf.map_fn(lambda e: e * x, tf.constant([1.0, 2.0])))


def _vectorized(x):
    return tf.reduce_sum(tf.vectorized_map(lambda e: e * x, tf.constant([1.0, 2.0])))


def _inner_function(x):
    return tf.function(lambda: x * x)()


@pytest.mark.parametrize(
    ("function", "gradient"),
    [
        (_branch, 12.0),
        (_tensor_loop, 32.0),
        (_range_with_branch, 36.0),
        (_mapped, 3.0),
        (_vectorized, 3.0),
        (_inner_function, 4.0),
    ],
)
def test_gradients_reach_what_control_flow_closes_over(function, gradient):
    inner = tf.autograph.to_graph(function)

    @tf.function(autograph=False)
    def derivative(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = inner(x)
        return tape.gradient(y, x)

    assert derivative(tf.constant(2.0)).numpy() == gradient


def test_gradients_of_gradients_reach_what_a_branch_closes_over():
    inner = tf.autograph.to_graph(_branch)

    @tf.function(autograph=False)
    def derivative(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = inner(x)
            first = tape.gradient(y, x)
        return outer.gradient(first, x)

    assert derivative(tf.constant(2.0)).numpy() == 12.0


def test_an_inner_loop_reads_the_number_of_the_step_it_is_in():
    @tf.function
    def digits(n):
        found = 0
        for i in tf.range(n):
            for _ in tf.range(2):
                found = found * 10 + i
        return found

    assert digits(tf.constant(4)).numpy() == 112233


def test_programs_that_call_python_are_not_taken_for_one_another():
    @tf.function
    def doubled(x):
        return tf.numpy_function(lambda a: 2 * a, [x], tf.float32)

    @tf.function
    def negated(x):
        return tf.numpy_function(lambda a: -a, [x], tf.float32)

    x = tf.constant(3.0)
    assert (doubled(x).numpy(), negated(x).numpy()) == (6.0, -3.0)
