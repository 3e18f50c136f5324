"""Rematerialisation: the same results, with inner values computed twice."""

import jax
import numpy as np
import pytest

import ranvier as rv
import ranvier.tf as tf
from ranvier.core._scope import StateScope

X = np.random.default_rng(0).normal(size=(32, 8)).astype("float32")
Y = X.sum(axis=1)


def rematerialised(function, *args) -> int:
    """Returns how many parts of a program are computed again."""
    return str(jax.make_jaxpr(jax.grad(function))(*args)).count("remat2[")


def model_in(**scope):
    rv.utils.clear_session()
    rv.utils.set_random_seed(0)
    with rv.RematScope(**scope):
        return rv.Sequential(
            [
                rv.Input((8,)),
                rv.layers.Dense(16, activation="tanh", name="wide"),
                rv.layers.BatchNormalization(name="normal"),
                rv.layers.Dropout(0.3, name="drop"),
                rv.layers.ActivityRegularization(0.01, name="penalty"),
                rv.layers.Dense(1, name="head"),
            ]
        )


def parts_of(model) -> int:
    variables = model.trainable_variables

    def loss(values):
        with StateScope(zip(variables, values, strict=True)):
            return rv.ops.sum(model(X, training=True))

    return rematerialised(loss, [v.value for v in variables])


def test_a_scope_says_which_layers():
    everything = parts_of(model_in())
    some = [
        {"mode": "activations"},
        {"mode": "larger_than", "output_size_threshold": 100},
        {"mode": "list_of_layers", "layer_names": ["head", "drop"]},
    ]
    for scope in some:
        assert 0 < parts_of(model_in(**scope)) < everything
    for scope in ({"mode": "larger_than"}, {"mode": None}):
        assert parts_of(model_in(**scope)) == 0


@pytest.mark.parametrize("mode", ["full", "activations"])
def test_training_is_the_same(mode):
    def train(mode):
        model = model_in(mode=mode)
        model.compile("adam", "mse")
        history = model.fit(X, Y, epochs=2, batch_size=16, verbose=0)
        return [history.history["loss"], *model.get_weights()]

    for one, other in zip(train(None), train(mode), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_scopes_nest():
    with rv.RematScope():
        with rv.RematScope(mode=None):
            inner = rv.layers.Dense(1)
        outer = rv.layers.Dense(1)
    after = rv.layers.Dense(1)
    models = (rv.Sequential([rv.Input((8,)), x]) for x in (inner, outer, after))
    assert [parts_of(model) > 0 for model in models] == [False, True, False]


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="`mode` must be one of.*mode='half'"):
        rv.RematScope(mode="half")


def test_a_function_with_structures_and_keywords():
    def f(pair, scale=1.0, *, square):
        a, b = pair["a"], pair["b"]
        return {"sum": (a + b) * scale, "flag": square, "power": a**2 if square else a}

    a, b = X[:2], X[2:4]
    plain = f({"a": a, "b": b}, square=True)
    again = rv.remat(f)({"a": a, "b": b}, square=True)
    assert again["flag"] is True
    np.testing.assert_allclose(again["sum"], plain["sum"])

    def loss(a):
        outputs = rv.remat(f)({"a": a, "b": b}, scale=2.0, square=True)
        return rv.ops.sum(outputs["power"])

    np.testing.assert_allclose(jax.grad(loss)(a), 2 * a, rtol=1e-6)
    assert rematerialised(loss, a) > 0


def test_a_tape_differentiates_through_it():
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(rv.remat(lambda x: x * v * v)(tf.constant([3.0, 4.0])))
    assert tape.gradient(loss, v).numpy().tolist() == [6.0, 16.0]


def test_a_layer_on_symbolic_tensors_stays_in_the_graph():
    layer = rv.layers.Dense(2)
    x = rv.Input((3,))
    model = rv.Model(x, rv.remat(layer)(x))
    assert model.layers[-1] is layer
    symbolic = rv.remat(rv.ops.tanh)(x)
    function, x = rv.Function(x, symbolic), X[:, :3]
    np.testing.assert_allclose(function(x), np.tanh(x), rtol=1e-6)


def test_devices_are_named():
    last = jax.devices("cpu")[-1]
    for name in (f"cpu:{last.id}", f"CPU:{last.id}", last):
        with rv.device(name):
            assert rv.ops.ones((2,)).device == last
    for name in ("cpu:99", "abacus", "cpu:x"):
        with pytest.raises(ValueError, match="Device not found.*cpu:0"):
            rv.device(name)
    with pytest.raises(ValueError, match="device_name=3"):
        rv.device(3)
