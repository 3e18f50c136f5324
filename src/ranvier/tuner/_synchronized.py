"""One thread at a time in the methods of an oracle."""

import functools
import threading
import weakref

_locks: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_locks_lock = threading.Lock()


def synchronized(func):
    """Decorator of methods: of one object, only one such method runs at a time.

    A method may call others of the same object, and an override the method it
    overrides; different objects do not wait for one another.

    Args:
        func: a method of an oracle.

    Example:
        >>> class MyOracle:
        ...     @synchronized
        ...     def create_trial(self, tuner_id):
        ...         return tuner_id
        >>> MyOracle().create_trial("tuner0")
        'tuner0'
    """

    @functools.wraps(func)
    def locked(self, *args, **kwargs):
        with _lock_of(self):
            return func(self, *args, **kwargs)

    return locked


def _lock_of(obj):
    with _locks_lock:
        if obj not in _locks:
            _locks[obj] = threading.RLock()
        return _locks[obj]
