"""Concrete functions: their graphs, signatures and sizes that may vary.

The expected names, types and texts are those of TensorFlow 2.21 for the same functions.
"""

import numpy as np
import pytest

import ranvier.tf as tf


@tf.function
def cube(x):
    return x**3


def test_the_graph_of_a_cube():
    concrete = cube.get_concrete_function(tf.constant(2.0))
    assert concrete is cube.get_concrete_function(tf.constant(3.0))
    graph = concrete.graph
    operations = graph.get_operations()
    assert [(op.name, op.type) for op in operations] == [
        ("x", "Placeholder"),
        ("pow/y", "Const"),
        ("pow", "Pow"),
        ("Identity", "Identity"),
    ]
    power = operations[2]
    assert [t.name for t in power.inputs] == ["x:0", "pow/y:0"]
    assert repr(power.outputs) == "[<tf.Tensor 'pow:0' shape=() dtype=float32>]"
    assert repr(graph.get_operation_by_name("x")) == (
        "<tf.Operation 'x' type=Placeholder>"
    )
    assert repr(graph.get_tensor_by_name("Identity:0")) == (
        "<tf.Tensor 'Identity:0' shape=() dtype=float32>"
    )
    with pytest.raises(KeyError, match="refers to an Operation not in the graph"):
        graph.get_operation_by_name("y")
    with pytest.raises(KeyError, match="refers to a Tensor which does not exist"):
        graph.get_tensor_by_name("y:0")


def test_the_signature_message():
    signature = cube.get_concrete_function(tf.constant(2.0)).function_def.signature
    assert repr(signature.input_arg[0]) == 'name: "x"\ntype: DT_FLOAT\n'
    assert repr(signature.output_arg[0]) == 'name: "identity"\ntype: DT_FLOAT\n'
    assert signature.name.startswith("__inference_cube_")


def test_variables_in_signatures():
    counter = tf.Variable(0.0)

    @tf.function
    def captured(by=1):
        return counter.assign_add(by)

    @tf.function
    def passed(counter, by=1):
        return counter.assign_add(by)

    for concrete, name in (
        (captured.get_concrete_function(), "assignaddvariableop_resource"),
        (passed.get_concrete_function(counter), "counter"),
    ):
        [argument] = concrete.function_def.signature.input_arg
        assert (argument.name, argument.type_name) == (name, "DT_RESOURCE")
    assert captured.get_concrete_function().variables[0] is counter


def test_specs_and_texts():
    concrete = cube.get_concrete_function(tf.constant(2.0))
    assert repr(concrete.structured_input_signature) == (
        "((TensorSpec(shape=(), dtype=tf.float32, name='x'),), {})"
    )
    assert concrete.output_dtypes == tf.float32
    assert concrete.output_shapes == ()
    text = (
        "Input Parameters:\n"
        "  x (POSITIONAL_OR_KEYWORD): TensorSpec(shape=(), dtype=tf.float32, "
        "name=None)\n"
        "Output Type:\n"
        "  TensorSpec(shape=(), dtype=tf.float32, name=None)\n"
        "Captures:\n"
        "  None"
    )
    assert concrete.pretty_printed_signature() == text
    assert str(concrete) == "Concrete" + "Function " + text
    assert text in cube.pretty_printed_concrete_signatures()


def test_loops_and_unrolled_loops_in_graphs():
    @tf.function
    def unrolled(x):
        for _ in range(3):
            x += 1
        return x

    @tf.function
    def looped(x):
        for _ in tf.range(10):
            x += 1
        return x

    x = tf.constant(0)
    operations = unrolled.get_concrete_function(x).graph.get_operations()
    assert [op.name for op in operations] == [
        *("x", "add/y", "add", "add_1/y", "add_1", "add_2/y", "add_2", "Identity")
    ]
    kinds = [op.type for op in looped.get_concrete_function(x).graph.get_operations()]
    assert kinds.count("StatelessWhile") == 1
    assert "AddV2" not in kinds


def test_calling_a_concrete_function():
    concrete = cube.get_concrete_function(tf.constant(2.0))
    assert float(concrete(tf.constant(3.0))) == 27.0
    assert float(concrete(3.0)) == 27.0
    assert float(concrete(x=tf.constant(3.0))) == 27.0
    np.testing.assert_allclose(concrete(tf.constant([1.0, 2.0])), [1.0, 8.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"input #0\(zero-based\)"):
        concrete(tf.constant(1))
    with pytest.raises(TypeError, match="missing a required argument"):
        concrete()
    with pytest.raises(TypeError, match="too many positional"):
        concrete(tf.constant(1.0), tf.constant(1.0))


# Sizes that may vary.


def test_an_input_signature_is_traced_once():
    runs = []

    @tf.function(input_signature=[tf.TensorSpec([None, 28, 28], tf.float32)])
    def shrink(images):
        runs.append(images.shape.as_list())
        return images[:, ::2, ::2]

    pictures = np.random.default_rng(0).random((5, 28, 28))
    for batch in (pictures, pictures[:2]):
        np.testing.assert_allclose(shrink(batch), batch[:, ::2, ::2], rtol=1e-6)
    assert runs == [[None, 28, 28]]
    for wrong in (tf.zeros((2, 2, 2)), tf.zeros((2, 28, 28), tf.int32)):
        with pytest.raises(TypeError, match="Can not cast"):
            shrink(wrong)


def test_sizes_stay_sizes():
    runs = []

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32)])
    def f(x):
        runs.append(1)
        sizes = tf.shape(x)
        rows = sizes[0]
        flat = tf.reshape(x, [rows * sizes[1]])
        total = 0.0
        for i in tf.range(rows):
            total += tf.reduce_sum(x[i])
        return flat, x + tf.ones([rows, 1]), total, sizes, tf.nn.softmax(x)

    for shape in ((2, 3), (4, 5)):
        x = np.random.default_rng(1).random(shape).astype("float32")
        flat, more, total, sizes, soft = f(x)
        np.testing.assert_allclose(flat, x.reshape(-1))
        np.testing.assert_allclose(more, x + 1)
        np.testing.assert_allclose(total, x.sum(), rtol=1e-6)
        assert sizes.numpy().tolist() == list(shape)
        np.testing.assert_allclose(tf.reduce_sum(soft, 1), np.ones(shape[0]), rtol=1e-6)
    assert len(runs) == 1


def test_a_training_step_for_batches_of_any_size():
    runs = []
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(3, activation="relu"), tf.keras.layers.Dropout(0.2)]
    )
    optimizer = tf.keras.optimizers.Adam()
    loss_of = tf.keras.losses.MeanSquaredError()
    error = tf.keras.metrics.MeanAbsoluteError()
    spec = tf.TensorSpec([None, 4], tf.float32)

    @tf.function(input_signature=[spec, tf.TensorSpec([None, 3], tf.float32)])
    def step(x, y):
        runs.append(1)
        with tf.GradientTape() as tape:
            prediction = model(x, training=True)
            loss = loss_of(y, prediction)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(
            zip(gradients, model.trainable_variables, strict=True)
        )
        error.update_state(y, prediction)
        return loss

    for size in (5, 7, 5):
        step(tf.ones((size, 4)), tf.zeros((size, 3)))
    assert len(runs) == 1
    assert int(optimizer.iterations) == 3
    assert float(error.count) == 17


def test_gradients_keep_their_rules_for_any_size():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def relu(x):
        return tf.nn.relu(x)

    x = tf.constant([-1.0, 0.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = relu(x)
    np.testing.assert_allclose(tape.gradient(y, x), [0.0, 0.0, 1.0])


def test_fewer_traces():
    runs = []

    @tf.function(reduce_retracing=True)
    def f(x):
        runs.append(x.shape.as_list())
        return x + 1

    for size in (1, 2, 3, 4):
        np.testing.assert_allclose(f(tf.ones(size)), np.full(size, 2.0))
    assert runs == [[1], [None]]


def test_a_wider_trace_serves_calls():
    @tf.function
    def f(x):
        return x * 2

    wide = f.get_concrete_function(tf.TensorSpec([None], tf.float32))
    np.testing.assert_allclose(f(tf.ones(3)), np.full(3, 2.0))
    assert f.experimental_get_tracing_count() == 1
    assert f.get_concrete_function(tf.ones(2)) is wide
