"""The numbers of passes that were begun: what a shuffle draws follows from them.

A node that draws counts its passes. Threads that read ahead begin some, too.
"""

import concurrent.futures
import weakref

# What threads are reading, and from which node.
_readings: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def nodes_of(node):
    """Yields a node and all that it reads."""
    yield node
    for source in node.inputs:
        yield from nodes_of(source)


def get_passes(node) -> list:
    """Returns the numbers of passes of all nodes that count them."""
    return [each.passes for each in _counting(node)]


def set_passes(node, passes) -> None:
    """Takes up what `get_passes` has returned."""
    for each, count in zip(_counting(node), passes):
        each.passes = count


def _counting(node):
    return [each for each in nodes_of(node) if hasattr(each, "passes")]


def note_reading(future, node) -> None:
    """Remembers that a thread reads from a node."""
    _readings[future] = node


def wait_for_readers(node) -> None:
    """Waits for threads that read ahead from a node, or what it reads.

    None of them begins a pass after this returns, unless it is asked for more.
    """
    here = {id(each) for each in nodes_of(node)}
    concurrent.futures.wait(
        [
            future
            for future, source in list(_readings.items())
            if not here.isdisjoint(map(id, nodes_of(source)))
        ]
    )
