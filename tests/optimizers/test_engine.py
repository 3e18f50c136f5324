"""What all optimizers share: calls, state, learning rates, errors."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ranvier
from ranvier import ops, optimizers
from ranvier.core._errors import NotBuiltError, ShapeError
from ranvier.core._scope import StateScope
from ranvier.optimizers import SGD, Adam, Optimizer


def variable(value=(1.0, 2.0), **kwargs):
    return ranvier.Variable(np.asarray(value, "float32"), **kwargs)


GRADIENT = np.asarray([1.0, -2.0], "float32")


# Ways to call.


def test_apply_builds_on_the_first_call():
    v = variable()
    optimizer = SGD(0.5)
    assert not optimizer.built
    optimizer.apply([GRADIENT], [v])
    assert optimizer.built
    np.testing.assert_allclose(v, [0.5, 3.0])
    optimizer.apply([GRADIENT])
    np.testing.assert_allclose(v, [0.0, 4.0])


def test_apply_gradients_returns_the_iteration():
    v = variable()
    optimizer = SGD(0.5)
    assert int(optimizer.apply_gradients(zip([GRADIENT], [v], strict=True))) == 1
    assert int(optimizer.apply_gradients([(GRADIENT, v)])) == 2
    np.testing.assert_allclose(v, [0.0, 4.0])


@pytest.mark.parametrize("convert", [np.asarray, jnp.asarray, variable])
def test_kinds_of_gradients(convert):
    v = variable()
    SGD(0.5).apply([convert(GRADIENT)], [v])
    np.testing.assert_allclose(v, [0.5, 3.0])


def test_no_gradients_at_all_is_no_update():
    optimizer = SGD()
    optimizer.apply([], [])
    assert int(optimizer.iterations) == 0


def test_some_of_the_variables():
    a, b = variable(name="a"), variable(name="b")
    optimizer = Adam(0.1)
    optimizer.build([a, b])
    optimizer.apply([GRADIENT], [b])
    np.testing.assert_allclose(a, [1.0, 2.0])
    np.testing.assert_allclose(b, [0.9, 2.1], rtol=1e-5)


def test_stateless_apply_assigns_nothing():
    v = variable()
    optimizer = Adam(0.1)
    optimizer.build([v])
    state = [w.value for w in optimizer.variables]
    (value,), new_state = optimizer.stateless_apply(state, [GRADIENT], [v.value])
    np.testing.assert_allclose(value, [0.9, 2.1], rtol=1e-5)
    np.testing.assert_allclose(v, [1.0, 2.0])
    assert int(new_state[0]) == 1
    assert int(optimizer.iterations) == 0


def test_a_population_varies_dynamic_numbers():
    from ranvier.core._dynamic import lift

    optimizer, v = SGD(0.1, momentum=0.9), variable()
    optimizer.build([v])
    state = [v, *optimizer.variables]
    cell = lift(optimizer, "momentum")

    def train(momentum):
        pairs = [(w, w._value) for w in state]
        with StateScope([*pairs, (cell, momentum)]) as scope:
            optimizer.apply([GRADIENT])
            optimizer.apply([GRADIENT])
            return scope.get(v)

    momenta = np.asarray([0.0, 0.5, 0.9], "float32")
    got = jax.jit(jax.vmap(train))(momenta)
    expected = np.asarray([1.0, 2.0]) - 0.1 * GRADIENT * (2 + momenta[:, None])
    np.testing.assert_allclose(got, expected, rtol=1e-6)


# Users' own rules.


class KerasStyle(Optimizer):
    """A rule as Keras's guide has it: `build` without a guard, `update_step`."""

    def __init__(self, learning_rate=0.1, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.factor = 0.5

    def build(self, variables):
        super().build(variables)
        self.momentums = [
            self.add_variable_from_reference(v, name="momentum") for v in variables
        ]
        self.count = ranvier.Variable(0.0, name="count")

    def update_step(self, gradient, variable, learning_rate):
        learning_rate = ops.cast(learning_rate, variable.dtype)
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, ops.add(ops.multiply(m, self.factor), gradient))
        self.assign_sub(variable, learning_rate * m)
        self.assign_add(self.count, 1.0)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def test_a_rule_in_the_form_of_keras():
    v = variable()
    optimizer = KerasStyle()
    for _ in range(2):
        optimizer.apply([GRADIENT], [v])
    np.testing.assert_allclose(v, [0.75, 2.5], rtol=1e-6)
    assert [w.name for w in optimizer.variables] == [
        "iteration",
        "learning_rate",
        f"{v.name}_momentum",
        "count",
    ]


def test_a_pure_rule():
    class Signs(Optimizer):
        slot_names = ("last",)

        def update(self, gradient, value, slots, learning_rate, step):
            return value - learning_rate * jnp.sign(gradient), {"last": gradient}

    v = variable()
    optimizer = Signs(0.5)
    optimizer.apply([GRADIENT], [v])
    np.testing.assert_allclose(v, [0.5, 2.5])
    np.testing.assert_allclose(optimizer.variables[-1], GRADIENT)


def test_a_rule_must_be_written():
    with pytest.raises(NotImplementedError, match="must implement `update`"):
        Optimizer().apply([GRADIENT], [variable()])


def test_super_init_comes_first():
    class Forgetful(Optimizer):
        def __init__(self):
            self.factor = 1.0

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Forgetful()


# Learning rates.


def test_learning_rate_can_be_read_and_set():
    optimizer, v = SGD(0.5), variable()
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    assert float(optimizer.lr) == 0.25
    optimizer.lr = 0.125
    optimizer.apply([GRADIENT], [v])
    np.testing.assert_allclose(v, [0.875, 2.25])
    assert optimizer.get_config()["learning_rate"] == 0.125


def test_learning_rate_from_a_callable():
    rates = iter([0.5, 0.25])
    optimizer, v = SGD(lambda: next(rates)), variable()
    optimizer.apply([GRADIENT], [v])
    optimizer.apply([GRADIENT], [v])
    np.testing.assert_allclose(v, [0.25, 3.5])


def test_a_schedule_is_not_settable():
    optimizer = SGD(optimizers.schedules.ExponentialDecay(0.5, 1, 0.5))
    assert [v.name for v in optimizer.variables] == ["iteration"]
    assert float(optimizer.learning_rate) == 0.5
    with pytest.raises(TypeError, match="not settable"):
        optimizer.learning_rate = 0.1


def test_a_rate_can_be_replaced_by_a_schedule():
    optimizer, v = SGD(0.1), variable()
    optimizer.learning_rate = optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)
    assert [w.name for w in optimizer.variables] == ["iteration"]
    optimizer.apply([GRADIENT], [v])
    optimizer.apply([GRADIENT], [v])
    np.testing.assert_allclose(v, [0.25, 3.5])


def test_schedules_count_steps_and_iterations_count_updates():
    schedule = optimizers.schedules.PiecewiseConstantDecay([1], [0.0, 0.5])
    optimizer, v = SGD(schedule, gradient_accumulation_steps=2), variable()
    for _ in range(3):
        optimizer.apply([GRADIENT], [v])
    np.testing.assert_allclose(v, [1.0, 2.0])
    optimizer.apply([GRADIENT], [v])
    np.testing.assert_allclose(v, [0.5, 3.0])
    assert int(optimizer.iterations) == 2


# Clipping.


def test_zero_gradients_survive_clipping():
    for option in ("clipnorm", "global_clipnorm", "clipvalue"):
        v = variable()
        SGD(0.1, **{option: 1.0}).apply([np.zeros(2, "float32")], [v])
        np.testing.assert_allclose(v, [1.0, 2.0])


def test_zero_turns_clipping_off():
    for option in ("clipnorm", "global_clipnorm", "clipvalue"):
        v = variable()
        SGD(0.5, **{option: 0.0}).apply([GRADIENT], [v])
        np.testing.assert_allclose(v, [0.5, 3.0])


def test_overflow_is_not_hidden_by_the_global_norm():
    a, b = variable(), variable()
    infinite = np.asarray([np.inf, 0.0], "float32")
    SGD(0.1, global_clipnorm=1.0).apply([infinite, GRADIENT], [a, b])
    assert np.isnan(b).all()


# State.


def test_weights_can_be_taken_and_put():
    v = variable()
    first = Adam()
    first.apply([GRADIENT], [v])
    second = Adam()
    with pytest.raises(NotBuiltError, match="not yet been built"):
        second.set_weights(first.get_weights())
    second.build([v])
    second.set_weights(first.get_weights())
    for mine, theirs in zip(second.variables, first.variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(ValueError, match="one array for each"):
        second.set_weights(first.get_weights()[:-1])
    with pytest.raises(ShapeError, match="not compatible"):
        second.set_weights([np.zeros(3)] * 4)


def test_variables_can_be_stored():
    v = variable()
    first, second, other = Adam(), Adam(), SGD()
    first.apply([GRADIENT], [v])
    store = {}
    first.save_own_variables(store)
    second.build([v])
    second.load_own_variables(store)
    np.testing.assert_array_equal(second.variables[-1], first.variables[-1])
    with pytest.warns(UserWarning, match="Skipping variable loading"):
        other.load_own_variables(store)


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_go_on_with_their_own_state(clone):
    v = variable()
    optimizer = Adam(0.1, weight_decay=0.1)
    optimizer.exclude_from_weight_decay([v])
    optimizer.apply([GRADIENT], [v])
    other, w = clone((optimizer, v))
    optimizer.apply([GRADIENT], [v])
    other.apply([GRADIENT], [w])
    np.testing.assert_array_equal(v, w)
    assert int(other.iterations) == int(optimizer.iterations) == 2


def test_averages_of_all_or_some_weights():
    a, b = variable(name="a"), variable(name="b")
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5)
    for _ in range(2):
        optimizer.apply([GRADIENT, GRADIENT], [a, b])
    optimizer.finalize_variable_values([b])
    np.testing.assert_allclose(a, [-1.0, 6.0])
    np.testing.assert_allclose(b, [-0.5, 5.0])


# Errors.


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"learning_rate": "fast"}, "learning_rate='fast'"),
        ({"learning_rate": None}, "learning_rate=None"),
        ({"learning_rate": True}, "learning_rate=True"),
        ({"learning_rate": [0.1]}, "learning_rate="),
        ({"learning_rate": float("nan")}, "learning_rate=nan"),
        ({"learning_rate": -0.1}, "learning_rate=-0.1"),
        ({"learning_rate": np.array([0.1, 0.2])}, "learning_rate="),
        ({"clipnorm": -1.0}, "`clipnorm`.*clipnorm=-1.0"),
        ({"clipvalue": -1.0}, "`clipvalue`.*clipvalue=-1.0"),
        ({"global_clipnorm": "1"}, "`global_clipnorm`.*global_clipnorm='1'"),
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "Only one of"),
        ({"weight_decay": -0.1}, "`weight_decay`"),
        ({"weight_decay": "no"}, "`weight_decay`"),
        ({"weight_decay": True}, "`weight_decay`"),
        ({"ema_momentum": -0.1}, "`ema_momentum`"),
        ({"use_ema": True, "ema_momentum": 1.1}, "`ema_momentum`"),
        ({"use_ema": True, "ema_overwrite_frequency": 1.5}, "`ema_overwrite_frequen"),
        ({"use_ema": True, "ema_overwrite_frequency": -1}, "`ema_overwrite_frequency"),
        ({"gradient_accumulation_steps": 1}, "`gradient_accumulation_steps`"),
        ({"gradient_accumulation_steps": -1}, "`gradient_accumulation_steps`"),
        ({"gradient_accumulation_steps": 2.5}, "`gradient_accumulation_steps`"),
        ({"loss_scale_factor": 0.0}, "`loss_scale_factor`"),
        ({"lr": 0.1}, "not recognized.*lr.*'learning_rate'"),
        ({"weight_dekay": 0.1}, "not recognized.*'weight_decay'"),
        ({"momentun": 0.1}, "not recognized.*'momentum'"),
    ],
    ids=str,
)
def test_bad_options(kwargs, message):
    with pytest.raises(ValueError, match=message):
        SGD(**kwargs)


@pytest.mark.parametrize(
    "name, kwargs",
    [
        ("SGD", {"momentum": 1.5}),
        ("SGD", {"momentum": -0.1}),
        ("SGD", {"momentum": "0.9"}),
        ("Adam", {"beta_1": 1.1}),
        ("Adam", {"beta_1": 1.0}),
        ("Adam", {"beta_2": -0.1}),
        ("Adam", {"epsilon": None}),
        ("AdamW", {"weight_decay": None}),
        ("RMSprop", {"rho": 2.0}),
        ("RMSprop", {"rho": 1.0}),
        ("RMSprop", {"momentum": -1.0}),
        ("RMSprop", {"momentum": 1.5}),
        ("Adadelta", {"rho": -1.0}),
        ("Adagrad", {"initial_accumulator_value": -1.0}),
        ("Adamax", {"beta_1": "0.9"}),
        ("Adafactor", {"clip_threshold": 0.0}),
        ("Adafactor", {"beta_2_decay": 0.5}),
        ("Adafactor", {"epsilon_1": -1.0}),
        ("Adafactor", {"epsilon_2": "a"}),
        ("Ftrl", {"initial_accumulator_value": -1.0}),
        ("Ftrl", {"learning_rate_power": 1.0}),
        ("Ftrl", {"l1_regularization_strength": -1.0}),
        ("Ftrl", {"l2_regularization_strength": -1.0}),
        ("Ftrl", {"l2_shrinkage_regularization_strength": -1.0}),
        ("Lamb", {"beta_2": 2.0}),
        ("Lion", {"beta_1": 0.0}),
        ("Lion", {"beta_1": 1.1}),
        ("Muon", {"momentum": 2.0}),
        ("Muon", {"rms_rate": -1.0}),
        ("Muon", {"ns_steps": 0}),
        ("Muon", {"ns_steps": 2.5}),
        ("Muon", {"adam_beta_1": 1.0}),
        ("Muon", {"adam_weight_decay": -1.0}),
        ("Muon", {"exclude_layers": "head"}),
        ("Nadam", {"beta_1": -1.0}),
        ("ScheduleFreeAdamW", {"beta_1": 0.0}),
        ("ScheduleFreeAdamW", {"warmup_steps": -1}),
    ],
    ids=str,
)
def test_bad_numbers_of_rules(name, kwargs):
    (argument,) = kwargs
    with pytest.raises(ValueError, match=f"`{argument}`.*Received"):
        getattr(optimizers, name)(**kwargs)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"learning_rate": 0},
        {"learning_rate": np.float32(0.1)},
        {"learning_rate": np.array(0.1)},
        {"learning_rate": jnp.asarray(0.1)},
        {"learning_rate": ranvier.Variable(0.1)},
        {"learning_rate": lambda: 0.1},
        # Zero turns these off, as in Keras.
        {"clipnorm": 0},
        {"gradient_accumulation_steps": 0},
        {"use_ema": True, "ema_overwrite_frequency": 0},
    ],
    ids=lambda options: "-".join(map(str, options)),
)
def test_options_with_a_meaning(kwargs):
    variable = ranvier.Variable(1.0)
    SGD(**{"learning_rate": 0.1, **kwargs}).apply([1.0], [variable])
    rate = 0.0 if kwargs.get("learning_rate") == 0 else 0.1
    assert float(variable) == pytest.approx(1 - rate)


def test_numbers_that_are_traced():
    """What is known only inside a program passes the checks."""

    @jax.jit
    def first_step(beta):
        optimizer = optimizers.Adam(0.1, beta_1=beta, clipnorm=beta)
        return optimizer.beta_1 * optimizer.clipnorm

    assert float(first_step(0.5)) == 0.25


def test_decay_is_gone():
    with pytest.warns(UserWarning, match="`decay` is no longer supported"):
        SGD(decay=0.1)


def test_bad_calls():
    v, w = variable(), variable()
    optimizer = Adam()
    with pytest.raises(ValueError, match="must already be built"):
        optimizer.apply([GRADIENT])
    with pytest.raises(NotBuiltError, match="must be built"):
        optimizer.stateless_apply([], [GRADIENT], [v.value])
    optimizer.build([v])
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([GRADIENT], [w])
    with pytest.raises(ValueError, match="one-to-one. Received 2 gradients for 1"):
        optimizer.apply([GRADIENT, GRADIENT])
    with pytest.raises(ValueError, match="No gradients provided"):
        optimizer.apply([None])
    with pytest.raises(ShapeError, match=rf"'{v.path}'.*\(2,\).*\(1,\)"):
        optimizer.apply([GRADIENT[:1]])
    with pytest.raises(ValueError, match="`optimizer_variables`"):
        optimizer.stateless_apply([], [GRADIENT], [v.value])
    with pytest.raises(ValueError, match="`trainable_variables`"):
        optimizer.stateless_apply(optimizer.variables, [GRADIENT], [])
    with pytest.raises(ValueError, match="before the optimizer is built"):
        optimizer.exclude_from_weight_decay([v])
    # None of this changed anything.
    optimizer.apply([GRADIENT])
    assert int(optimizer.iterations) == 1


def test_initialisers_match_names():
    with pytest.raises(ValueError, match="number of provided names must match"):
        SGD().add_optimizer_variables([variable()], ["a", "b"], ["zeros"])
