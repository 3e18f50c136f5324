"""Data that several runs read from the same place on.

A run over a `Dataset` takes up its passes: a shuffle gives the next run another order.
Runs that are to be compared go back first.
"""


def rewinder(*data):
    """Returns a function that puts data back to where they are now.

    Args:
        *data: what `fit` is given. A `Dataset` goes back to its pass, what has
            `get_state` and `set_state` to its state; anything else has no place.
    """
    ways = [way for each in data if (way := _way_back(each)) is not None]

    def go_back():
        for way in ways:
            way()

    return go_back


def _way_back(data):
    if hasattr(data, "_data_node"):  # a `Dataset`
        return _to_pass(data._data_node)
    if hasattr(data, "get_state") and hasattr(data, "set_state"):
        state = data.get_state()
        return lambda: data.set_state(state)
    return None


def _to_pass(node):
    # Imported when used: datasets are much code that many runs do without.
    from ranvier.data._passes import get_passes, set_passes, wait_for_readers

    passes = get_passes(node)

    def go_back():
        wait_for_readers(node)
        set_passes(node, passes)

    return go_back
