"""The part of a model that runs in NumPy, ahead of its programs."""


def run_host_part(model, x):
    """Returns arrays of numbers for inputs with strings, where a model can make them.

    Args:
        model: the model. Most have no such part, and get their inputs back.
        x: inputs, as users pass them or as this function returned them.
    """
    part = getattr(model, "host_part", None)
    return x if part is None else part(x)
