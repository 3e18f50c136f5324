"""What callbacks do to a model takes effect at once, in chunks as step by step."""

import numpy as np
import pytest

import ranvier
from tests.training.comparing import (
    X,
    Y,
    assert_same,
    compiled,
    fit,
    mlp,
    state,
)

RATES = [0.1, 0.01, 0.3]


def callback(k, **hooks):
    """A callback of the user's own."""
    return type("Own", (k.callbacks.Callback,), hooks)()


def set_rate(self, epoch, logs=None):
    self.model.optimizer.learning_rate = RATES[epoch]


def set_rate_by_batch(self, batch, logs=None):
    self.model.optimizer.learning_rate.assign(0.1 / (batch + 1))


def zero_a_layer(self, *args, logs=None):
    self.model.layers[0].set_weights(
        [w * 0 for w in self.model.layers[0].get_weights()]
    )


def zero_at_the_end(self, epoch, logs=None):
    zero_a_layer(self)


def stop(self, epoch, logs=None):
    if epoch == 1:
        self.model.stop_training = True


def stop_at_once(self, batch, logs=None):
    self.model.stop_training = True


def note_weights(self, batch, logs=None):
    self.model.notes.append(float(np.asarray(self.model.layers[0].kernel)[0, 0]))


def note_rate(self, batch, logs=None):
    self.model.notes.append(float(np.asarray(self.model.optimizer.learning_rate)))


def note_logs(self, batch, logs=None):
    self.model.notes.append((batch, dict(logs or {})))


def evaluate(self, epoch, logs=None):
    self.model.notes.append(self.model.predict(X, verbose=0))


HOOKS = {
    "rate at the beginning of an epoch": {"on_epoch_begin": set_rate},
    "rate at the end of an epoch": {"on_epoch_end": set_rate},
    "rate before a batch": {"on_train_batch_begin": set_rate_by_batch},
    "rate after a batch": {"on_train_batch_end": set_rate_by_batch},
    "weights at the beginning": {"on_train_begin": zero_a_layer},
    "weights at the beginning of an epoch": {"on_epoch_begin": zero_a_layer},
    "weights at the end of an epoch": {"on_epoch_end": zero_at_the_end},
    "weights before a batch": {"on_train_batch_begin": zero_a_layer},
    "weights before a test": {"on_test_begin": zero_a_layer},
    "stop after an epoch": {"on_epoch_end": stop},
    "stop at the beginning of an epoch": {"on_epoch_begin": stop},
    "stop after a batch": {"on_train_batch_end": stop_at_once},
    "sees weights after a batch": {"on_train_batch_end": note_weights},
    "sees weights after an epoch": {"on_epoch_end": note_weights},
    "sees the rate": {"on_train_batch_end": note_rate},
    "sees logs of batches": {"on_train_batch_end": note_logs},
    "sees logs of tests": {"on_test_batch_end": note_logs},
    "predicts in between": {"on_epoch_end": evaluate},
}


@pytest.mark.parametrize("name", HOOKS)
def test_like_keras(name):
    def case(k):
        model = compiled(k, mlp(k), k.optimizers.SGD(0.05), "mse", metrics=["mae"])
        notes = []
        object.__setattr__(model, "notes", notes)
        hooks = [callback(k, **HOOKS[name])]
        history = fit(model, X, Y, callbacks=hooks, validation_data=(X[:8], Y[:8]))
        return history, model.history.epoch, state(model), notes

    assert_same(case)


def sequence_of_calls(k):
    names = [
        f"on_{what}_{when}"
        for what in ("train", "epoch", "train_batch", "test", "test_batch")
        for when in ("begin", "end")
    ]
    calls = []

    def note(name):
        def hook(self, *args, logs=None):
            calls.append((name, *[a for a in args if isinstance(a, int)]))

        return hook

    model = compiled(k, mlp(k), "sgd", "mse")
    hooks = [callback(k, **{name: note(name) for name in names})]
    fit(model, X, Y, callbacks=hooks, epochs=2, validation_data=(X[:8], Y[:8]))
    return calls


def calls_of_evaluate_and_predict(k):
    calls = []

    def note(name):
        def hook(self, *args, logs=None):
            calls.append((name, *[a for a in args if isinstance(a, int)]))

        return hook

    names = [
        f"on_{what}_{when}"
        for what in ("test", "test_batch", "predict", "predict_batch")
        for when in ("begin", "end")
    ]
    model = compiled(k, mlp(k), "sgd", "mse")
    hooks = [callback(k, **{name: note(name) for name in names})]
    model.evaluate(X, Y, batch_size=6, verbose=0, callbacks=hooks)
    model.predict(X, batch_size=6, verbose=0, callbacks=hooks)
    return calls


def parameters(k):
    seen = []

    def note(self, logs=None):
        seen.append((self.params["epochs"], self.params["steps"]))

    model = compiled(k, mlp(k), "sgd", "mse")
    hooks = [callback(k, on_train_begin=note)]
    fit(model, X, Y, callbacks=hooks, epochs=2)
    fit(model, X, Y, callbacks=hooks, epochs=2, steps_per_epoch=1)
    return seen


@pytest.mark.parametrize(
    "case", [sequence_of_calls, calls_of_evaluate_and_predict, parameters]
)
def test_calls_like_keras(case):
    assert_same(case)


def test_a_change_of_a_number_takes_effect_in_the_next_epoch():
    """Keras keeps the first program; here a callback may turn dropout off."""

    def turn_off(self, epoch, logs=None):
        self.model.layers[0].rate = 1e-9 if epoch else 0.9

    model = ranvier.Sequential([ranvier.layers.Dropout(0.5), ranvier.layers.Dense(1)])
    model.compile(ranvier.optimizers.SGD(0.0), "mse")
    hooks = [callback(ranvier, on_epoch_begin=turn_off)]
    losses = fit(model, X, Y, callbacks=hooks)["loss"]
    plain = model.evaluate(X, Y, verbose=0)
    assert losses[0] != pytest.approx(plain, rel=1e-3)
    assert losses[1:] == pytest.approx([plain, plain], rel=1e-5)


def test_layers_may_be_unfrozen_between_epochs():
    def unfreeze(self, epoch, logs=None):
        self.model.layers[0].trainable = epoch > 0
        notes.append(self.model.layers[0].get_weights()[0])

    notes = []
    model = mlp(ranvier)
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    fit(model, X, Y, callbacks=[callback(ranvier, on_epoch_begin=unfreeze)])
    np.testing.assert_array_equal(notes[0], notes[1])
    assert not np.array_equal(notes[1], notes[2])


def test_nan_is_reported_and_training_goes_on_without_the_callback():
    x = X.copy()
    x[5] = np.nan
    model = mlp(ranvier)
    model.compile("sgd", "mse")
    history = fit(model, x, Y, callbacks=[ranvier.callbacks.TerminateOnNaN()], epochs=3)
    assert len(history["loss"]) == 1 and int(model.optimizer.iterations) == 1
    model = mlp(ranvier)
    model.compile("sgd", "mse")
    assert np.isnan(fit(model, x, Y, epochs=2)["loss"]).all()


def test_an_error_in_a_callback_leaves_the_model_usable():
    def fail(self, epoch, logs=None):
        raise RuntimeError("enough")

    model = mlp(ranvier)
    model.compile("adam", "mse")
    with pytest.raises(RuntimeError, match="enough"):
        fit(model, X, Y, callbacks=[callback(ranvier, on_epoch_end=fail)])
    assert int(model.optimizer.iterations) == 2
    assert len(fit(model, X, Y)["loss"]) == 3


def test_evaluation_and_prediction_may_be_stopped():
    def stop_evaluating(self, batch, logs=None):
        self.model.stop_evaluating = True

    def stop_predicting(self, batch, logs=None):
        self.model.stop_predicting = True

    model = mlp(ranvier)
    model.compile("sgd", "mse")
    hooks = [callback(ranvier, on_test_batch_end=stop_evaluating)]
    stopped = model.evaluate(X, Y, batch_size=8, verbose=0, callbacks=hooks)
    assert stopped == pytest.approx(model.evaluate(X[:8], Y[:8], verbose=0))
    hooks = [callback(ranvier, on_predict_batch_end=stop_predicting)]
    assert len(model.predict(X, batch_size=8, verbose=0, callbacks=hooks)) == 8
