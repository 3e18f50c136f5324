"""Settings that hold for all tests."""

import os
import signal

# Before anything imports Keras or JAX.
os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

# A job in the background inherits that Ctrl-C is ignored; the tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
