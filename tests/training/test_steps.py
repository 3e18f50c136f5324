"""Epochs that are no whole passes, steps of a user's own, beside Keras's."""

import warnings

import jax
import numpy as np
import pytest

import ranvier
from ranvier.autodiff import value_and_gradients
from tests.training.comparing import (
    X,
    Y,
    assert_same,
    compiled,
    fit,
    mlp,
    parametrize,
    run,
    state,
)


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_steps_per_epoch(steps):
    """A pass has four steps; the next epoch goes on where the last one stopped."""

    def case(k):
        model = compiled(k, mlp(k), "sgd", "mse")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            options = {"batch_size": 4, "steps_per_epoch": steps, "epochs": 4}
            return fit(model, X, Y, **options), state(model)

    assert_same(case)


def train(**options):
    model = mlp(ranvier)
    model.compile("sgd", "mse")
    return model, fit(model, X, Y, batch_size=4, **options)


@pytest.mark.parametrize("steps, warns", [(3, True), (4, False), (2, False), (9, True)])
def test_passes_that_end_early_are_told(steps, warns):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(steps_per_epoch=steps)
    assert any("ran out of data" in str(w.message) for w in caught) == warns


def test_evaluation_beyond_the_data_is_told():
    model, _ = train(epochs=1)
    with pytest.warns(UserWarning, match="after 4 of 7 batches"):
        model.evaluate(X, Y, batch_size=4, steps=7, verbose=0)
    with pytest.warns(UserWarning, match="after 4 of 7 batches"):
        model.predict(X, batch_size=4, steps=7, verbose=0)


def stateless_train_step(k):
    """As in Keras's guide on custom training with JAX."""

    class Net(k.Sequential):
        def compute_loss_and_updates(self, trainable, others, metrics, x, y, training):
            y_pred, others = self.stateless_call(
                trainable, others, x, training=training
            )
            loss, (trainable, others, metrics) = self.stateless_compute_loss(
                trainable, others, metrics, x=x, y=y, y_pred=y_pred, training=training
            )
            return loss, (y_pred, others, metrics)

        def train_step(self, state, data):
            trainable, others, optimizer, metrics = state
            x, y = data
            gradient = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
            (loss, (y_pred, others, metrics)), grads = gradient(
                trainable, others, metrics, x, y, True
            )
            trainable, optimizer = self.optimizer.stateless_apply(
                optimizer, grads, trainable
            )
            logs, new = {}, []
            for metric in self.metrics:
                own = metrics[len(new) : len(new) + len(metric.variables)]
                if metric.name == "loss":
                    own = metric.stateless_update_state(own, loss)
                else:
                    own = metric.stateless_update_state(own, y, y_pred)
                logs[metric.name] = metric.stateless_result(own)
                new += own
            return logs, (trainable, others, optimizer, new)

    model = Net([k.Input((4,)), k.layers.Dense(3), k.layers.Dropout(0.2)])
    model.add(k.layers.Dense(1))
    compiled(k, model, "adam", "mse", metrics=["mae"])
    return fit(model, X, Y), state(model)


def stateless_test_and_predict_steps(k):
    class Net(k.Sequential):
        def test_step(self, state, data):
            trainable, others, metrics = state
            x, y = data
            y_pred, others = self.stateless_call(trainable, others, x, training=False)
            loss = k.ops.mean(k.ops.abs(y - y_pred))
            return {"own": loss}, (trainable, others, metrics)

        def predict_step(self, state, data):
            trainable, others = state
            x, _, _ = k.utils.unpack_x_y_sample_weight(data)
            outputs, others = self.stateless_call(trainable, others, x)
            return 2 * outputs, others

    model = Net([k.Input((4,)), k.layers.Dense(1)])
    compiled(k, model, "adam", "mse")
    return (
        model.evaluate(X, Y, batch_size=8, verbose=0, return_dict=True),
        model.predict(X, verbose=0),
        model.predict_on_batch(X),
    )


def stateless_calls_of_super(k):
    class Net(k.Sequential):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {**logs, "twice": 2 * logs["loss"]}, state

        def test_step(self, state, data):
            logs, state = super().test_step(state, data)
            return {**logs, "half": logs["loss"] / 2}, state

    model = Net([k.Input((4,)), k.layers.Dense(3), k.layers.BatchNormalization()])
    model.add(k.layers.Dense(1))
    compiled(k, model, "sgd", "mse", metrics=["mae"])
    return fit(model, X, Y, validation_data=(X, Y)), state(model)


def own_loss_and_metrics(k):
    class Net(k.Sequential):
        def __init__(self, *args):
            super().__init__(*args)
            self.tracker = k.metrics.Mean(name="largest")

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **kw):
            loss = super().compute_loss(x, y, y_pred, sample_weight, **kw)
            return loss + 0.1 * k.ops.mean(k.ops.abs(y_pred))

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            super().compute_metrics(x, y, y_pred, sample_weight)
            self.tracker.update_state(k.ops.max(y_pred))
            return self.get_metrics_result()

    model = Net([k.Input((4,)), k.layers.Dense(1)])
    compiled(k, model, "sgd", "mse", metrics=["mae"])
    history = fit(model, X, Y, validation_data=(X[:8], Y[:8]))
    return history, state(model), model.evaluate(X, Y, verbose=0)


def loss_without_training_argument(k):
    class Net(k.Sequential):
        def compute_loss(self, x, y, y_pred, sample_weight):
            return k.ops.mean(k.ops.abs(y - y_pred))

    model = Net([k.Input((4,)), k.layers.Dense(1)])
    compiled(k, model, "sgd")
    return fit(model, X, Y, validation_data=(X[:8], Y[:8])), state(model)


def data_without_targets(k):
    class Net(k.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, *args, **kwargs):
            return k.ops.mean(k.ops.abs(x - y_pred))

        def train_step(self, state, data):
            assert not isinstance(data, tuple)
            return super().train_step(state, data)

    model = Net([k.Input((4,)), k.layers.Dense(4)])
    compiled(k, model, "sgd")
    return fit(model, X), state(model)


def own_list_of_metrics(k):
    class Net(k.Sequential):
        def __init__(self, *args):
            super().__init__(*args)
            self.own = k.metrics.Mean(name="own")

        @property
        def metrics(self):
            return [self.own]

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            self.own.update_state(k.ops.abs(y_pred))
            return {"own": self.own.result()}

    model = Net([k.Input((4,)), k.layers.Dense(1)])
    compiled(k, model, "sgd", "mse")
    return fit(model, X, Y), model.metrics_names


@parametrize(
    [
        stateless_train_step,
        stateless_test_and_predict_steps,
        stateless_calls_of_super,
        own_loss_and_metrics,
        loss_without_training_argument,
        data_without_targets,
        own_list_of_metrics,
    ]
)
def test_like_keras(case):
    assert_same(case)


def plain_training():
    def case(k):
        model = mlp(k)
        model.compile("adam", "mse", metrics=["mae"])
        return fit(model, X, Y), model.get_weights()

    return run(ranvier, case)


def assert_same_weights(actual, expected):
    for ours, theirs in zip(actual, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("eager", [False, True])
def test_a_step_with_another_metric(eager):
    class Net(ranvier.Sequential):
        def train_step(self, data):
            logs = super().train_step(data)
            self.count.assign_add(1.0)
            return {**logs, "count": self.count, "rows": data[0].shape[0]}

    def case(k):
        model = Net([k.Input((4,)), k.layers.Dense(5, "tanh"), k.layers.Dense(1)])
        model.count = ranvier.Variable(0.0, trainable=False, name="count")
        model.compile("adam", "mse", metrics=["mae"], run_eagerly=eager)
        return fit(model, X, Y), model.get_weights()

    expected, weights = plain_training()
    history, own_weights = run(ranvier, case)
    assert history["count"] == [2, 4, 6] and history["rows"] == [8, 8, 8]
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)
    assert_same_weights(own_weights[1:], weights)  # the count comes first


def test_a_step_written_with_gradients():
    class Net(ranvier.Sequential):
        def train_step(self, data):
            x, y = data

            def forward():
                error = self(x, training=True) - y
                return ranvier.ops.mean(error**2), error

            variables = self.trainable_variables
            loss, error, gradients = value_and_gradients(forward, variables)
            self.optimizer.apply(gradients, variables)
            return {"loss": loss, "deep": {"largest": ranvier.ops.max(error)}}

    def case(k):
        model = Net([k.Input((4,)), k.layers.Dense(5, "tanh"), k.layers.Dense(1)])
        model.compile("adam")
        return fit(model, X, Y), model.get_weights()

    _, weights = plain_training()
    history, own_weights = run(ranvier, case)
    assert list(history) == ["largest", "loss"]
    assert_same_weights(own_weights, weights)


def test_a_step_must_return_logs():
    class Net(ranvier.Sequential):
        def train_step(self, data):
            super().train_step(data)

    model = Net([ranvier.layers.Dense(1)], name="net")
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="`train_step` of model 'net' must return"):
        fit(model, X, Y)
