"""The places of variables in files: those of Keras, for each layer and optimizer."""

import h5py
import keras
import numpy as np
import pytest

import ranvier as rv
from ranvier import optimizers
from tests.layers.cases import CASES

# Keras's variables have no `copy` argument in `__array__`, as NumPy 2 wants.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn")


def layout(path):
    """Returns `{place: shape and dtype, or the name of the object}`."""
    found = {}

    def visit(place, item):
        if isinstance(item, h5py.Dataset):
            found[place] = (item.shape, item.dtype.name)
        elif "name" in item.attrs:
            found[place] = item.attrs["name"]

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    return found


def reset_names():
    keras.utils.clear_session()
    rv.utils.clear_session()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_layers(case, tmp_path):
    reset_names()
    paths = {k: tmp_path / f"{k.__name__}.weights.h5" for k in (rv, keras)}
    made = {k: case.make(k.layers) for k in (rv, keras)}
    for k, layer in made.items():
        symbols = [
            k.Input(batch_shape=x.shape, dtype=str(x.dtype)) for x in case.arrays
        ]
        layer(symbols if isinstance(case.inputs, list) else symbols[0])
        k.saving.save_weights(layer, paths[k])
    assert layout(paths[rv]) == layout(paths[keras])
    rv.saving.load_weights(made[rv], paths[keras])
    for ours, theirs in zip(made[rv].weights, made[keras].weights, strict=True):
        np.testing.assert_array_equal(ours.numpy(), np.asarray(theirs.value))


def optimizer_names():
    bases = {"Optimizer", "OptaxOptimizer"}
    return sorted(
        name
        for name, cls in vars(optimizers).items()
        if isinstance(cls, type)
        and issubclass(cls, optimizers.Optimizer)
        and name not in bases
        and hasattr(keras.optimizers, name)
    )


def dense(k):
    layers = [k.layers.Dense(3, name="a"), k.layers.Dense(2, name="b")]
    return k.Sequential([k.Input((4,)), *layers])


def make_optimizer(k, name):
    optimizers = k.optimizers
    if name == "LossScaleOptimizer":
        return optimizers.LossScaleOptimizer(optimizers.Adam(use_ema=True))
    if name == "MultiOptimizer":
        by_path = {".*kernel": optimizers.SGD(momentum=0.9)}
        return optimizers.MultiOptimizer(
            optimizers.OptimizerMap(optimizers.Adam(), by_path)
        )
    return getattr(optimizers, name)()


@pytest.mark.parametrize("name", optimizer_names())
def test_optimizers(name, tmp_path):
    reset_names()
    paths = {k: tmp_path / f"{k.__name__}.weights.h5" for k in (rv, keras)}
    models = {}
    rng = np.random.default_rng(0)
    for k in (rv, keras):
        models[k] = model = dense(k)
        model.compile(make_optimizer(k, name), "mse")
        model.optimizer.build(model.trainable_variables)
        for variable in model.optimizer.variables:
            if "float" in str(variable.dtype):
                variable.assign(rng.uniform(size=variable.shape))
        model.save_weights(paths[k])
    assert layout(paths[rv]) == layout(paths[keras])
    models[rv].load_weights(paths[keras])
    values = [
        [np.asarray(v.value) for v in models[k].optimizer.variables]
        for k in (rv, keras)
    ]
    for ours, theirs in zip(*values, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    models[keras].load_weights(paths[rv])


def tree_of_layers(k):
    """Attributes of all kinds, public and private, met once and met again."""

    class Block(k.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self._norm = k.layers.BatchNormalization()
            self.dense = k.layers.Dense(units)

        @property
        def again(self):
            return self.dense

        def call(self, x):
            return self._norm(self.dense(x))

    class Net(k.Model):
        def __init__(self):
            super().__init__(name="net")
            self.zeta = k.layers.Dense(3)
            self.alpha = Block(3)
            self._hidden = k.layers.Dense(3)
            self.several = [Block(3), k.layers.Dense(3), (Block(3),)]
            self.named = {"z": k.layers.Dense(3), "a": [k.layers.Dense(3)]}
            self.stack = k.Sequential([k.layers.Dense(3), k.layers.Dropout(0.1)])
            self.shortcut = self.several[1]

        def call(self, x):
            steps = [self.zeta, self.alpha, self._hidden, *self.several[:2]]
            steps += [self.several[2][0], self.named["z"], self.named["a"][0]]
            for step in [*steps, self.stack]:
                x = step(x)
            return x

    return Net()


def test_attributes(tmp_path):
    reset_names()
    paths = {k: tmp_path / f"{k.__name__}.weights.h5" for k in (rv, keras)}
    models = {k: tree_of_layers(k) for k in (rv, keras)}
    x = np.ones((2, 3), "float32")
    for k, model in models.items():
        model(x)
        model.save_weights(paths[k])
    assert layout(paths[rv]) == layout(paths[keras])
    models[rv].load_weights(paths[keras])
    np.testing.assert_allclose(models[rv](x), models[keras](x), rtol=1e-5, atol=1e-6)


def test_added_to_a_functional_model(tmp_path):
    """A subclass with a layer of its own: its place is the attribute."""
    reset_names()

    def make(k):
        class Extended(k.Model):
            def __init__(self, inputs, outputs, **kwargs):
                super().__init__(inputs, outputs, **kwargs)
                self.extra = k.layers.Dense(2)
                self.extra.build((None, 3))

        x = k.Input((4,))
        return Extended(x, k.layers.Dense(3)(x), name="extended")

    paths = {k: tmp_path / f"{k.__name__}.weights.h5" for k in (rv, keras)}
    for k in (rv, keras):
        make(k).save_weights(paths[k])
    assert layout(paths[rv]) == layout(paths[keras])
