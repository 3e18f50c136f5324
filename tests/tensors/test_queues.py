"""Queues between threads: waiting, closing, order."""

import threading

import pytest

from ranvier.tensors import _queues as queues
from ranvier.tensors import errors


def start(function, *args):
    """Runs a function in a thread; returns the thread and the list of its results."""
    results = []

    def run():
        try:
            results.append(function(*args))
        except errors.OpError as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, results


def test_enqueue_waits_while_the_queue_is_full():
    q = queues.FIFOQueue(1, "int32")
    q.enqueue(1)
    thread, results = start(q.enqueue, 2)
    thread.join(0.05)
    assert thread.is_alive() and not results
    assert int(q.dequeue()) == 1
    thread.join(5)
    assert results == [None] and int(q.dequeue()) == 2


def test_dequeue_waits_while_the_queue_is_empty():
    q = queues.FIFOQueue(2, "int32", shapes=[()])
    thread, results = start(q.dequeue_many, 2)
    q.enqueue(5)
    thread.join(0.05)
    assert thread.is_alive()
    q.enqueue(6)
    thread.join(5)
    assert results[0].numpy().tolist() == [5, 6]


def test_closing_wakes_those_who_wait():
    empty, full = queues.FIFOQueue(1, "int32"), queues.FIFOQueue(1, "int32")
    full.enqueue(1)
    reading, read = start(empty.dequeue)
    writing, written = start(full.enqueue, 2)
    for q in (empty, full):
        q.close()
    for thread in (reading, writing):
        thread.join(5)
    assert isinstance(read[0], errors.OutOfRangeError)
    assert isinstance(written[0], errors.CancelledError)
    # What was inside can still be taken out.
    assert int(full.dequeue()) == 1
    with pytest.raises(errors.OutOfRangeError):
        full.dequeue()
    assert bool(full.is_closed())


def test_dequeue_up_to_gives_the_rest_of_a_closed_queue():
    q = queues.FIFOQueue(5, "int32", shapes=[()])
    q.enqueue_many([[1, 2, 3]])
    q.close()
    assert q.dequeue_up_to(2).numpy().tolist() == [1, 2]
    assert q.dequeue_up_to(2).numpy().tolist() == [3]


def test_nothing_is_lost_between_many_threads():
    q = queues.FIFOQueue(3, "int32")
    writers = [
        start(lambda i=i: [q.enqueue(100 * i + j) for j in range(50)]) for i in range(4)
    ]
    readers = [start(lambda: [int(q.dequeue()) for _ in range(100)]) for _ in range(2)]
    for thread, _ in writers + readers:
        thread.join(20)
    found = sorted(x for _, results in readers for x in results[0])
    assert found == sorted(100 * i + j for i in range(4) for j in range(50))


def test_orders():
    shuffled = queues.RandomShuffleQueue(100, 0, "int32", shapes=[()], seed=1)
    shuffled.enqueue_many([list(range(50))])
    order = shuffled.dequeue_many(50).numpy().tolist()
    assert order != list(range(50)) and sorted(order) == list(range(50))
    by_priority = queues.PriorityQueue(10, "string", shapes=[()])
    for priority, text in [(5, "c"), (1, "a"), (5, "d"), (2, "b")]:
        by_priority.enqueue([priority, text])
    found = [by_priority.dequeue()[1].numpy() for _ in range(4)]
    assert found == [b"a", b"b", b"c", b"d"]


def test_a_shuffled_queue_keeps_some_to_draw_from():
    q = queues.RandomShuffleQueue(10, 2, "int32")
    for i in range(3):
        q.enqueue(i)
    q.dequeue()
    thread, results = start(q.dequeue)
    thread.join(0.05)
    assert thread.is_alive()
    q.close()
    thread.join(5)
    assert 0 <= int(results[0]) < 3
