"""Plain JAX and PyTorch networks, for the peers that are written by hand."""


def jax_dense_stack(sizes):
    """`init(key)` and `apply(params, x)` of a ReLU network, in pure JAX."""
    import jax

    glorot = jax.nn.initializers.glorot_uniform()

    def init(key):
        keys = jax.random.split(key, len(sizes) - 1)
        shapes = zip(sizes[:-1], sizes[1:], strict=True)
        return [
            {"w": glorot(k, shape), "b": jax.numpy.zeros(shape[1])}
            for k, shape in zip(keys, shapes, strict=True)
        ]

    def apply(params, x):
        *hidden, last = params
        for layer in hidden:
            x = jax.nn.relu(x @ layer["w"] + layer["b"])
        return x @ last["w"] + last["b"]

    return init, apply


def torch_dense_stack(sizes):
    """The same network as a `torch.nn.Sequential`."""
    from torch import nn

    layers = []
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
