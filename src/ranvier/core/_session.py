"""Starting afresh within a process."""

from ranvier.core import _naming, _seeds


def clear_session(free_memory=True):
    """Restarts automatic names and the global random state.

    Args:
        free_memory: also run the garbage collector.

    Compiled programs are kept: they are shared by structure, not tied to a session.

    Example:
        >>> import ranvier as rv
        >>> rv.backend.clear_session()
        >>> rv.layers.Dense(1).name
        'dense'
    """
    _naming.reset_names()
    _seeds.reset_global_generator()
    if free_memory:
        import gc

        gc.collect()
