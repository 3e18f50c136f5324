"""Ctrl-C is not lost where Python drops what is raised."""

import gc
import signal
import time
import weakref

import pytest

from ranvier.core import _interrupts


class InGarbageCollection:
    """Ctrl-C comes, once, while a callback of the garbage collector runs."""

    def __enter__(self):
        self._came = False
        gc.callbacks.append(self._callback)

    def __exit__(self, *exc):
        gc.callbacks.remove(self._callback)

    def _callback(self, phase, info):
        if not self._came:
            self._came = True
            signal.raise_signal(signal.SIGINT)

    def run(self):
        gc.collect()


class InDestructor:
    """Ctrl-C comes while an object is destroyed."""

    def __enter__(self):
        pass

    def __exit__(self, *exc):
        pass

    def run(self):
        class Object:
            def __del__(self):
                signal.raise_signal(signal.SIGINT)

        Object()


class InWeakReference(InDestructor):
    """Ctrl-C comes while a weak reference tells that its object is gone."""

    def run(self):
        class Object:
            pass

        thing = Object()
        told = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
        del thing
        assert told() is None


PLACES = [InGarbageCollection(), InDestructor(), InWeakReference()]


@pytest.mark.parametrize("where", PLACES, ids=lambda where: type(where).__name__)
def test_an_interrupt_that_would_be_dropped_comes_a_moment_later(where):
    with pytest.raises(KeyboardInterrupt), _interrupts.handled():
        with where:
            where.run()
        time.sleep(10)


def test_a_run_in_another_may_wait_with_ending():
    with pytest.raises(KeyboardInterrupt), _interrupts.handled():
        with _interrupts.handled(politely=True):
            signal.raise_signal(signal.SIGINT)
            assert _interrupts.is_pending()
        pytest.fail("The run inside has ended the one outside.")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
