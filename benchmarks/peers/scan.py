"""The bar for ranvier: an epoch as one compiled `lax.scan`, written by hand in JAX.

The permutation is drawn in the program, batches are gathered in the scan, the smaller
last batch is a second shape in the same program, the state is donated, and the same
means are tracked as Keras tracks.
"""

from benchmarks.peers import Peer


class Scan(Peer):
    name = "scan"
    needs = ("jax",)

    def train(self, workload, data, gate):
        import jax

        init, losses = workload.jax_network()
        optimizer_init, update = OPTIMIZERS[workload.optimizer]()
        train, evaluate = _programs(losses, update, workload.batch_size)
        params = init(jax.random.key(0))
        state = params, optimizer_init(params), jax.random.key(1)
        train_arrays = jax.device_put((data.train.inputs, data.train.targets))
        valid_arrays = jax.device_put((data.valid.inputs, data.valid.targets))
        going = True
        while going:
            state, train_logs = train(state, train_arrays)
            valid_logs = evaluate(state[0], valid_arrays)
            train_logs, valid_logs = jax.device_get((train_logs, valid_logs))
            going = gate(float(valid_logs["loss"]))


def _programs(losses, update, batch_size):
    import jax
    from jax import numpy as jnp

    def add(totals, logs, rows):
        return jax.tree.map(lambda total, mean: total + rows * mean, totals, logs)

    def scan_batches(step, carry, rows):
        """`step(carry, start, size)` over whole batches, then over what is left."""
        whole = rows - rows % batch_size

        def body(carry, start):
            return step(carry, start, batch_size), None

        carry, _ = jax.lax.scan(body, carry, jnp.arange(0, whole, batch_size))
        return step(carry, whole, rows - whole) if rows > whole else carry

    def zeros(params, arrays):
        one = jax.tree.map(lambda a: a[:1], arrays)
        shapes = jax.eval_shape(lambda p, b: losses(p, *b)[1], params, one)
        return jax.tree.map(lambda s: jnp.zeros((), jnp.float32), shapes)

    def train(state, arrays):
        params, optimizer, key = state
        key, shuffle = jax.random.split(key)
        rows = len(arrays[0][0])
        order = jax.random.permutation(shuffle, rows)

        def step(carry, start, size):
            params, optimizer, totals = carry
            index = jax.lax.dynamic_slice_in_dim(order, start, size)
            batch = jax.tree.map(lambda a: a[index], arrays)
            grads, logs = jax.grad(losses, has_aux=True)(params, *batch)
            params, optimizer = update(params, grads, optimizer)
            return params, optimizer, add(totals, logs, size)

        carry = params, optimizer, zeros(params, arrays)
        params, optimizer, totals = scan_batches(step, carry, rows)
        return (params, optimizer, key), jax.tree.map(lambda t: t / rows, totals)

    def evaluate(params, arrays):
        rows = len(arrays[0][0])

        def step(totals, start, size):
            batch = jax.tree.map(
                lambda a: jax.lax.dynamic_slice_in_dim(a, start, size), arrays
            )
            return add(totals, losses(params, *batch)[1], size)

        totals = scan_batches(step, zeros(params, arrays), rows)
        return jax.tree.map(lambda t: t / rows, totals)

    return jax.jit(train, donate_argnums=0), jax.jit(evaluate)


def _sgd(learning_rate=0.01):
    import jax

    def update(params, grads, state):
        return jax.tree.map(lambda p, g: p - learning_rate * g, params, grads), state

    return (lambda params: ()), update


def _adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Adam as Keras writes it."""
    import jax
    from jax import numpy as jnp

    def init(params):
        zeros = jax.tree.map(jnp.zeros_like, params)
        return zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), jnp.int32)

    def update(params, grads, state):
        m, v, t = state
        t = t + 1
        alpha = learning_rate * jnp.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        m = jax.tree.map(lambda m, g: m + (g - m) * (1 - beta_1), m, grads)
        v = jax.tree.map(lambda v, g: v + (g * g - v) * (1 - beta_2), v, grads)
        params = jax.tree.map(
            lambda p, m, v: p - alpha * m / (jnp.sqrt(v) + epsilon), params, m, v
        )
        return params, (m, v, t)

    return init, update


OPTIMIZERS = {"sgd": _sgd, "adam": _adam}
PEERS = [Scan()]
