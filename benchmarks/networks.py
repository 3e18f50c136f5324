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


def torch_batch_norm_stack(fan_in, width, depth, outputs):
    """Linear, BatchNorm1d, ReLU, many times over, as a `torch.nn.Sequential`."""
    from torch import nn

    layers = []
    for _ in range(depth):
        layers += [
            nn.Linear(fan_in, width, bias=False),
            nn.BatchNorm1d(width, eps=1e-3, momentum=0.01),
            nn.ReLU(),
        ]
        nn.init.kaiming_normal_(layers[-3].weight)
        fan_in = width
    return nn.Sequential(*layers, nn.Linear(width, outputs))
